"""How a child locks itself in where no namespace can be made: Landlock, a user of its own where root runs us, a stricter filter.

It has a folder on the machine's disk instead of file systems of its own, sees names of processes and files it can't touch, and
shares the network's and the kernel's names, which the filter of system calls keeps it from using.
"""

import contextlib
import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import landlock, system
from .keeper import Around

if TYPE_CHECKING:
    from .confine import Place

_RESERVE = 256


class WithoutNamespace(Around):
    """A keeper that ends what is below it by itself."""

    def __init__(self, place: "Place") -> None:
        # Without either of them we could not tell our processes from others of the same user.
        self._kills_all = place.as_root or place.landlock
        self._place = place

    def before(self) -> None:
        system.adopt_orphans()
        if self._place.landlock:
            landlock.scope()

    def inside(self) -> None:
        if self._place.landlock:
            _close_files(self._place)

    def after(self, child: int) -> None:
        """Kill all there is, at once: who is just forking is killed before the new one is there."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._kills_all:
                os.kill(-1, signal.SIGKILL)
            else:
                os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while self._kills_all:
                os.wait()  # what they used is told as ours


def _close_files(place: "Place") -> None:
    """Only the folder of this run, in which we are, is left to write in."""
    rules = [(path, landlock.READ) for path in place.readable]
    rules += [(path, landlock.USE) for path in place.usable]
    landlock.restrict([*rules, (str(Path.cwd().parent), landlock.OWN)])


def move_into(folder: Path) -> list[Path]:
    """Have what looks for a place to write find ``folder``; returns the home, the working and the scratch folder in it."""
    home, work, scratch = folder / "home", folder / "work", folder / "tmp"
    os.environ.update(
        HOME=str(home), TMPDIR=str(scratch), IPYTHONDIR=str(home / ".ipython"), MPLCONFIGDIR=str(home / ".matplotlib")
    )
    tempfile.tempdir = None
    return [home, work, scratch]


def beside_others(request: dict[str, Any]) -> dict[str, Any]:
    """The request, where the kernel counts all processes that this user has, here and elsewhere, now and later.

    So the copies of the kernel need a reserve that processes of others don't eat up; who takes it is seen by grader.watching.
    """
    processes = int(request["processes"]) + _threads_of(os.getuid())
    return {**request, "processes": processes, "copies": int(request["copies"]) + _RESERVE}


def _threads_of(user: int) -> int:
    count = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, KeyError, ValueError):
            facts = dict(line.split(":", 1) for line in path.read_text("utf-8", "replace").splitlines() if ":" in line)
            if int(facts["Uid"].split()[0]) == user:
                count += int(facts["Threads"])
    return count
