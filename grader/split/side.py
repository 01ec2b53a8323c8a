"""The tests' process seen from outside: starts it in a sandbox of its own and gives it its orders."""

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from grader.jobs import Limits
from grader.sandbox import Box, Sandbox
from grader.split import wire
from grader.split.script import Preparation

_START_SECONDS = 60
_MARGIN_SECONDS = 15
_SNAPSHOT_SECONDS = 5
_SOCKET = "t"


class TestsSideFailed(Exception):
    """The tests' process gave no answer: our fault or the tests', never known to be the student's."""


class TestsSide:
    """One notebook's tests' process. It exists before the student's does."""

    def __init__(self, sandbox: Sandbox, folder: Path, files: Path, limits: Limits, seed: int) -> None:
        ours, theirs = socket.socketpair()
        box = Box(files, None, limits, (), seed, side="tests")
        self._log = (folder / "tests.log").open("wb")
        self._process = subprocess.Popen(
            sandbox.command(box, ["--tests"]),
            env={},
            stdin=theirs.fileno(),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        theirs.close()
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

    def end(self) -> None:
        """Kill the process and all in its sandbox."""
        self._sock.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        self._log.close()

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
        return Path(self._log.name).read_bytes()[-800:].decode("utf-8", "replace")


class SnapshotDoor:
    """Where snapshots of the student's process knock, in the folder of the kernel's sockets."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _SOCKET
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self.path.chmod(0o777)
        self._listener.listen(16)

    def clear(self) -> None:
        """Turn away whoever knocks without having been asked."""
        self._listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()

    def take(self) -> socket.socket | None:
        """The snapshot that was asked for; None if it did not come."""
        self._listener.settimeout(_SNAPSHOT_SECONDS)
        deadline = time.monotonic() + _SNAPSHOT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                return self._listener.accept()[0]
        return None

    def close(self) -> None:
        """Close the door for good."""
        self._listener.close()
