"""A control group for one grading run, where this machine lets us make one: memory and processes in total, and a sure kill.

Version 1 and version 2 of the interface. Where neither is writable (an ordinary container), there is none: totals are looked
at instead (watching.py). When memory is short the kernel takes one process, by its rank, not the whole group: copies that wait
for their tests stay (``memory.oom.group`` is left off).
"""

import contextlib
import fcntl
import os
import secrets
import signal
import time
import types
from collections.abc import Mapping
from pathlib import Path

from grader import control_groups
from grader.jobs import Limits

_PREFIX = "homeroom-grader-"
_KILL_TRIES = 50


class Cgroup:
    """The folders of one control group. Made by :func:`make_cgroup`, ended by :meth:`close`."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders
        self._held = [held for folder in folders if (held := _hold(folder)) is not None]

    @property
    def held(self) -> bool:
        """Whether it is this process that uses the group."""
        return bool(self._held)

    @property
    def procs(self) -> list[str]:
        """The files that a process writes its number into to join."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    @property
    def peak_mb(self) -> float | None:
        """The most memory used at once so far, in megabytes, where the kernel tells."""
        for folder in self.folders:
            for name in ("memory.peak", "memory.max_usage_in_bytes"):
                with contextlib.suppress(OSError, ValueError):
                    return round(int((folder / name).read_text()) / 2**20, 1)
        return None

    def close(self) -> None:
        """Kill whoever is still inside and remove the group."""
        for _ in range(_KILL_TRIES):
            if not self._kill():
                break
            time.sleep(0.02)
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        while self._held:
            os.close(self._held.pop())

    def _kill(self) -> bool:
        alive = False
        for folder in self.folders:
            with contextlib.suppress(OSError):
                (folder / "cgroup.kill").write_text("1")
            with contextlib.suppress(OSError):
                for pid in (folder / "cgroup.procs").read_text().split():
                    alive = True
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
        return alive


def make_cgroup(limits: Limits) -> Cgroup | None:
    """A new control group with these limits, or None where none can be made."""
    name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    made = _make_1(name, limits) or _make_2(name, limits)
    return Cgroup(made) if made else None


def _make_1(name: str, limits: Limits) -> tuple[Path, ...]:
    memory, processes = control_groups.version_1("memory"), control_groups.version_1("pids")
    if memory is None or processes is None:
        return ()
    most = str(limits.memory_mb * 2**20)
    folder = _make(memory / name, {"memory.limit_in_bytes": most}, {"memory.memsw.limit_in_bytes": most})
    if folder is None:
        return ()
    other = _make(processes / name, {"pids.max": str(limits.processes)})
    if other is None:
        folder.rmdir()
        return ()
    return folder, other


def _make_2(name: str, limits: Limits) -> tuple[Path, ...]:
    settings = {"memory.max": str(limits.memory_mb * 2**20), "pids.max": str(limits.processes)}
    for parent in control_groups.version_2():
        folder = _make(parent / name, settings, {"memory.swap.max": "0"})
        if folder is not None:
            return (folder,)
    return ()


def _make(folder: Path, settings: Mapping[str, str], where_known: Mapping[str, str] = types.MappingProxyType({})) -> Path | None:
    """A group with these settings; ``where_known``: those that the kernel may be built without."""
    _sweep(folder.parent)
    try:
        folder.mkdir()
    except OSError:
        return None
    try:
        for name, value in settings.items():
            (folder / name).write_text(value)
    except OSError:
        folder.rmdir()
        return None
    for name, value in where_known.items():
        with contextlib.suppress(OSError):
            (folder / name).write_text(value)
    return folder


def _sweep(parent: Path) -> None:
    """End the groups of workers that were killed."""
    for folder in list(parent.glob(f"{_PREFIX}*")):
        maker = folder.name.removeprefix(_PREFIX).split("-")[0]
        if not Path("/proc", maker).exists():
            left = Cgroup((folder,))
            if left.held:  # else its maker lives where this process does not see it
                left.close()


def _hold(folder: Path) -> int | None:
    """Show everybody that this group is in use, until the number is closed or this process ends; None if another holds it."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held
