"""What script/run says when it is ready, and makes the first time."""

from desk.management.commands.demo_logins import LOGINS, Command
from embedded import welcome


class Folder:
    """A data folder whose secrets all begin with a dash."""

    def __init__(self):
        self.kept = {}

    def secret(self, name, make):
        return "-" + make()

    def known_secret(self, name):
        return self.kept.get(name)

    def keep_secret(self, name, value):
        self.kept[name] = value


def test_a_login_may_have_any_password():
    asked = {}

    def manage(logins, key):
        assert (logins[0], key[0]) == ("demo_logins", "issue_key")
        asked.update(vars(Command().create_parser("manage.py", logins[0]).parse_args(logins[1:])))
        return "sbm_key"

    said = "\n".join(welcome.lines(Folder(), "http://127.0.0.1:9/", manage))

    for name in welcome.LOGINS:
        assert asked[f"{name}_password"].startswith("-")
        assert f"sign in as {name:<13} password {asked[f'{name}_password']}" in said
    assert "sbm_key" in said


def test_every_login_that_is_told_is_made():
    assert list(welcome.LOGINS) == list(LOGINS)
