"""Nothing in the repository is about a person who exists: every resident identity number in it is one that is printed as a specimen, or of no region (C11)."""

import re
import subprocess
from pathlib import Path

import pytest

from common.personal import identity_number_in

ROOT = Path(__file__).resolve().parents[1]
# Put together here, since no file may hold one.
OF_SOMEBODY = "".join(("440524", "18800101", "0014"))
# Of the standard GB 11643 itself; numbers of the region 999999 are nobody's.
SPECIMENS = {"11010519491231002X"}
_EIGHTEEN = re.compile(rb"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")


def numbers_of(content: bytes) -> set[str]:
    """The identity numbers with the right check digit in a text that stand for no specimen."""
    found = {one.decode().upper() for one in _EIGHTEEN.findall(content)}
    return {one for one in found - SPECIMENS if identity_number_in(one) and not one.startswith("999999")}


def test_no_file_holds_the_identity_number_of_anybody() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    held = {}
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and (numbers := numbers_of(path.read_bytes())):
            held[name] = numbers

    assert held == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"11010519491231002X", set()),
        (OF_SOMEBODY.encode(), {OF_SOMEBODY}),
        (f'id = "{OF_SOMEBODY}"'.encode(), {OF_SOMEBODY}),
        (b"999999198001010010", set()),
        (b"123456789012345678", set()),
    ],
)
def test_a_number_with_its_right_check_digit_is_found(text: bytes, found: set[str]) -> None:
    assert numbers_of(text) == found
