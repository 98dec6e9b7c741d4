"""The address of a caller is what trusted proxies heard, and nothing that the caller wrote."""

from typing import Any

import pytest

from common.client_address import client_address

PROXY, CALLER = "10.0.0.2", "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", PROXY),
        (0, CALLER, PROXY),  # nobody is trusted: what a caller writes is not believed
        (1, CALLER, CALLER),
        (1, f"198.51.100.1, {CALLER}", CALLER),  # the caller wrote the first itself
        (1, "", PROXY),
        (2, f"{CALLER}, 10.0.0.1", CALLER),
        (2, "10.0.0.1", PROXY),  # not by way of both proxies
        (1, f" ,, {CALLER} ,", CALLER),
        (1, "no address\x00", PROXY),
        (1, f"{CALLER}:443", PROXY),
        (1, "fe80::1%eth0", PROXY),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_a_callers_own_word_is_not_its_address(settings: Any, proxies: int, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": PROXY}
    if forwarded:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client_address(meta) == address
