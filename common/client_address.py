"""Who is at the other end of a request: its address, through the proxies that are trusted and no further."""

from collections.abc import Mapping
from ipaddress import ip_address

from django.conf import settings


def client_address(meta: Mapping[str, str]) -> str:
    """Return the address a request came from, by its WSGI variables.

    Each of TRUSTED_PROXIES proxies adds whom it heard to `X-Forwarded-For`, so the last entries are theirs and what stands before is the
    caller's own word; with none, fewer entries than proxies, or one that is no address, it is the address of the connection.
    """
    heard = [one.strip() for one in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(heard) >= proxies and _is_address(heard[-proxies]):
        return heard[-proxies]
    return meta.get("REMOTE_ADDR", "")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # with a zone it is one of a machine's own network, and no column keeps it
