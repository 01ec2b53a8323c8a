"""How a step is timed and shown: one line each, beside what it cannot beat on the same machine in the same run."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Spent:
    """What a block took; whole once the block has ended."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def spent(*pids: int) -> Iterator[Spent]:
    """Wall time of the block, and the CPU time of these processes with all they started meanwhile."""
    spent = Spent()
    started, cpu = time.perf_counter(), _cpu(pids)
    yield spent
    spent.seconds, spent.cpu = time.perf_counter() - started, _cpu(pids) - cpu


def timed(work: Callable[[], object]) -> float:
    """Wall time of a call."""
    with spent() as took:
        work()
    return took.seconds


def show(name: str, seconds: float, *, peer: str = "", peer_seconds: float = 0.0) -> None:
    """One line of the report."""
    ratio = f"{seconds / peer_seconds:8.1f} x  {peer} ({peer_seconds:.2f} s)" if peer else ""
    print(f"{name:<48}{seconds:9.2f} s{ratio}", flush=True)  # noqa: T201 - this is what the bench is for


def _cpu(pids: tuple[int, ...]) -> float:
    wanted = set(pids)
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat") if wanted else ():
        try:
            pid, fields = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended just now
        if pid in wanted or int(fields[1]) in wanted:
            ticks += sum(map(int, fields[11:15]))  # its own, and that of its children which have ended
    return ticks / os.sysconf("SC_CLK_TCK")
