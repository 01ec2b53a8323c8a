"""How much memory this process and all it started take at most, shared pages counted once (PSS)."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_EVERY_SECONDS = 0.2


class Watch:
    """The most that was seen so far."""

    most_mb = 0.0

    def look(self) -> None:
        """Look once."""
        self.most_mb = max(self.most_mb, sum(map(_pss_mb, _family(os.getpid()))))


@contextlib.contextmanager
def watched() -> Iterator[Watch]:
    """Look a few times a second."""
    watch, over = Watch(), threading.Event()

    def go() -> None:
        while not over.wait(_EVERY_SECONDS):
            watch.look()

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _family(root: int) -> list[int]:
    """``root`` and all below it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = stat.read_text().partition(" ")
            children.setdefault(int(rest.rpartition(")")[2].split()[1]), []).append(int(number))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _pss_mb(process: int) -> float:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
