"""The grading worker's tasks, and the messages it sends back to the portal."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from types import TracebackType
from typing import Any, Protocol, Self

from celery import Celery

from grader.engine import grade, prepare
from grader.files import FileStore, MissingFile
from grader.fork_server import NotStarted
from grader.jobs import FileRef, GradeJob, GradeResult, Limits
from grader.lint import lint_release
from grader.problems import Problem
from grader.sandbox import SandboxUnavailable
from grader.work_check import WorkCheck, check_work

HEARTBEAT_SECONDS = 5.0
PROGRESS_SECONDS = 1.0
_ANSWERS = {
    "student": ("classroom.check_progress", "classroom.record_work_check"),
    "guest": ("classroom.guest_check_progress", "classroom.record_guest_check"),
}
"""By whose work a check is of: where its signs of life and its answer go."""
_TIRELESS = {"max_retries": 30, "interval_start": 0.5, "interval_step": 0.5, "interval_max": 5}

log = logging.getLogger(__name__)


def add_tasks(app: Celery, files: FileStore) -> None:
    """Make ``app`` grade jobs whose files are in ``files``."""

    @app.task(name="grader.grade")  # type: ignore[untyped-decorator] # celery has no types
    def grade_job(*, job: dict[str, Any]) -> None:
        """Grade one job: signs of life while it runs, then its result. acks_late: a killed worker's job is run again."""
        job_id = str(job.get("job_id", ""))
        started = time.monotonic()
        with Pulse(_Sender(app), job_id) as pulse:
            result = run_job(job, files, pulse.progress)
        _Sender(app).send("classroom.record_result", {"job_id": job_id, "result": result.to_json()}, tireless=True)
        log.info("job %s: %s after %.1f s", job_id, result.status, time.monotonic() - started)

    @app.task(name="grader.check")  # type: ignore[untyped-decorator] # celery has no types
    def check(*, release_id: int, source: list[dict[str, Any]], limits: dict[str, Any]) -> None:
        """Look a release over, and learn from its own solution how its tests are to be run."""
        problems = [asdict(problem) for problem in run_check(source, limits, files)]
        _Sender(app).send("classroom.record_check", {"release_id": release_id, "problems": problems}, tireless=True)
        log.info("release %s: %d problems", release_id, len(problems))

    @app.task(name="grader.check_work")  # type: ignore[untyped-decorator] # celery has no types
    def check_students_work(
        *, check_id: int, job: dict[str, Any], released: list[dict[str, Any]], seconds: int, whose: str = "student"
    ) -> None:
        """Run a student's or a guest's work with the tests they can see. Nobody grades it."""
        started = time.monotonic()
        progress, answer = _ANSWERS[whose]
        with Pulse(_Sender(app), str(check_id), task=progress) as pulse:
            found = run_work_check(job, released, files, seconds=seconds, on_progress=pulse.progress)
        _Sender(app).send(answer, {"check_id": check_id, "reply": found.to_json()}, tireless=True)
        log.info("check %s: %s after %.1f s", check_id, found.status, time.monotonic() - started)


def warm_up(files: FileStore) -> None:
    """Start this process's templates before the first job comes, beside what else it does."""
    threading.Thread(target=_warm_up, args=[files], name="warm-up", daemon=True).start()


def _warm_up(files: FileStore) -> None:
    try:
        prepare(files)
    except (NotStarted, SandboxUnavailable) as error:
        log.warning("grading can't begin yet: %s", error)  # the job that needs it says so to people


def run_job(job: dict[str, Any], files: FileStore, on_progress: Callable[[int, int], None]) -> GradeResult:
    """The result of a job as it came in a message; a message that is no job is our fault too."""
    try:
        read = GradeJob.from_json(job)
    except (KeyError, TypeError, ValueError) as error:
        return GradeResult(
            str(job.get("job_id", "")), "grader_error", staff_reason=f"The job can't be read: {type(error).__name__}: {error}"
        )
    return grade(read, files, on_progress=on_progress)


def run_check(source: list[dict[str, Any]], limits: dict[str, Any], files: FileStore) -> list[Problem]:
    """What is wrong with a release as it came in a message. That it could not be looked over is a problem, too."""
    try:
        return lint_release(tuple(FileRef(**ref) for ref in source), files, Limits(**limits))
    except (MissingFile, TypeError) as error:
        text = f"The release could not be looked over: {error}."
        return [Problem("", None, None, text, "Upload its notebooks again, or tell who runs the server.")]


def run_work_check(
    job: dict[str, Any],
    released: list[dict[str, Any]],
    files: FileStore,
    *,
    seconds: int,
    on_progress: Callable[[int, int], None],
) -> WorkCheck:
    """What a check of a student's work found, as it came in a message. What can't be read or fails is our fault."""
    try:
        read, given = GradeJob.from_json(job), tuple(FileRef(**ref) for ref in released)
        return check_work(read, given, files, seconds=seconds, on_progress=on_progress)
    except Exception as error:  # noqa: BLE001 - somebody waits for an answer, whatever failed
        return WorkCheck("our_fault", f"{type(error).__name__}: {error}"[:2_000])


class Sends(Protocol):
    """Takes a message for the portal."""

    def send(self, task: str, arguments: dict[str, Any]) -> None:
        """Hand it over, or raise."""


class _Sender:
    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, task: str, arguments: dict[str, Any], *, tireless: bool = False) -> None:
        policy = {"retry": True, "retry_policy": _TIRELESS} if tireless else {"retry": False}
        self._app.send_task(task, kwargs=arguments, queue="portal", **policy)


class Pulse:
    """Tells the portal how far a job is: at the start, as cells are done, and every few seconds in any case."""

    def __init__(
        self,
        sender: Sends,
        job_id: str,
        *,
        task: str = "classroom.grade_progress",
        every: float = HEARTBEAT_SECONDS,
        at_most: float = PROGRESS_SECONDS,
    ) -> None:
        self._sender, self._job_id, self._task = sender, job_id, task
        self._every, self._at_most = every, at_most
        self._now = (0, 0)
        self._sent_at = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._send()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, done: int, total: int) -> None:
        """Note how far the job is; sent at once unless something was sent just now."""
        self._now = (done, total)
        if time.monotonic() - self._sent_at >= self._at_most:
            self._send()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            self._send()

    def _send(self) -> None:
        with self._lock:
            self._sent_at = time.monotonic()
            done, total = self._now
            arguments = {"job_id": self._job_id, "cells_done": done, "cells_total": total}
            try:
                self._sender.send(self._task, arguments)
            except Exception as error:  # noqa: BLE001 - a lost sign of life costs nothing; the next one follows
                log.warning("job %s: could not tell how far it is: %s", self._job_id, error)
