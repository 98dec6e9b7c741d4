"""Which row said this before? A million rows in 16 bytes each, where a dict of Python integers takes a hundred."""

from array import array

_FULL = 0xFFFF_FFFF_FFFF_FFFF


class FirstSeen:
    """Remembers, for a 64-bit hash, the number that came with it first. Open addressing, at most half full.

    A place holds which hash stands there, counted from 1 in the order they came; 0 marks a free place.
    """

    def __init__(self, expected: int = 1 << 15) -> None:
        self._hashes = array("Q")
        self._numbers = array("I")
        self._spread(1 << max(4, (expected * 2 - 1).bit_length()))

    def _spread(self, size: int) -> None:
        self._mask = mask = size - 1
        self._places = places = array("I", bytes(4 * size))
        for which, hashed in enumerate(self._hashes, 1):
            place = hashed & mask
            while places[place]:
                place = (place + 1) & mask
            places[place] = which

    def first(self, hashed: int, number: int) -> int | None:
        """Return the number that came first with this hash, or None and remember this one."""
        hashed &= _FULL
        places, mask, hashes = self._places, self._mask, self._hashes
        place = hashed & mask
        while which := places[place]:
            if hashes[which - 1] == hashed:
                return self._numbers[which - 1]
            place = (place + 1) & mask
        hashes.append(hashed)
        self._numbers.append(number)
        places[place] = len(hashes)
        if len(hashes) * 2 > mask:
            self._spread(2 * (mask + 1))
        return None
