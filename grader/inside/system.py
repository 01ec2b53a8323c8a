"""The system calls that Python 3.11 has no function for. Each raises OSError."""

import ctypes
import fcntl
import os
import socket
import struct

NEW_MOUNTS, NEW_CGROUPS, NEW_NAMES, NEW_IPC, NEW_USERS, NEW_PIDS, NEW_NET = (
    0x00020000,
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
"""Kinds of namespaces, for :func:`unshare`."""

PLAIN = 2 | 4
"""A mount without setuid programs and devices."""
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NAME, _SET_SECCOMP = 1, 4, 15, 22
_DROP_BOUNDING, _SET_SUBREAPER, _NO_NEW_PRIVILEGES, _AMBIENT = 24, 36, 38, 47
_CLEAR_ALL, _FILTER = 4, 2
_CAPABILITY_VERSION = 0x20080522
_MOST_CAPABILITIES = 64
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _control(option: int, *values: object) -> int:
    return int(_libc.prctl(option, *values, *([0] * (4 - len(values)))))


def call(number: int, *values: object) -> int:
    """The system call ``number``; -1 when it fails, and then :func:`check_number` says why."""
    filled = [ctypes.c_long(value) if isinstance(value, int) else value for value in values]
    return int(_libc.syscall(ctypes.c_long(number), *filled))


def check_number(result: int, what: str) -> int:
    """What a call has returned. Raises OSError if that is a failure."""
    if result < 0:
        _check(result, what)
    return result


def unshare(kinds: int) -> None:
    """Leave the namespaces of these kinds for new ones; that of processes holds from the next child on."""
    _check(_libc.unshare(kinds), "unshare")


def enter(namespace: int) -> None:
    """Go (back) into the process namespace behind this file descriptor, from the next child on."""
    _check(_libc.setns(namespace, NEW_PIDS), "setns")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system."""
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _check(_libc.mount(*arguments), f"mount {target}")


def bound_privileges() -> None:
    """Whatever this process becomes or starts has no capability. Needs the right to, which an ordinary user has not."""
    for capability in range(_MOST_CAPABILITIES):
        if _control(_DROP_BOUNDING, capability):
            break  # the kernel knows no further ones, or we may not


def drop_privileges() -> None:
    """Give up every capability, and the way to any other, for good."""
    _control(_AMBIENT, _CLEAR_ALL)
    header, nothing = struct.pack("Ii", _CAPABILITY_VERSION, 0), bytes(24)
    _check(_libc.capset(header, nothing), "capset")
    _check(_control(_NO_NEW_PRIVILEGES, 1), "no_new_privs")


def install_filter(program: bytes) -> None:
    """Have the kernel filter system calls by this classic BPF program."""
    filled = _Program(len(program) // 8, program)
    _check(_control(_SET_SECCOMP, _FILTER, ctypes.byref(filled)), "seccomp")


def set_dumpable(dumpable: bool) -> None:  # noqa: FBT001 - the kernel's own word
    """Whether others of the same user may look into this process."""
    _check(_control(_SET_DUMPABLE, int(dumpable)), "dumpable")


def set_name(name: str) -> None:
    """What lists of processes call this one."""
    _check(_control(_SET_NAME, ctypes.c_char_p(name.encode())), "name")


def adopt_orphans() -> None:
    """Become the parent of whatever process below this one loses its own."""
    _check(_control(_SET_SUBREAPER, 1), "subreaper")


def die_with_parent(signal: int) -> None:
    """Get ``signal`` when the thread that forked this process ends."""
    _check(_control(_SET_PARENT_DEATH_SIGNAL, signal), "pdeathsig")


def loopback_up() -> None:
    """Bring up the one interface that a new network namespace has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, _GET_FLAGS, request))[1]
        fcntl.ioctl(sock, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
