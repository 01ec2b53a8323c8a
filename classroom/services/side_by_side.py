"""Work on many people's files at once: most of its time is waiting for the disk, which takes several waiting writers as one."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

WRITERS = 4


def side_by_side(work: Callable[[Item], Outcome], items: Iterable[Item]) -> list[Outcome]:
    """``work`` on each item, a few at a time, with the outcomes in the order of the items.

    It must not use a database session: those belong to one thread. What it raises is raised here once all have ended.
    """
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, items))
