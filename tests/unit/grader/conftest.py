"""Grading for real: the fixtures store files as the portal does and grade as a worker does."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from grader.engine import grade
from grader.files import FileStore
from grader.inside.serving import SERVER
from grader.jobs import CellScore, GradeJob, GradeResult, Limits
from grader.sandboxes import Wanted
from grader.warm import want, warm
from tests.support.notebooks import Edit, Notebook, as_file, from_file, released


class Graded:
    """A result, with what a test asks about it close at hand."""

    def __init__(self, result: GradeResult, files: FileStore) -> None:
        self.result = result
        self._files = files

    def __getitem__(self, grade_id: str) -> CellScore:
        return next(cell for cell in self.result.cells if cell.grade_id == grade_id)

    @property
    def points(self) -> dict[str, float | None]:
        return {cell.grade_id: cell.points for cell in self.result.cells}

    def executed(self, path: str = "n.ipynb") -> Notebook:
        return from_file(self._files.get(next(ref.sha256 for ref in self.result.executed if ref.path == path)))

    def printed(self, index: int) -> str:
        outputs = self.executed()["cells"][index]["outputs"]
        return "".join("".join(output.get("text", "")) for output in outputs if output["output_type"] == "stream")

    @property
    def told_to_the_student(self) -> str:
        return "\n".join([self.result.student_reason, *(cell.student_message for cell in self.result.cells)])


class Grades(Protocol):
    def __call__(self, source: Notebook, edit: Edit | None = None, limits: Limits | None = None) -> Graded: ...


@pytest.fixture(scope="session", autouse=True)
def sandbox_kind() -> str:
    """The kind of sandbox everything is graded in: HOMEROOM_TEST_SANDBOX, see `make sandbox-walls`; else the best there is."""
    kind = os.environ.get("HOMEROOM_TEST_SANDBOX", "")
    want(Wanted(kind))
    with warm().kernels() as kernels:
        return kernels.kind


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    return FileStore(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def make_job(store: FileStore) -> Callable[..., GradeJob]:
    """A job from files by path: the teacher's, the student's."""

    def make(source: dict[str, bytes], submission: dict[str, bytes], limits: Limits | None = None) -> GradeJob:
        return GradeJob(
            job_id="job-1",
            source=tuple(store.put_file(path, data) for path, data in source.items()),
            submission=tuple(store.put_file(path, data) for path, data in submission.items()),
            limits=limits or Limits(),
        )

    return make


@pytest.fixture(scope="session")
def grade_files(store: FileStore, make_job: Callable[..., GradeJob]) -> Callable[..., Graded]:
    """Grade the student's files against the teacher's, for real."""

    def run(source: dict[str, bytes], submission: dict[str, bytes], limits: Limits | None = None) -> Graded:
        job = make_job(source, submission, limits)
        return Graded(grade(job, store, on_progress=lambda _done, _total: None), store)

    return run


@pytest.fixture(scope="session")
def graded(grade_files: Callable[..., Graded]) -> Grades:
    """Release a notebook, let a student edit it, grade it."""

    def run(source: Notebook, edit: Edit | None = None, limits: Limits | None = None) -> Graded:
        theirs = released(source)
        if edit:
            edit(theirs)
        result: Graded = grade_files({"n.ipynb": as_file(source)}, {"n.ipynb": as_file(theirs)}, limits)
        return result

    return run


def processes_of(worker: int) -> list[str]:
    """Command lines of the templates of the worker with this process id, and of what was forked: they name its folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if f"/hr-{worker}-" in line:
                found.append(line)
    return found


def jobs_of(worker: int) -> list[int]:
    """Processes below the templates of the worker with this process id: drivers, kernels, and whatever those started."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = path.read_text("utf-8", "replace").partition(" (")
            name, _, facts = rest.rpartition(") ")
            children.setdefault(int(facts.split()[1]), []).append(int(pid))
            names[int(pid)] = name
    below, found = list(children.get(worker, [])), []
    while below:
        one = below.pop()
        below += children.get(one, [])
        if names[one] not in ("bwrap", SERVER):
            found.append(one)
    return found
