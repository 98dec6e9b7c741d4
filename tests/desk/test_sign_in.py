"""The way in: name and password, second factor, own password, locks, ends of sessions. Erin edits, Sam and Sue keep the accounts."""

import html
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from common.audit.models import Record
from common.errors import Refused
from common.persons import services
from common.persons.models import Standing
from common.persons.second_factor import kept_as
from common.persons.signals import BEGAN, SEEN
from common.persons.two_persons import one_with
from tests.sharing import share

pytestmark = pytest.mark.django_db

PASSWORD = "A long enough one 2026"


def person(name: str, *groups: str, **fields: Any) -> User:
    user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def sign_in(name: str = "erin", password: str = PASSWORD, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client(headers={"accept-language": "en"})
    answer = client.post("/admin/login/", {"username": name, "password": password, "next": "/admin/"})
    return client, answer


def code_of(user: User, steps: int = 0) -> str:
    """The code that the application shows; `steps` of 30 seconds later."""
    device = TOTPDevice.objects.get(user=user)
    made = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    made.time = time.time() + 30 * steps
    return f"{made.token():06d}"


def with_factor(user: User) -> list[str]:
    services.begin_second_factor(user=user)
    _device, recovery = services.confirm_second_factor(user=user, code=code_of(user, -1))
    return recovery


@pytest.fixture
def erin() -> User:
    return person("erin", "目录编辑")


@pytest.fixture
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


# --- Second factor


@pytest.mark.usefixtures("required")
def test_the_first_sign_in_sets_up_the_second_step(erin: User) -> None:
    client, _answer = sign_in()
    assert client.get("/admin/")["Location"] == reverse("desk:enrol")
    shown = client.get(reverse("desk:enrol"))
    assert "<svg" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]

    wrong = client.post(reverse("desk:enrol"), {"code": "000000"})
    done = client.post(reverse("desk:enrol"), {"code": code_of(erin)})

    assert wrong.status_code == 400
    codes = re.findall(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", done.content.decode())
    assert len(codes) == 10
    assert {kept_as(code) for code in codes} == set(StaticToken.objects.values_list("token", flat=True))
    assert client.get("/admin/").status_code == 200
    assert [r.deed for r in Record.objects.order_by("id")][-3:] == [
        "account.signed_in",
        "account.second_factor_set",
        "account.recovery_codes_made",
    ]


@pytest.mark.usefixtures("required")
def test_later_sign_ins_ask_for_the_code_and_take_each_once(erin: User) -> None:
    with_factor(erin)
    first, _answer = sign_in()
    second, _answer = sign_in()
    code = code_of(erin)

    assert first.get("/admin/")["Location"] == reverse("desk:code")
    assert first.post(reverse("desk:code"), {"code": "12"}).status_code == 400
    assert first.post(reverse("desk:code"), {"code": code}).status_code == 302
    assert first.get("/admin/").status_code == 200
    assert second.post(reverse("desk:code"), {"code": code}).status_code == 400


@pytest.mark.usefixtures("required")
def test_a_recovery_code_lets_in_once_however_it_is_typed(erin: User) -> None:
    recovery = with_factor(erin)
    first, _answer = sign_in()
    second, _answer = sign_in()

    assert first.post(reverse("desk:code"), {"code": recovery[0].lower().replace("-", " ")}).status_code == 302
    assert first.get("/admin/").status_code == 200
    assert second.post(reverse("desk:code"), {"code": recovery[0]}).status_code == 400
    assert Record.objects.filter(deed="account.recovery_code_used", who="erin").count() == 1


def test_whoever_has_a_second_factor_is_asked_for_it_where_it_is_not_required(erin: User) -> None:
    with_factor(erin)
    client, _answer = sign_in()

    assert client.get("/admin/")["Location"] == reverse("desk:code")


def admin_addresses() -> list[str]:
    """Every address below /admin/ that takes no more than a number or a name."""
    found = []

    def walk(patterns: Any, prefix: str) -> None:
        for pattern in patterns:
            route = prefix + re.sub(r"<[^>]*>", "1", str(pattern.pattern).replace("(?P<url>.*)$", "").lstrip("^"))
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, route)
            else:
                found.append("/" + route)

    walk(get_resolver().url_patterns, "")
    return sorted({address for address in found if address.startswith("/admin/")})


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("enrolled", [True, False])
def test_no_page_opens_half_way_in(erin: User, enrolled: bool) -> None:
    erin.is_superuser = True
    erin.save()
    if enrolled:
        with_factor(erin)
    client, _answer = sign_in()
    step = reverse("desk:code" if enrolled else "desk:enrol")
    addresses = admin_addresses()
    assert len(addresses) > 100

    for address in addresses:
        if address in {step, "/admin/login/", "/admin/logout/"}:
            continue
        for ask in share((client.get, client.post), of=f"{address} {enrolled}", each=1):
            answer = ask(address)
            assert (answer.status_code, answer.get("Location")) == (302, step), address
    # The sign-in page itself leads on, and shows nothing.
    assert "erin" not in text_of(client.get("/admin/login/")) or client.get("/admin/login/").status_code == 302


@pytest.mark.usefixtures("required")
def test_wrong_codes_lock_for_a_while_and_an_administrator_unlocks(erin: User) -> None:
    with_factor(erin)
    client, _answer = sign_in()

    answers = [client.post(reverse("desk:code"), {"code": "000000"}).status_code for _n in range(5)]
    locked = client.post(reverse("desk:code"), {"code": code_of(erin)})

    assert answers == [400] * 4 + [429]
    assert locked.status_code == 429
    assert "locked for 15 more minutes" in text_of(locked)
    assert locked["Retry-After"] == "900"
    services.unlock(user=erin, by="sam")
    assert client.post(reverse("desk:code"), {"code": code_of(erin)}).status_code == 302
    assert Record.objects.filter(deed="account.locked").count() == 1
    assert Record.objects.get(deed="account.unlocked").who == "sam"


def test_a_lock_of_codes_ends_by_itself(erin: User) -> None:
    with_factor(erin)
    standing = Standing.objects.get(user=erin)
    standing.wrong_codes, standing.wrong_codes_since = 5, timezone.now() - timedelta(minutes=16)
    standing.save()

    assert services.verify_code(user=erin, code=code_of(erin)) is not None


# --- Wrong passwords


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "已锁定"), ("en", "more minutes")])
def test_the_page_of_a_lock_says_how_long_and_who_helps(erin: User, language: str, words: str) -> None:
    client = Client(headers={"accept-language": language})

    answers = [sign_in(password="wrong", client=client)[1] for _n in range(5)]
    right = sign_in(client=client)[1]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert right.status_code == 429
    assert words in text_of(right)
    assert "系统管理" in text_of(right)
    assert "<h1" in right.content.decode()
    assert Record.objects.filter(deed="account.locked", who="erin").count() == 1
    services.unlock(user=erin, by="sam")
    assert sign_in(client=client)[1].status_code == 302


# --- Passwords


def test_a_given_password_opens_nothing_until_it_is_changed(erin: User) -> None:
    given = services.give_temporary_password(user=erin, by="sam")
    assert sign_in()[1].status_code == 200  # the old one is gone
    client, _answer = sign_in(password=given)
    page = reverse("admin:password_change")

    assert client.get("/admin/")["Location"] == page
    assert client.get(reverse("desk:me"))["Location"] == page
    for refused in (given, PASSWORD, "short1A", "onlysmallletters", "erin erin erin"):
        sent = {"old_password": given, "new_password1": refused, "new_password2": refused}
        assert client.post(page, sent).status_code == 400, refused
    chosen = "Another one of mine 7"
    sent = {"old_password": given, "new_password1": chosen, "new_password2": chosen}
    assert client.post(page, sent).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert [(r.deed, r.who) for r in Record.objects.order_by("id") if "password" in r.deed] == [
        ("account.password_changed", "sam"),
        ("account.own_password_changed", "erin"),
    ]
    assert given not in str(list(Record.objects.values()))


def test_the_last_five_passwords_are_not_taken_again(erin: User) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    made = [f"A long enough one {n}" for n in range(1, 8)]
    for password in made:
        services.change_own_password(user=erin, password=password)
    erin.refresh_from_db()

    def taken(password: str) -> bool:
        try:
            validate_password(password, erin)
        except ValidationError:
            return False
        return True

    assert [taken(password) for password in made] == [True] + [False] * 6


def test_an_old_password_is_changed_first(erin: User, settings: Any) -> None:
    Standing.objects.create(user=erin, password_set_at=timezone.now() - timedelta(days=90))
    client, _answer = sign_in()

    assert client.get("/admin/")["Location"] == reverse("admin:password_change")


def test_an_account_nobody_used_sleeps_until_it_is_woken(erin: User) -> None:
    User.objects.filter(pk=erin.pk).update(last_login=timezone.now() - timedelta(days=91))
    assert "an administrator can wake it" in text_of(sign_in()[1])

    services.unlock(user=erin, by="sam")

    assert sign_in()[1].status_code == 302


# --- One person does not become another


def test_who_gave_the_password_does_not_reset_the_second_factor_nor_the_other_way_round(erin: User) -> None:
    with_factor(erin)
    services.give_temporary_password(user=erin, by="sam")
    with pytest.raises(services.SamePerson):
        services.reset_second_factor(user=erin, by="sam")
    services.reset_second_factor(user=erin, by="sue")
    with pytest.raises(services.SamePerson):
        services.give_temporary_password(user=erin, by="sue")

    services.change_own_password(user=erin, password="Another one of mine 7")
    with_factor(erin)

    services.reset_second_factor(user=erin, by="sam")


@pytest.mark.parametrize("deed", [services.give_temporary_password, services.reset_second_factor, services.unlock])
def test_nobody_does_it_to_their_own_account(deed: Any) -> None:
    sam = person("sam", "系统管理")

    with pytest.raises(Refused):
        deed(user=sam, by="sam")
    assert not Record.objects.exists()


# --- Ends of sessions


def aged(client: Client, key: str, by: timedelta) -> None:
    session = client.session
    session[key] -= by.total_seconds()
    session.save()


@pytest.mark.parametrize(
    ("key", "minutes", "told"),
    [(SEEN, 15, "nothing was done for a while"), (BEGAN, 480, "Your session is over")],
)
def test_sessions_end(erin: User, key: str, minutes: int, told: str) -> None:
    client, _answer = sign_in()
    aged(client, key, timedelta(minutes=minutes - 1))
    assert client.get("/admin/").status_code == 200

    aged(client, key, timedelta(minutes=minutes))
    answer = client.get("/admin/")

    assert answer["Location"].startswith("/admin/login/?ended=")
    assert told in text_of(client.get(answer["Location"]))
    assert client.get("/admin/").status_code == 302


def test_a_session_that_is_used_goes_on(erin: User) -> None:
    client, _answer = sign_in()
    for _n in range(4):
        aged(client, SEEN, timedelta(minutes=10))
        assert client.get("/admin/").status_code == 200


def test_ending_my_sessions_ends_them_all(erin: User) -> None:
    here, there = sign_in()[0], sign_in()[0]

    here.post(reverse("desk:end-sessions"))

    assert [client.get("/admin/").status_code for client in (here, there)] == [302, 302]
    assert sign_in()[0].get("/admin/").status_code == 200


# --- My account


@pytest.mark.parametrize(
    ("language", "words", "role"), [("zh-CN", "我的账户", "目录编辑"), ("en", "My account", "list editor")]
)
def test_my_page_says_who_i_am(erin: User, language: str, words: str, role: str) -> None:
    client, _answer = sign_in(client=Client(headers={"accept-language": language}))

    shown = text_of(client.get(reverse("desk:me")))

    assert words in shown and role in shown and "erin" in shown


def test_new_recovery_codes_void_the_old_ones(erin: User) -> None:
    old = with_factor(erin)
    client, _answer = sign_in()
    client.post(reverse("desk:code"), {"code": old[0]})

    shown = client.post(reverse("desk:recovery")).content.decode()

    new = re.findall(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", shown)
    again, _answer = sign_in()
    assert again.post(reverse("desk:code"), {"code": old[1]}).status_code == 400
    assert again.post(reverse("desk:code"), {"code": new[1]}).status_code == 302
    assert client.get(reverse("desk:recovery")).status_code == 405


def test_behind_a_proxy_who_guesses_locks_out_nobody_but_themself(erin: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    guesser = Client(REMOTE_ADDR="10.0.0.2", headers={"x-forwarded-for": "198.51.100.9"})
    for _attempt in range(6):
        sign_in(password="guessed", client=guesser)
    assert sign_in(client=guesser)[1].status_code != 302

    owner = Client(REMOTE_ADDR="10.0.0.2", headers={"x-forwarded-for": "203.0.113.7"})
    assert sign_in(client=owner)[1].status_code == 302


# --- Many names from one address


def test_an_address_that_tries_many_names_is_closed_for_a_while(erin: User, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_OF_AN_ADDRESS = 6
    guesser, elsewhere = Client(REMOTE_ADDR="198.51.100.9"), Client(REMOTE_ADDR="203.0.113.7")
    statuses = [sign_in(f"guess-{n}", client=guesser)[1].status_code for n in range(7)]

    assert statuses == [200] * 6 + [429]
    closed = sign_in(client=guesser)[1]
    assert (closed.status_code, int(closed["Retry-After"]) <= 900) == (429, True)
    assert sign_in(client=elsewhere)[1].status_code == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client=guesser)[1].status_code == 302


# --- What is sent after a session's end


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "内容未保存"), ("en", "nothing of it was saved")])
@pytest.mark.parametrize("is_gone", [False, True])
def test_what_is_sent_after_the_end_is_told_and_shown_again(
    erin: User, language: str, words: str, is_gone: bool
) -> None:
    client, _answer = sign_in(client=Client(headers={"accept-language": language}))
    aged(client, SEEN, timedelta(minutes=15))
    if is_gone:  # the browser has let the session's cookie go by itself
        del client.cookies["sessionid"]
    sent = {"name": "A note <b>of mine</b>", "old_password": PASSWORD, "csrfmiddlewaretoken": "x", "empty": " "}
    answer = client.post("/admin/catalog/catalog/add/", sent)

    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (403, True)
    shown = answer.content.decode()
    assert words in text_of(answer) and "A note &lt;b&gt;of mine&lt;/b&gt;" in shown
    assert PASSWORD not in shown and "empty" not in shown


def test_what_another_site_sends_is_not_shown(erin: User) -> None:
    client, _answer = sign_in()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    aged(client, SEEN, timedelta(minutes=15))
    answer = strict.post("/admin/catalog/catalog/add/", {"name": "planted"})

    assert (answer.status_code, "planted" in answer.content.decode()) == (403, False)


# --- Whoever let somebody in could have gone in themself


def one(name: str) -> set[str]:
    return set(one_with(name))


def test_who_gave_the_only_thing_that_is_asked_for_counts_as_the_same_person(erin: User) -> None:
    services.give_temporary_password(user=erin, by="sam")
    assert one("erin") == one("sam") == {"erin", "sam"}
    # What was set up meanwhile may be the giver's too, and so may the password that was chosen.
    with_factor(erin)
    services.change_own_password(user=erin, password="Another one of mine 7")
    assert one("erin") == {"erin", "sam"}
    # With another person's password and the second step, nobody but the owner has both.
    services.give_temporary_password(user=erin, by="sue")
    services.change_own_password(user=erin, password="Another one of mine 8")
    assert one("erin") == {"erin"} and one("sam") == {"sam"}


def test_a_password_beside_the_owners_second_step_opens_nothing_for_its_giver(erin: User) -> None:
    with_factor(erin)
    services.give_temporary_password(user=erin, by="sam")
    assert one("erin") == {"erin"}
    services.reset_second_factor(user=erin, by="sue")
    assert one("erin") == {"erin", "sam"}


def test_an_account_is_one_person_with_whoever_made_it(erin: User) -> None:
    services.password_is_given(user=erin, given_by="sam")
    assert one("erin") == {"erin", "sam"}
