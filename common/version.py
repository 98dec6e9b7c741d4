"""Which release this is: the last one that was made (CONTRIBUTING.md, Releases). A test holds whatever else says so to the same."""

from typing import Final

VERSION: Final = "0.2.0"
