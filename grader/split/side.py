"""The tests' process seen from outside: has it forked in a sandbox of its own and gives it its orders."""

import os
import socket
from typing import Any

from grader.fork_server import ForkFailed, ForkServer, Used
from grader.split import wire
from grader.split.script import Preparation

_START_SECONDS = 60
_MARGIN_SECONDS = 15
_SNAPSHOT_SECONDS = 5
_SAID = 800
_TURNED_AWAY = 10_000
_HANDED = 8
"""Most sockets that are taken at once; the kernel closes what is more."""


class TestsSideFailed(Exception):
    """The tests' process gave no answer: our fault or the tests', never known to be the student's."""


class TestsSide:
    """One notebook's tests' process. It exists before the student's does."""

    def __init__(self, server: ForkServer, request: dict[str, Any], files: int, groups: list[int]) -> None:
        ours, theirs = socket.socketpair()
        self._log = os.memfd_create("tests")
        with theirs:
            try:
                self._process = server.fork(request, [theirs.fileno(), self._log, files, *groups])
            except ForkFailed as error:
                raise TestsSideFailed(str(error)) from error
        self._sock = ours

    def use(self, snapshot: socket.socket | None) -> None:
        """Speak to this moment of the student's notebook from now on."""
        self._send({"do": "use", "connection": snapshot is not None})
        if snapshot is not None:
            socket.send_fds(self._sock, [b"c"], [snapshot.fileno()])
        self._receive(_START_SECONDS)

    def prepare(self, before: Preparation, passed_on: tuple[str, ...], seconds: float) -> None:
        """Do what comes before a test."""
        order = {
            "do": "prepare",
            "imports": before.imports,
            "theirs": before.theirs,
            "statements": before.statements,
            "passed_on": passed_on,
            "seconds": seconds,
        }
        self._send(order)
        self._receive(_START_SECONDS + (1 + len(before.statements)) * seconds)

    def test(self, source: str, allowed: list[str] | None, seconds: float) -> dict[str, Any]:
        """Run a test cell; see tests_side. Raises TestsSideFailed."""
        self._send({"do": "test", "source": source, "allowed": allowed, "seconds": seconds})
        return self._receive(seconds + _MARGIN_SECONDS)

    def beside(self, source: str, seconds: float) -> dict[str, Any]:
        """Have the student's process run a test by itself; see tests_side. Raises TestsSideFailed."""
        self._send({"do": "beside", "source": source, "seconds": seconds})
        return self._receive(seconds + _MARGIN_SECONDS)

    def end(self) -> Used:
        """Kill the process and all in its sandbox; returns what it used."""
        self._sock.close()
        os.close(self._log)
        return self._process.end()

    def _send(self, order: dict[str, Any]) -> None:
        try:
            self._sock.settimeout(_START_SECONDS)
            wire.send(self._sock, order)
        except (OSError, wire.WireError) as error:
            raise TestsSideFailed(f"The tests' process has ended ({type(error).__name__}). {self._said()}") from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            self._sock.settimeout(seconds)
            return wire.receive(self._sock)
        except (OSError, wire.WireError) as error:
            raise TestsSideFailed(f"The tests' process gave no answer ({type(error).__name__}). {self._said()}") from error

    def _said(self) -> str:
        size = os.fstat(self._log).st_size
        return os.pread(self._log, _SAID, max(0, size - _SAID)).decode("utf-8", "replace")


class SnapshotDoor:
    """Where connections to snapshots of the student's process are handed out to us."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()

    def clear(self) -> None:
        """Turn away what was handed over without having been asked for."""
        self._ours.setblocking(False)
        for _ in range(_TURNED_AWAY):
            handed = self._take()
            if handed is None:
                return
            for sock in handed:
                sock.close()

    def take(self) -> socket.socket | None:
        """The snapshot that was asked for; None if it did not come."""
        self._ours.settimeout(_SNAPSHOT_SECONDS)
        for sock in self._take() or []:
            if (sock.family, sock.type) == (socket.AF_UNIX, socket.SOCK_STREAM):
                return sock
            sock.close()
        return None

    def close(self) -> None:
        """Close the door for good."""
        self._ours.close()
        self.theirs.close()

    def _take(self) -> list[socket.socket] | None:
        """What comes with one byte, at most one socket of it; None when nothing is to be had."""
        try:
            data, numbers, _, _ = socket.recv_fds(self._ours, 1, _HANDED)
        except OSError:
            return None
        taken = []
        for number in numbers:
            try:
                taken.append(socket.socket(fileno=number))
            except OSError:
                os.close(number)
        for sock in taken[1:]:
            sock.close()
        return taken[:1] if data else None
