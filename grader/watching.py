"""Totals that the kernel does not hold for us: memory where there is no control group, disk where there is no file system.

What is over its limit for a moment between two looks is not seen. Nothing that student code wrote is opened or followed.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.jobs import Limits
from grader.line_kernel import LineKernel

_SECONDS = 0.25
_DISK_SECONDS = 30
_SPARE = 8
"""Processes of ours among them."""
_libc = ctypes.CDLL(None)


class Watcher:
    """Looks at what a kernel and all it started use while the context lasts, and kills what uses too much."""

    def __init__(self, kernel: LineKernel, request: dict[str, Any], limits: Limits, *, memory: bool) -> None:
        self._kernel, self._limits, self._memory = kernel, limits, memory
        self._user: int = request["uid"] if os.geteuid() == 0 else -1
        self._most = limits.processes + request["copies"] + _SPARE
        self._folder: str = request.get("folder", "")
        self._most_mb = float(limits.disk_mb)
        self._over = threading.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._memory or self._folder:
            self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._task:
            await self._task

    async def _watch(self) -> None:
        await asyncio.to_thread(self._look_on)

    def _look_on(self) -> None:
        keeper = self._kernel.keeper
        if self._user >= 0:  # of this thread alone: the kernel tells a process's share of memory to its user only
            _libc.setfsgid(self._user)
            _libc.setfsuid(self._user)
        try:
            while not self._over.wait(_SECONDS):
                if self._memory:
                    self._hold_totals(keeper)
                if self._folder:
                    self._hold_disk(keeper)
        finally:
            if self._user >= 0:
                _libc.setfsuid(0)
                _libc.setfsgid(0)

    def _hold_disk(self, keeper: int) -> None:
        """Kill those who are to go first; all of them where it goes on growing. What waiting copies would answer is kept."""
        used = used_mb(self._folder)
        if used > self._most_mb:
            everybody = below(keeper)
            first = [pid for pid in everybody if _rank(pid)] if self._most_mb == self._limits.disk_mb else []
            for pid in first or everybody:
                _kill(pid, keeper)
            self._most_mb = used

    def _hold_totals(self, keeper: int) -> None:
        """Kill all where they are too many; where too large, those who are to go first, as the kernel does: waiting copies stay.

        A copy may be the largest, holding what the student's code has let go of since; its rank says that it is to stay.
        """
        found = below(keeper)
        if len(found) > self._most:
            _kill_all(keeper)
            return
        used = {pid: _share_kb(pid) for pid in found}
        while sum(used.values()) > self._limits.memory_mb << 10:
            first = max(used, key=lambda pid: (_rank(pid), used[pid]))
            _kill(first, keeper)
            del used[first]


def used_mb(folder: str) -> float:
    """What is in the folder, in megabytes on disk; by ``du``, which follows no links and is not stopped by any depth."""
    try:
        done = subprocess.run(
            ["/usr/bin/du", "-sk", "--", folder], check=False, capture_output=True, timeout=_DISK_SECONDS, env={}
        )
        return int(done.stdout.split()[0]) / 1024
    except (OSError, subprocess.TimeoutExpired):
        return float("inf")  # what can't be measured in this time is too much
    except (IndexError, ValueError):
        return 0.0


def below(keeper: int) -> list[int]:
    """All processes that the process ``keeper`` started, and those that they did."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid, _, rest = path.read_text("utf-8", "replace").partition(" (")
            children.setdefault(int(rest.rpartition(") ")[2].split()[1]), []).append(int(pid))
    found, waiting = [], [keeper]
    while waiting:
        theirs = children.get(waiting.pop(), [])
        found += theirs
        waiting += theirs
    return found


def _share_kb(pid: int) -> int:
    """What a process uses, pages that it shares divided among all who do; where that is not told, all of its own pages."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    with contextlib.suppress(OSError, ValueError, IndexError):
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
        return (int(resident) - int(shared)) * (os.sysconf("SC_PAGE_SIZE") >> 10)
    return 0


def _rank(pid: int) -> int:
    """How early the kernel would take it when memory is short, see :mod:`grader.inside.keeper`; who lowers theirs goes later."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())
    return 0


def _kill_all(keeper: int) -> None:
    for pid in below(keeper):
        _kill(pid, keeper)


def _kill(pid: int, keeper: int) -> None:
    """Kill a process, if it is still the one that was meant."""
    with contextlib.suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            if pid in below(keeper):
                signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)
