"""A control group for one grading run, where this machine lets us make one: memory and processes in total, and a sure kill.

Version 1 and version 2 of the interface. Where neither is writable (an ordinary container), there is none and the resource
limits of each process are what remains.
"""

import contextlib
import os
import secrets
import signal
import time
from pathlib import Path

from grader.jobs import Limits

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "homeroom-grader-"
_KILL_TRIES = 50


class Cgroup:
    """The folders of one control group. Made by :func:`make_cgroup`, ended by :meth:`close`."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

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
    own = _own_groups()
    name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    memory = limits.memory_mb * 2**20
    if "memory" in own:
        folders = [_make(own["memory"] / name, [("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory)])]
        if "pids" in own:
            folders.append(_make(own["pids"] / name, [("pids.max", limits.processes)]))
    elif "" in own:
        settings = [("memory.max", memory), ("memory.swap.max", 0), ("pids.max", limits.processes)]
        folders = [_make(own[""].parent / name, settings) or _make(own[""] / name, settings)]
    else:
        folders = []
    made = tuple(folder for folder in folders if folder)
    return Cgroup(made) if made else None


def _own_groups() -> dict[str, Path]:
    """This process's group by controller; version 2 under the empty name."""
    groups: dict[str, Path] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                groups[controller] = _ROOT / controller / path.lstrip("/")
    return groups


def _make(folder: Path, settings: list[tuple[str, int]]) -> Path | None:
    """A group with these settings; the first must hold, the others may be unknown to the kernel."""
    _sweep(folder.parent)
    try:
        folder.mkdir()
    except OSError:
        return None
    for position, (name, value) in enumerate(settings):
        try:
            (folder / name).write_text(str(value))
        except OSError:
            if position == 0:
                folder.rmdir()
                return None
    return folder


def _sweep(parent: Path) -> None:
    """End the groups of workers that were killed."""
    for folder in list(parent.glob(f"{_PREFIX}*")):
        maker = folder.name.removeprefix(_PREFIX).split("-")[0]
        if not Path("/proc", maker).exists():
            Cgroup((folder,)).close()
