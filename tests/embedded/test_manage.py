"""script/manage: the data folder it works in is named before the command, and never handed on to manage.py."""

import pytest

from embedded.errors import CannotRun
from embedded.manage import _arguments


@pytest.mark.parametrize(
    ("written", "folder", "handed_on"),
    [
        (["migrate", "--plan"], None, ["migrate", "--plan"]),
        (["--data", "/srv/lists", "migrate"], "/srv/lists", ["migrate"]),
        (["--data=/srv/lists", "migrate"], "/srv/lists", ["migrate"]),
        (["dumpdata", "--data", "x"], None, ["dumpdata", "--data", "x"]),  # behind the command it is the command's
        ([], None, []),
    ],
)
def test_the_folder_stands_before_the_command(written, folder, handed_on):
    assert _arguments(written) == (folder, handed_on)


def test_an_option_without_its_folder_is_told():
    with pytest.raises(CannotRun, match="needs a folder"):
        _arguments(["--data"])
