"""Starts :mod:`grader.run` in a process of its own, with nothing in its environment, and takes what it says, bounded."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_LINE_LIMIT = 256 << 20
_CHUNK = 1 << 20
_PACKAGE_ROOT = Path(__file__).resolve().parent.parent


class ChildFailed(Exception):
    """The process gave no answer; the message says what is known."""


def run_child(
    request: dict[str, Any], *, scratch: Path, seconds: float, on_progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """The answer of a run to ``request``. Raises ChildFailed. The process is gone afterwards, and all it started with it."""
    log = scratch / "run.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", _START, str(_PACKAGE_ROOT), str(os.getpid())],
            env={},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        return _talk(process, request, time.monotonic() + seconds, on_progress)
    except _Silent as error:
        said = log.read_bytes()[-1500:].decode("utf-8", "replace").strip()
        raise ChildFailed(f"{error} {said}".strip()) from None
    finally:
        _kill(process)


# The worker's folder is not the child's: the package is found by its place, not by where the worker was started.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from grader.run import main; main(int(sys.argv[2]))"


class _Silent(Exception):
    """There will be no answer."""


def _talk(
    process: subprocess.Popen[bytes], request: dict[str, Any], deadline: float, on_progress: Callable[[int, int], None]
) -> dict[str, Any]:
    assert process.stdin
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(json.dumps(request).encode())
    for line in _lines(process, deadline):
        answer: dict[str, Any] = json.loads(line)
        if "progress" not in answer:
            return answer
        done, total = answer["progress"]
        on_progress(done, total)
    raise _Silent(f"The run ended without an answer (exit code {process.wait()}).")


def _lines(process: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    """The lines the process writes until it closes its end. Raises _Silent when it takes or says too much."""
    assert process.stdout
    waiting = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _Silent("The run took longer than all of its limits together.")
            chunk = os.read(process.stdout.fileno(), _CHUNK)
            if not chunk:
                return
            waiting += chunk
            if len(waiting) > _LINE_LIMIT:
                raise _Silent("The run said more than a run can have to say.")
            *complete, rest = waiting.split(b"\n") if b"\n" in chunk else [waiting]
            waiting = bytearray(rest)
            yield from (bytes(line) for line in complete)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
