"""A bounded cache lets go of what was used least recently."""

import pytest

from common.cache import LruCache


def test_the_least_recently_used_goes_first() -> None:
    cache: LruCache[str, int] = LruCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1

    cache.put("c", 3)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]


@pytest.mark.parametrize(
    ("put", "left", "gone"),
    [
        (["xx", "yy"], ["xx", "yy"], []),
        (["xx", "yyy"], ["yyy"], ["xx"]),
        (["x", "y", "zzzz"], ["zzzz"], ["x", "y"]),
        (["xx", "yyyyyy"], ["yyyyyy"], ["xx"]),  # the newest stays, whatever it weighs
        (["xxxx", "xxxx"], ["xxxx"], []),  # the same again is no other
    ],
)
def test_what_weighs_too_much_pushes_others_out_and_says_so(put: list[str], left: list[str], gone: list[str]) -> None:
    dropped: list[str] = []
    cache: LruCache[str, str] = LruCache(4, len, dropped.append)

    for value in put:
        cache.put(value, value)

    assert [value for value in dict.fromkeys(put) if cache.get(value)] == left
    assert dropped == gone


def test_what_is_called_with_what_was_dropped_may_use_the_cache() -> None:
    cache: LruCache[str, str] = LruCache(1, dropped=lambda _value: cache.clear())
    cache.put("a", "a")

    cache.put("b", "b")

    assert len(cache) == 0
