"""Where a webhook may go: https to public addresses only, so that nobody reaches inside through us (SSRF).

Fails closed: what is not known to be public is refused.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MAX_URL_LENGTH: Final = 2000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's registries of special-purpose addresses, multicast, and what carries another address inside.
_NOT_PUBLIC_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Global unicast is 2000::/3: mapped (::ffff/96), NAT64 (64:ff9b::/96), local and multicast addresses all lie outside of it.
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
    )
)

# What a URL is written in; a host beyond ASCII is sent in its xn-- form.
_URL = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z"
)
_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Forbidden(Exception):
    """A webhook may not go there; `code`: bad_url, not_https, bad_port or bad_address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` is what TLS must prove and `path` what is asked for, with its query; `authority` is the Host header."""

    host: str
    port: int
    path: str
    secure: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)


def parse_target(url: str, *, may_reach_loopback: bool = False) -> Target:
    """Take a webhook's URL apart; raises Forbidden.

    https on port 443 or 1024 to 65535, no user, no fragment. The host is a name with a dot in it or a canonical public address: numbers in any other
    writing (decimal, octal, hexadecimal, shortened) are refused before anything resolves them. `may_reach_loopback` is for trying only: it lets
    http go to this machine (127.0.0.1, [::1], localhost).
    """
    if len(url) > MAX_URL_LENGTH or not _URL.fullmatch(url) or "\\" in url:
        raise Forbidden("bad_url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise Forbidden("bad_url") from fault
    if "@" in parts.netloc or "#" in url or not host:
        raise Forbidden("bad_url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if may_reach_loopback and parts.scheme == "http" and host in _LOOPBACK_HOSTS:
        return Target(host, port or 80, path, secure=False)
    if parts.scheme != "https":
        raise Forbidden("not_https")
    if port is not None and port != 443 and port < 1024:
        raise Forbidden("bad_port")
    _check_host(host)
    return Target(host, port or 443, path, secure=True)


def _check_host(host: str) -> None:
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        # A last label that begins with a letter cannot be read as a number by any resolver.
        if not _NAME.match(host) or host.rsplit(".", 1)[1].lower() in {"localhost", "local", "internal"}:
            raise Forbidden("bad_address") from None
        return
    if not is_public(literal):
        raise Forbidden("bad_address")


def public_addresses(answers: Iterable[str]) -> list[Address]:
    """Return what a host name resolved to; raises Forbidden unless there is at least one address and every one is public."""
    try:
        addresses = [ipaddress.ip_address(answer) for answer in answers]
    except ValueError as fault:
        raise Forbidden("bad_address") from fault
    if not addresses or not all(is_public(address) for address in addresses):
        raise Forbidden("bad_address")
    return addresses


def loopback_addresses(answers: Iterable[str]) -> list[Address]:
    """Return what a host name resolved to; raises Forbidden unless every address is this machine's own."""
    addresses = [ipaddress.ip_address(answer) for answer in answers]
    if not addresses or not all(address.is_loopback for address in addresses):
        raise Forbidden("bad_address")
    return addresses
