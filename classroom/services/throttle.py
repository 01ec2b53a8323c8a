"""Slows down the guessing of passwords and codes."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from classroom.errors import HomeroomError

_NAMES_KEPT = 10_000


class TooManyTries(HomeroomError):
    """Too many wrong tries for one name; waiting helps."""

    status = 429


class Throttle:
    """At most ``limit`` failures for one name in ``seconds``.

    Counts in the memory of one process: with several web processes each has its own count, and a restart forgets. That is
    enough against guessing, and a database write for every wrong password would itself be a way to wear the portal out.
    Somebody who knows a name can keep it out for a while; sign-in links still work then.
    """

    def __init__(
        self,
        *,
        limit: int = 10,
        seconds: float = 600,
        what: str = "wrong passwords for this name",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.seconds = seconds
        self._what = what
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def check(self, name: str) -> None:
        """Raise TooManyTries when the name has used up its tries."""
        with self._lock:
            if len(self._recent(name)) >= self.limit:
                minute = 60
                wait = f"{round(self.seconds / minute)} minutes" if self.seconds >= minute else f"{self.seconds:g} seconds"
                raise TooManyTries(f"Too many {self._what}. Wait {wait} and try again.")

    def failed(self, name: str) -> None:
        """Count one failure."""
        with self._lock:
            self._recent(name).append(self._clock())
            self._failures.move_to_end(name)
            while len(self._failures) > _NAMES_KEPT:  # somebody tries made-up names: forget the oldest
                self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the name's failures."""
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str) -> deque[float]:
        times = self._failures.setdefault(name, deque(maxlen=self.limit))
        while times and times[0] < self._clock() - self.seconds:
            times.popleft()
        return times
