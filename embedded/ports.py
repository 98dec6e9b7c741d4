"""Ports on 127.0.0.1."""

import socket


def free() -> int:
    """Return a port that is free now; its server must be ready to be told that it no longer is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def taken(port: int) -> bool:
    """True when something listens on the port already."""
    with socket.socket() as probe:
        # As servers do, so that connections of a server that has just stopped do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
