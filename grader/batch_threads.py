"""Does a list of things a few at a time."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

_Thing = TypeVar("_Thing")
_Result = TypeVar("_Result")


class InThreads(Generic[_Thing, _Result]):
    """What ``work`` makes of ``todo``, in the order in which it is ready. ``work`` must not raise.

    The threads are daemons, so that an interrupted batch ends at once; the runs they started die with this process.
    """

    def __init__(self, work: Callable[[_Thing], _Result], todo: Sequence[_Thing], count: int) -> None:
        self._work, self._left = work, len(todo)
        self._todo: queue.SimpleQueue[_Thing] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[_Result] = queue.SimpleQueue()
        for thing in todo:
            self._todo.put(thing)
        for number in range(count):
            threading.Thread(target=self._run, name=f"grade-{number}", daemon=True).start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Result:
        if not self._left:
            raise StopIteration
        self._left -= 1
        return self._done.get()

    def _run(self) -> None:
        while True:
            try:
                thing = self._todo.get_nowait()
            except queue.Empty:
                return
            self._done.put(self._work(thing))
