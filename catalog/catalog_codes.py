"""What a text that names a catalog means: every insurer's own catalogs are a name space of their own (spec api.md, Auth).

For an insurer a plain code is its own catalog of that code, or else the office's. For the office it is the shared one, or else the only
insurer's. `OWNER:CODE` says whose, by the insurer's code; `:CODE` is always the office's. An insurer may have a code that the office takes
later, never one that the office has already: so no reference that it has written ever comes to mean another list.
"""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

# What stands between an owner and a code; neither can hold it.
MARK = ":"
# Two codes of 64 characters and the mark.
LONGEST = 129
# The id of no insurer: whoever asks as it owns no list, so that codes mean the shared ones alone.
SHARED_ONLY = 0


class Named(Protocol):
    """What is known of a catalog by which it can be meant; `owner_code` is None where it is shared."""

    @property
    def code(self) -> str: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def owner_code(self) -> str | None: ...


def parted(text: str) -> tuple[str | None, str]:
    """Return whose catalog a text means ('' the office's, None: it does not say), and its code."""
    owner, mark, code = text.rpartition(MARK)
    return (owner if mark else None), code


def address_of(code: str, owner_code: str | None) -> str:
    """Return the text that means a catalog whoever writes it."""
    return f"{owner_code or ''}{MARK}{code}"


def address_for(catalog: Named, insurer_id: int | None, own_codes: Collection[str]) -> str:
    """Return the text by which an insurer (None: the office) is told of a catalog that it may see; `own_codes` are those of the insurer's own.

    It opens that catalog, differs from that of every other, and never comes to mean another list, whoever takes which code later.
    """
    if catalog.owner_id == insurer_id:
        return catalog.code
    if catalog.owner_id is not None:
        return address_of(catalog.code, catalog.owner_code)
    return address_of(catalog.code, None) if catalog.code in own_codes else catalog.code


One = TypeVar("One", bound=Named)


def meant(text: str, catalogs: Iterable[One], insurer_id: int | None) -> tuple[One, ...]:
    """Return the catalog that a text means for an insurer (None: the office) among those it may see: none or one.

    For the office all, where only insurers have the code and several do: whoever asked has to say whose.
    """
    owner, code = parted(text)
    among = [one for one in catalogs if one.code == code]
    if owner is not None:
        return tuple(one for one in among if (one.owner_code or "") == owner)[:1]
    shared = tuple(one for one in among if one.owner_id is None)
    if insurer_id is None:
        return shared or tuple(among)
    return tuple(one for one in among if one.owner_id == insurer_id) or shared
