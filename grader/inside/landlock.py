"""Landlock: the kernel's own way for a process to give up files, for good, without namespaces and without privileges.

A ruleset names what stays open; everything else below any path is closed. It does not hide names: who guesses a path can still
learn that it is there, how large it is and whose. The numbers are those of the kernel's ``linux/landlock.h``.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from . import system

NEEDED = 6
"""The oldest version that is of use: it keeps signals inside, without which what student code starts can't be told from ours."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_DEVICES = 1 << 6 | 1 << 11
_TCP, _ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3

READ = _READ | _LIST | _EXECUTE
USE = _READ | _WRITE
_ALL = (1 << 16) - 1
OWN = _ALL & ~_DEVICES
"""All that can be done to files, but for making devices."""


def version() -> int:
    """The version of Landlock that this kernel has; 0 where it has none."""
    found = system.call(_CREATE, None, 0, _VERSION)
    return max(0, found)


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Close all files but those at and below these paths to this process and all it will start; also TCP, and what scope() does.

    Paths that are not there are left out. Raises OSError.
    """
    ruleset = _made(_ALL, _TCP)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights)
        _enter(ruleset)
    finally:
        os.close(ruleset)


def scope() -> None:
    """Close signals, and sockets by a name in the kernel's list, to any process outside. Raises OSError."""
    ruleset = _made(0, 0)
    try:
        _enter(ruleset)
    finally:
        os.close(ruleset)


def _made(files: int, network: int) -> int:
    wanted = struct.pack("QQQ", files, network, _ABSTRACT_SOCKETS_AND_SIGNALS)
    return system.check_number(system.call(_CREATE, ctypes.c_char_p(wanted), len(wanted), 0), "landlock")


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _FILE
        rule = struct.pack("=Qi", rights, opened)
        system.check_number(system.call(_ADD, ruleset, _BENEATH, ctypes.c_char_p(rule), 0), f"landlock {path}")
    finally:
        os.close(opened)


def _enter(ruleset: int) -> None:
    system.check_number(system.call(_RESTRICT, ruleset, 0), "landlock")
