"""Tampering with a receipt, a claim, a list's file, a leaf, a checkpoint or a key is caught: by whoever asks the service, and from files alone."""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from joserfc import jws
from joserfc.jwk import OctKey

from catalog import services as catalogs
from catalog.log import merkle
from catalog.log.services import signing_keys
from catalog.log.signing import SigningKeys, keys_of
from catalog.models import LogLeaf
from common.jcs import canonical_json
from shangbao_client import lists, verify
from shangbao_client.verify import NotProved
from tests.api.conftest import CLAIM, LIST, World
from tests.conftest import Api, published

pytestmark = pytest.mark.django_db
STRANGER = Api()
FORGER = keys_of(["66" * 32])
OURS = "shangbao-receipt+json"


@dataclass
class Held:
    """What a stranger holds: files, as the service gave them out."""

    receipt: str
    claim: dict[str, Any]
    exported: bytes
    inclusion: dict[str, Any]
    before: str
    after: str
    consistency: dict[str, Any]
    jwks: dict[str, Any]


def asked(path: str, **query: Any) -> Any:
    answer = STRANGER.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def jwks() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/.well-known/jwks.json").json()
    return found


def leaf_of(catalog: str, label: str) -> dict[str, Any]:
    return next(
        leaf for leaf in asked("/log/entries/")["results"] if (leaf["catalog"], leaf["label"]) == (catalog, label)
    )


@pytest.fixture
def held(world: World) -> Held:
    """Gather the files: between the two checkpoints lists are published, one is withdrawn, and a claim is checked."""
    a = world.apis["A-write"]
    for number in range(2):
        published(catalogs.create_catalog(code=f"E{number}", name="甲", kind="commercial", by="alice"), LIST)
    before = asked("/log/checkpoint/")["note"]
    published(
        catalogs.create_catalog(code="E9", name="乙", kind="commercial", by="alice"),
        LIST,
        effective_to=date(2026, 12, 31),
    )
    made = a.post("/claims/checks/", CLAIM).json()
    receipt = a.get(f"/claims/checks/{made['id']}/receipt/").json()["receipt"]
    after = asked("/log/checkpoint/")
    sizes = {"from": before.split("\n")[1], "to": after["size"]}
    export = a.get("/catalogs/COM/versions/v1/export.csv")
    return Held(
        receipt=receipt,
        claim=copy.deepcopy(CLAIM),
        exported=b"".join(export.streaming_content),
        inclusion=asked("/log/proof/inclusion/", leaf=leaf_of("COM", "v1")["seq"], size=after["size"]),
        before=before,
        after=after["note"],
        consistency=asked("/log/proof/consistency/", **sizes),
        jwks=jwks(),
    )


# --- What is looked at: by the service, and by the client from files


def receipt_by_api(held: Held) -> bool:
    answer = STRANGER.post("/receipts/verify/", {"receipt": held.receipt})
    assert answer.status_code == 200, answer.content
    return bool(answer.json()["valid"])


def claim_by_api(held: Held) -> bool:
    found = STRANGER.post("/receipts/verify/", {"receipt": held.receipt, "claim": held.claim}).json()
    return bool(found["valid"] and found["matches_claim"])


def list_by_api(held: Held) -> bool:
    leaf = leaf_of("COM", "v1")
    try:
        return lists.checksum_of(lists.entries_of(held.exported), leaf["complete_for"]) == leaf["checksum"]
    except ValueError:
        return False


def leaf_by_api(held: Held) -> bool:
    seq = held.inclusion["leaf"]["seq"]
    return asked("/log/entries/", **{"from": seq, "to": seq})["results"] == [held.inclusion["leaf"]]


def checkpoint_by_api(held: Held) -> bool:
    """Ask the service for the proof that leads from the checkpoint to its present one, and check it with the keys it gives out now."""
    keys = verify.keys_of(jwks())
    try:
        then = verify.checkpoint(held.after, keys)
        proof = STRANGER.get("/log/proof/consistency/", {"from": then.size})
        if proof.status_code != 200:
            return False
        verify.not_rewritten(then, verify.checkpoint(asked("/log/checkpoint/")["note"], keys), proof.json())
    except NotProved:
        return False
    return True


def key_by_api(held: Held) -> bool:
    return held.jwks == jwks()


def offline(held: Held) -> None:
    """Prove everything that files alone can prove; raises NotProved."""
    keys = verify.keys_of(held.jwks)
    said = verify.receipt(held.receipt, keys)
    before, after = verify.checkpoint(held.before, keys), verify.checkpoint(held.after, keys)
    verify.published(held.exported, held.inclusion, after)
    verify.not_rewritten(before, after, held.consistency)
    assert said["log"]["size"] == after.size


# --- Ways of tampering


def parts(held: Held) -> list[str]:
    return held.receipt.split(".")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def payload(held: Held) -> dict[str, Any]:
    body = parts(held)[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def saying(change: Callable[[dict[str, Any]], Any]) -> Callable[[Held], None]:
    """The receipt says something else, under the signature it had."""

    def tamper(held: Held) -> None:
        said = payload(held)
        change(said)
        head, _body, signature = parts(held)
        held.receipt = f"{head}.{b64(canonical_json(said))}.{signature}"

    return tamper


def spare_bits(held: Held) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    held.receipt = held.receipt[:-1] + alphabet[alphabet.index(held.receipt[-1]) ^ 1]


def cut(held: Held) -> None:
    held.receipt = held.receipt[:-5]


def unsigned(held: Held) -> None:
    head = b64(json.dumps({"alg": "none", "kid": signing_keys().kid, "typ": OURS}).encode())
    held.receipt = f"{head}.{parts(held)[1]}."


def signed_by_forger(**header: Any) -> Callable[[Held], None]:
    def tamper(held: Held) -> None:
        head = {"alg": "EdDSA", "kid": FORGER.kid, "typ": OURS, **header}
        head = {name: value(held) if callable(value) else value for name, value in head.items()}
        held.receipt = jws.serialize_compact(head, canonical_json(payload(held)), FORGER.keys[0], algorithms=["EdDSA"])

    return tamper


def with_the_public_key_as_secret(held: Held) -> None:
    head = {"alg": "HS256", "kid": signing_keys().kid, "typ": OURS}
    secret = OctKey.import_key(base64.urlsafe_b64decode(held.jwks["keys"][0]["x"] + "="))
    held.receipt = jws.serialize_compact(head, canonical_json(payload(held)), secret, algorithms=["HS256"])


def signed_as_something_else(held: Held) -> None:
    held.receipt = signing_keys().sign(canonical_json(payload(held)), kind="JWT")


def claiming(change: Callable[[dict[str, Any]], Any]) -> Callable[[Held], None]:
    return lambda held: change(held.claim)


def in_file(before: str, after: str) -> Callable[[Held], None]:
    def tamper(held: Held) -> None:
        assert before.encode() in held.exported
        held.exported = held.exported.replace(before.encode(), after.encode())

    return tamper


def without_last_row(held: Held) -> None:
    held.exported = b"\r\n".join(held.exported.split(b"\r\n")[:-2]) + b"\r\n"


def another_row(held: Held) -> None:
    last = held.exported.split(b"\r\n")[-2]
    held.exported += last.replace(b"E-3", b"E-4") + b"\r\n"


def leaf(**said: Any) -> Callable[[Held], None]:
    return lambda held: held.inclusion["leaf"].update(said)


def list_and_leaf(held: Held) -> None:
    """The file is changed, and the leaf says the changed file's checksum, with its hash."""
    in_file("肺癌", "肺病")(held)
    told = held.inclusion["leaf"]
    told["checksum"] = lists.checksum_of(lists.entries_of(held.exported), told["complete_for"])
    told.pop("leaf_hash")
    told["leaf_hash"] = merkle.leaf_hash(canonical_json(told)).hex()


def noted(held: Held, change: Callable[[list[str]], Any]) -> None:
    lines = held.after.split("\n")
    change(lines)
    held.after = "\n".join(lines)


def one_leaf_less(held: Held) -> None:
    noted(held, lambda lines: lines.__setitem__(1, str(int(lines[1]) - 1)))


def other_root(held: Held) -> None:
    noted(held, lambda lines: lines.__setitem__(2, base64.b64encode(b"0" * 32).decode()))


def other_origin(held: Held) -> None:
    held.after = held.after.replace(held.after.split("\n")[0], "elsewhere/log")


def noted_by_forger(held: Held) -> None:
    origin, size, root = held.after.split("\n")[:3]
    held.after = FORGER.note(origin, int(size), base64.b64decode(root))


def key_exchanged(held: Held) -> None:
    """The forger's key under our key's name, and a receipt of the forger's."""
    held.jwks["keys"][0]["x"] = FORGER.jwks()["keys"][0]["x"]
    signed_by_forger(kid=lambda held: held.jwks["keys"][0]["kid"])(held)


def forgers_keys(held: Held) -> None:
    held.jwks = FORGER.jwks()


def raised(said: dict[str, Any]) -> None:
    said["lines"][0]["payable"] = "99999.00"


Tampering = tuple[str, Callable[[Held], None], Callable[[Held], bool], str | None]
# What is done, what the service says when asked, and the code by which the client refuses the files; None: files alone do not tell
# (a claim is decided by the service's rules, so only the service can say that it is another).
TABLE: list[Tampering] = [
    ("receipt: a higher amount", saying(raised), receipt_by_api, "bad_signature"),
    ("receipt: another outcome", saying(lambda said: said["lines"][0].update(outcome="review")), receipt_by_api, "bad_signature"),
    ("receipt: another claim's digest", saying(lambda said: said.update(digest="0" * 64)), receipt_by_api, "bad_signature"),
    ("receipt: another list", saying(lambda said: said["catalogs"][0].update(label="v2")), receipt_by_api, "bad_signature"),
    ("receipt: bits nobody reads", spare_bits, receipt_by_api, "malformed"),
    ("receipt: cut off", cut, receipt_by_api, "malformed"),
    ("receipt: signed by nobody", unsigned, receipt_by_api, "bad_header"),
    ("receipt: signed by a forger", signed_by_forger(), receipt_by_api, "unknown_key"),
    ("receipt: signed by a forger in our name", signed_by_forger(kid=lambda held: signing_keys().kid), receipt_by_api, "bad_signature"),
    ("receipt: brings its key along", signed_by_forger(jwk=FORGER.jwks()["keys"][0]), receipt_by_api, "bad_header"),
    ("receipt: our public key as a secret", with_the_public_key_as_secret, receipt_by_api, "bad_header"),
    ("receipt: our signature of something else", signed_as_something_else, receipt_by_api, "bad_header"),
    ("claim: a higher amount", claiming(lambda claim: claim["lines"][0].update(amount="4977.01")), claim_by_api, None),
    ("claim: another diagnosis", claiming(lambda claim: claim.update(diagnoses=["C50"])), claim_by_api, None),
    ("claim: other evidence", claiming(lambda claim: claim["lines"][0].update(evidence={"EGFR": False})), claim_by_api, None),
    ("claim: another day", claiming(lambda claim: claim.update(service_date="2026-03-15")), claim_by_api, None),
    ("claim: a line more", claiming(lambda claim: claim["lines"].append({**claim["lines"][0], "line_no": 2})), claim_by_api, None),
    ("list: a word", in_file("肺癌", "肺病"), list_by_api, "other_list"),
    ("list: another code", in_file("C64", "C65"), list_by_api, "other_list"),
    ("list: a row less", without_last_row, list_by_api, "other_list"),
    ("list: a row more", another_row, list_by_api, "other_list"),
    ("leaf: longer in force", leaf(effective_to="2099-12-31"), leaf_by_api, "not_in_log"),
    ("leaf: at another place", leaf(seq=1), leaf_by_api, "not_in_log"),
    ("leaf: another deed", leaf(deed="withdrawn"), leaf_by_api, "not_in_log"),
    ("leaf: published earlier", leaf(at="2020-01-01T00:00:00Z"), leaf_by_api, "not_in_log"),
    ("leaf and list: a pair that fits", list_and_leaf, leaf_by_api, "not_in_log"),
    ("checkpoint: a leaf less", one_leaf_less, checkpoint_by_api, "bad_signature"),
    ("checkpoint: another root", other_root, checkpoint_by_api, "bad_signature"),
    ("checkpoint: another log's", other_origin, checkpoint_by_api, "bad_signature"),
    ("checkpoint: signed by a forger", noted_by_forger, checkpoint_by_api, "bad_signature"),
    ("key: exchanged under its name", key_exchanged, key_by_api, "bad_key"),
    ("key: a forger's set", forgers_keys, key_by_api, "unknown_key"),
]  # fmt: skip


def test_what_was_not_touched_is_proved(held: Held) -> None:
    for by_api in (receipt_by_api, claim_by_api, list_by_api, leaf_by_api, checkpoint_by_api, key_by_api):
        assert by_api(held), by_api
    offline(held)


@pytest.mark.parametrize(("tamper", "by_api", "code"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_tampering_is_caught(
    held: Held, tamper: Callable[[Held], None], by_api: Callable[[Held], bool], code: str | None
) -> None:
    tamper(held)

    assert not by_api(held)
    if code is None:
        offline(held)
    else:
        with pytest.raises(NotProved) as caught:
            offline(held)
        assert caught.value.code == code


def test_the_table_has_twenty_kinds_of_six_things() -> None:
    assert len({row[0] for row in TABLE}) == len(TABLE) >= 20
    assert len({row[0].partition(":")[0] for row in TABLE} - {"leaf and list"}) == 6


def test_no_byte_of_a_receipt_can_be_changed(held: Held) -> None:
    keys, ours = verify.keys_of(held.jwks), signing_keys()
    for place, letter in enumerate(held.receipt):
        changed = held.receipt[:place] + ("A" if letter != "A" else "B") + held.receipt[place + 1 :]
        with pytest.raises(NotProved):
            verify.receipt(changed, keys)
        with pytest.raises(Exception, match="malformed|bad_|unknown_"):
            ours.opened(changed, kind=OURS)


def by_force(*statements: str) -> None:
    """Do what no trigger lets anybody do, as the owner of the tables can."""
    tables = ("catalog_logleaf", "catalog_catalogversion", "catalog_catalogentry")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def rewrite(held: Held) -> None:
    """Write the log anew, as if COM v1 had been in force longer: every hash is right again, and the service signs it."""
    row = LogLeaf.objects.get(catalog="COM", label="v1")
    said = {**json.loads(row.leaf), "effective_to": "2099-12-31"}
    leaf = canonical_json(said)
    by_force(
        f"UPDATE catalog_catalogversion SET effective_to = '2099-12-31' WHERE checksum = '{said['checksum']}' AND label = 'v1'"
        " AND catalog_id IN (SELECT id FROM catalog_catalog WHERE code = 'COM')",
        f"UPDATE catalog_logleaf SET leaf = '{leaf.decode()}', leaf_hash = '\\x{merkle.leaf_hash(leaf).hex()}' WHERE seq = {row.seq}",
    )
    from common import cache

    cache.clear_all()


def test_a_log_that_was_rewritten_is_caught_by_two_checkpoints(held: Held, tmp_path: Any) -> None:
    kept = tmp_path / "checkpoint"
    kept.write_text(held.before, encoding="utf-8")
    call_command("verify_log", checkpoint=[str(kept)], stdout=StringIO())
    rewrite(held)
    # Within itself the log is whole, and the service signs it: only who kept a checkpoint knows.
    call_command("verify_log", stdout=StringIO())
    keys = verify.keys_of(jwks())
    then, now = (verify.checkpoint(note, keys) for note in (held.before, asked("/log/checkpoint/")["note"]))
    proof = asked("/log/proof/consistency/", **{"from": then.size, "to": now.size})

    with pytest.raises(NotProved) as caught:
        verify.not_rewritten(then, now, proof)
    assert caught.value.code == "rewritten"
    with pytest.raises(NotProved, match="does not begin"):
        verify.logged(verify.receipt(held.receipt, keys), now, asked("/log/proof/consistency/", **{"from": now.size}))
    with pytest.raises(CommandError, match="are not those that were signed"):
        call_command("verify_log", checkpoint=[str(kept)], stdout=StringIO())


COM = "(SELECT v.id FROM catalog_catalogversion v JOIN catalog_catalog c ON c.id = v.catalog_id WHERE c.code = 'COM' AND v.label = 'v1')"


@pytest.mark.parametrize(
    ("force", "told"),
    [
        ("UPDATE catalog_logleaf SET leaf = replace(leaf, 'v1', 'v7') WHERE seq = 0", "leaf 0: its text is not what was hashed"),
        ("UPDATE catalog_logleaf SET leaf_hash = '\\x00' WHERE seq = 0", "leaf 0: its text is not what was hashed"),
        ("UPDATE catalog_logleaf SET at = now() WHERE seq = 0", "leaf 0: its columns are not what its text says"),
        ("UPDATE catalog_logleaf SET label = 'v7' WHERE seq = 0", "COM v1 was published and is not in the log"),
        ("DELETE FROM catalog_logleaf WHERE seq = 0", "leaf 0 is missing"),
        ("DELETE FROM catalog_logleaf WHERE seq = (SELECT max(seq) FROM catalog_logleaf)", "E9 v1 was published and is not in the log"),
        (f"UPDATE catalog_catalogversion SET effective_to = '2099-12-31' WHERE id = {COM}", "COM v1 does not say what was logged"),
        (f"UPDATE catalog_catalogversion SET checksum = repeat('0', 64) WHERE id = {COM}", "COM v1 does not say what was logged"),
        (f"UPDATE catalog_catalogentry SET row_hash = '\\x00' WHERE version_id = {COM} AND entry_code = 'E-1'", "the entries of COM v1 are not those"),
        (f"UPDATE catalog_catalogentry SET generic_name = '别的片' WHERE version_id = {COM} AND entry_code = 'E-1'", "the entries of COM v1 are not those"),
        (f"DELETE FROM catalog_catalogentry WHERE version_id = {COM} AND entry_code = 'E-1'", "the entries of COM v1 are not those"),
    ],
)  # fmt: skip
def test_what_is_changed_by_force_is_named(held: Held, force: str, told: str) -> None:
    by_force(force)

    with pytest.raises(CommandError, match=told) as failed:
        call_command("verify_log", stdout=StringIO())
    assert failed.value.returncode == 1


def test_with_a_new_key_what_the_old_one_signed_still_verifies(held: Held, world: World, settings: Any) -> None:
    out = StringIO()
    call_command("receipt_keys", rotate=True, stdout=out)
    settings.RECEIPT_KEYS = out.getvalue().strip().split(",")
    old = signing_keys().kid
    signing_keys.cache_clear()
    try:
        assert signing_keys().kid != old
        assert [key["kid"] for key in jwks()["keys"]] == [signing_keys().kid, old]
        assert all("d" not in key for key in jwks()["keys"])
        assert receipt_by_api(held) and claim_by_api(held)
        held.jwks = jwks()
        offline(held)
        new = world.apis["A-write"].post("/claims/checks/", CLAIM).json()["id"]
        held.receipt = world.apis["A-write"].get(f"/claims/checks/{new}/receipt/").json()["receipt"]
        held.after = asked("/log/checkpoint/")["note"]
        assert receipt_by_api(held)
        offline(held)

        settings.RECEIPT_KEYS = ["77" * 32]
        signing_keys.cache_clear()
        assert not receipt_by_api(held)
    finally:
        signing_keys.cache_clear()


@pytest.mark.parametrize(
    "listed", [[], ["no"], ["77" * 31], ["77" * 33], ["public:" + "77" * 32], ["77" * 32, ""], ["77" * 32, "public:77"]]
)
def test_what_is_no_key_is_refused(listed: list[str]) -> None:
    with pytest.raises(ValueError):
        keys_of(listed)


def test_a_key_of_ours_is_a_key_of_everybodys() -> None:
    """RFC 8037, A.1 to A.4: the key, its thumbprint, and its signature."""
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    keys: SigningKeys = keys_of([seed.hex()])

    assert keys.jwks()["keys"][0]["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert keys.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    head, body, signature = keys.sign(b"Example of Ed25519 signing", kind="x").split(".")
    padded = base64.urlsafe_b64decode(signature + "==")
    Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(padded, f"{head}.{body}".encode())
    assert set(verify.keys_of(keys.jwks()).by_thumbprint) == {keys.kid}
