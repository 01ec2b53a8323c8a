"""How long the hub keeps others waiting while something else is going on."""

import threading
import time
from types import TracebackType
from typing import Self

import httpx


class WorstStall(threading.Thread):
    """Asks ``url`` again and again in the background; ``seconds`` is the longest answer so far."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.seconds = 0.0
        self._stop_asking = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=120) as client:
            while not self._stop_asking.wait(0.05):
                started = time.perf_counter()
                client.get(self.url)
                self.seconds = max(self.seconds, time.perf_counter() - started)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop_asking.set()
        self.join()
