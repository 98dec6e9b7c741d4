"""Which row said this before? A million rows in 24 bytes each, where a dict of Python integers takes a hundred."""

from array import array

_FULL = 0xFFFF_FFFF_FFFF_FFFF


class FirstSeen:
    """Remembers, for a 64-bit hash, the number that came with it first. Open addressing, at most half full."""

    def __init__(self, expected: int = 1 << 15) -> None:
        size = 1 << max(4, (expected * 2).bit_length())
        self._mask = size - 1
        self._hashes = array("Q", bytes(8 * size))
        self._numbers = array("I", bytes(4 * size))
        self._free = size // 2

    def first(self, hashed: int, number: int) -> int | None:
        """Will return the number that came first with this hash, or None and remember this one."""
        hashed = hashed & _FULL or 1  # 0 marks a free place
        hashes, mask = self._hashes, self._mask
        place = hashed & mask
        while found := hashes[place]:
            if found == hashed:
                return self._numbers[place]
            place = (place + 1) & mask
        hashes[place] = hashed
        self._numbers[place] = number
        self._free -= 1
        if not self._free:
            self._grow()
        return None

    def _grow(self) -> None:
        larger = FirstSeen(len(self._hashes))
        for hashed, number in zip(self._hashes, self._numbers, strict=True):
            if hashed:
                larger.first(hashed, number)
        self._mask, self._hashes, self._numbers, self._free = (
            larger._mask,
            larger._hashes,
            larger._numbers,
            larger._free,
        )
