"""Has :mod:`grader.run` drive a job in a process of its own, with nothing in its environment, and takes what it says, bounded."""

import json
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from grader.fork_server import ForkFailed, NotStarted, Used
from grader.warm import warm

_LINE_LIMIT = 256 << 20
_CHUNK = 1 << 20
_SAID = 1500


class ChildFailed(Exception):
    """The process gave no answer; the message says what is known."""


def run_child(request: dict[str, Any], *, seconds: float, on_progress: Callable[[int, int], None]) -> tuple[dict[str, Any], Used]:
    """The answer of a run to ``request``, and what the process used. Raises ChildFailed.

    The process is gone afterwards, and all it started with it.
    """
    log = os.memfd_create("run")
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = warm().driver().servers["driver"].fork({}, [theirs.fileno(), log])
    except (ForkFailed, NotStarted) as error:
        os.close(log)
        ours.close()
        raise ChildFailed(str(error)) from error
    used = Used()
    try:
        answer = _talk(ours, request, time.monotonic() + seconds, on_progress)
        process.wait(1)
    except _Silent as error:
        size = os.fstat(log).st_size
        said = os.pread(log, _SAID, max(0, size - _SAID)).decode("utf-8", "replace").strip()
        raise ChildFailed(f"{error} {said}".strip()) from None
    finally:
        ours.close()
        used = process.kill()
        os.close(log)
    return answer, used


class _Silent(Exception):
    """There will be no answer."""


def _talk(
    sock: socket.socket, request: dict[str, Any], deadline: float, on_progress: Callable[[int, int], None]
) -> dict[str, Any]:
    try:
        sock.sendall(json.dumps(request).encode())
        sock.shutdown(socket.SHUT_WR)
    except OSError as error:
        raise _Silent("The run ended before it was told what to run.") from error
    for line in _lines(sock, deadline):
        answer: dict[str, Any] = json.loads(line)
        if "progress" not in answer:
            return answer
        done, total = answer["progress"]
        on_progress(done, total)
    raise _Silent("The run ended without an answer.")


def _lines(sock: socket.socket, deadline: float) -> Iterator[bytes]:
    """The lines the process writes until it closes its end. Raises _Silent when it takes or says too much."""
    waiting = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _Silent("The run took longer than all of its limits together.")
            try:
                chunk = sock.recv(_CHUNK)
            except ConnectionError:
                return
            if not chunk:
                return
            waiting += chunk
            if len(waiting) > _LINE_LIMIT:
                raise _Silent("The run said more than a run can have to say.")
            *complete, rest = waiting.split(b"\n") if b"\n" in chunk else [waiting]
            waiting = bytearray(rest)
            yield from (bytes(line) for line in complete)
