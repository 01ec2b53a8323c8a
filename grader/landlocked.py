"""Sandboxes for machines on which no namespace can be made: an ordinary container, or a kernel that forbids them to users."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from grader.inside import landlock
from grader.sandbox import CONFIGURATION, PARTS, SandboxUnavailable, environment_of, pythons
from grader.seccomp import filter_program

UNSAFE = "none (unsafe)"
_SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64")
_FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", "/dev/random", "/dev/urandom")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


class _Alone:
    """What the kinds without namespaces have in common: children get a user of their own where root runs us, limits, a filter."""

    kind = ""
    own_folder = True
    landlock = False

    def __init__(self) -> None:
        self.as_root = os.geteuid() == 0
        self._filter = filter_program(alone=True)
        if self.as_root:
            _check_readable([*pythons(), *PARTS.values()])

    def template_command(self, arguments: Sequence[str], folder: Path) -> list[str]:
        home = folder / "home"
        home.mkdir()
        return ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment_of(str(home)).items()), *arguments]

    def told(self) -> dict[str, Any]:
        place = {
            "as_root": self.as_root,
            "filter": self._filter.hex(),
            "keep": [],
            "namespaces": False,
            "landlock": self.landlock,
            "readable": [*_SYSTEM, *_FACTS, *map(str, [*CONFIGURATION, *pythons(), *PARTS.values()])],
            "usable": list(_DEVICES),
        }
        return {"place": place, "parts": {f"homeroom_{name}": str(path) for name, path in PARTS.items()}}


class Landlocked(_Alone):
    """Landlock closes files, a strict filter of system calls the network and other processes; see inside/locked.py."""

    kind = "landlock"
    landlock = True

    def __init__(self) -> None:
        super().__init__()
        version = landlock.version()
        if not version:
            raise SandboxUnavailable("This kernel has no Landlock, or it is not switched on.")
        if version < landlock.NEEDED:
            raise SandboxUnavailable(f"This kernel's Landlock is too old: version {version}, not {landlock.NEEDED} (Linux 6.12).")
        if not self._filter:
            raise SandboxUnavailable("The system calls of this kind of machine are not known, so they can't be filtered.")


class Unsafe(_Alone):
    """No sandbox. Limits, and the filter where there is one; files and other processes of the same user are open."""

    kind = UNSAFE


def _check_readable(folders: Iterable[Path]) -> None:
    """Children are another user, and Landlock, other than a mount, opens nothing to them. Raises SandboxUnavailable."""
    for folder in folders:
        for above in (folder.resolve(), *folder.resolve().parents):
            if not above.stat().st_mode & stat.S_IXOTH:
                raise SandboxUnavailable(
                    f"Landlock needs Python where every user can read it, and {above} is root's alone. "
                    "Install Homeroom elsewhere, or run it as an ordinary user."
                )
