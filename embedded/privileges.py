"""How PostgreSQL is started: it refuses root, so root starts it as nobody, and the files stay in the data folder.

Two ways, the first that works. In a user namespace (Linux, where allowed) the server believes it is nobody while its
files stay root's. Otherwise it becomes nobody with one capability kept, CAP_DAC_OVERRIDE, so that it reaches a data
folder in a tree closed to others (a checkout below /root) without anything there being opened to anybody else; only its
own files become nobody's.
"""

import ctypes
import os
import pwd
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import CannotRun

_CLONE_NEWUSER = 0x10000000
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True, slots=True)
class Privileges:
    """A way to start the server: what its child process does first, and who owns its files (None: who starts it)."""

    way: str
    in_child: Callable[[], None] | None
    owner: tuple[int, int] | None

    def own(self, folder: Path) -> None:
        """Give a folder and all in it to the user the server will run as, where it is not already."""
        uid, gid = self.owner or (os.geteuid(), os.getegid())
        if folder.stat().st_uid == uid:
            return
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), uid, gid, follow_symlinks=False)
        # Last, so that a start killed half-way does it again.
        os.chown(folder, uid, gid)


PLAIN = Privileges("plain", None, None)


def choose(programs: Path, *, namespaces_allowed: bool = True) -> Privileges:
    """Return how this process can start the PostgreSQL in `programs`; raises CannotRun when it cannot."""
    if os.geteuid() != 0:
        return PLAIN
    namespace = Privileges("user namespace", _namespace_entry(), None)
    if namespaces_allowed and _reaches(namespace, programs):
        return namespace
    user = pwd.getpwnam("nobody")
    nobody = Privileges("nobody", _drop(user.pw_uid, user.pw_gid), (user.pw_uid, user.pw_gid))
    if _reaches(nobody, programs):
        return nobody
    raise CannotRun(
        "PostgreSQL refuses to run as root, and on this machine root can start it neither in a user namespace nor as nobody "
        f"({programs} is out of nobody's reach). Run this as an ordinary user, or from a folder that everybody may enter, "
        "or give DATABASE_URL."
    )


def _reaches(privileges: Privileges, programs: Path) -> bool:
    """True when a child can change its user and may still run the programs, by the test PostgreSQL itself makes."""

    def check() -> None:
        if privileges.in_child:
            privileges.in_child()
        if not os.access(programs / "postgres", os.R_OK | os.X_OK):
            raise PermissionError(programs)

    try:
        return subprocess.run(["/bin/true"], preexec_fn=check).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _namespace_entry() -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    nobody = pwd.getpwnam("nobody")
    uid_map, gid_map = f"{nobody.pw_uid} {os.geteuid()} 1", f"{nobody.pw_gid} {os.getegid()} 1"

    def enter() -> None:
        if libc.unshare(_CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(uid_map)
        Path("/proc/self/gid_map").write_text(gid_map)

    return enter


def _drop(uid: int, gid: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    has_capabilities = hasattr(libc, "capset")
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    bit = 1 << _CAP_DAC_OVERRIDE
    sets = struct.pack("=6I", bit, bit, bit, 0, 0, 0)

    def drop() -> None:
        if has_capabilities:
            libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
            # Without it, access(2), with which PostgreSQL looks for its own program, ignores what a user other than root has.
            libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        # Refused where the machine has taken the capability away: the server then needs a folder that nobody can reach.
        if has_capabilities and libc.capset(header, sets) == 0:
            libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)

    return drop
