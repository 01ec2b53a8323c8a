"""Grades folders of submissions with no server and no database: ``homeroom grade``.

Each submission is a job of its own for the engine. What is finished is on disk at once, and a later run takes it over as
long as neither the student's files nor the teacher's have changed. Where only points have changed, or what students are shown,
it is scored anew from its run report, and nothing is run.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath

from grader.batch_pages import page_of, write_page
from grader.batch_results import Line, ResultsFile, line_of
from grader.batch_threads import InThreads
from grader.course_layout import BadLayout, Submitted, find_assignments, find_submissions
from grader.engine import ENGINE, digest_of, grade, rescored
from grader.files import FileStore, MissingFile
from grader.folder import FolderContent, FolderRefused, read_folder
from grader.jobs import CellScore, FileRef, GradeJob, GradeResult, Limits, Shown
from grader.prepare import course_files
from grader.problems import Problem
from grader.release import Question, is_notebook
from grader.repairs import repairs
from grader.sandbox import SandboxUnavailable
from grader.sources import SourceFormat, prepare, students_version
from grader.stored_report import NoUsableReport, StoredReport
from grader.warm import warm

REPORTS = "run-reports"
"""The folder in the output that has what points are computed from, by digest. For staff: it holds the tests."""

OnDone = Callable[[Line, bool], None]
"""Called with each result, and whether it is an earlier run's."""


class BadSource(Exception):
    """The teacher's notebooks have errors; ``problems`` are all that was found, by assignment."""

    def __init__(self, problems: dict[str, list[Problem]]) -> None:
        super().__init__("The source has errors; nothing was graded.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Assignment:
    files: tuple[FileRef, ...]
    questions: tuple[Question, ...]
    released: dict[str, bytes]
    """The notebooks as students were given them."""
    content: dict[str, bytes]


@dataclass(slots=True)
class Batch:
    """Submissions to grade against their sources, results and pages to write."""

    source: Path
    submissions: Path
    output: Path
    limits: Limits = field(default_factory=Limits)
    shown: Shown = "message"
    like_nbgrader: tuple[str, ...] = ()
    """Switches to nbgrader's behaviour."""
    source_format: SourceFormat = "auto"
    rescore_only: bool = False
    """Run nothing: what can't be scored anew from an earlier run stays as it is, and ``remarks`` says so."""
    todo: list[Submitted] = field(default_factory=list)
    sandbox: str = ""
    """Its kind, once something is run."""
    remarks: list[str] = field(default_factory=list)
    """What lies in the folders and is no submission."""

    def look(self) -> None:
        """Find what is to be graded. Raises BadLayout."""
        output = self.output.resolve()
        for folder in (self.source, self.submissions):
            if output.is_relative_to(folder.resolve()):
                raise BadLayout(f"{self.output} lies in {folder}. Name an output folder of its own.")
        self.todo, self.remarks = find_submissions(self.submissions)

    def run(self, *, jobs: int, on_done: OnDone) -> list[Line]:
        """Grade everything, ``jobs`` at once, and return the lines of results.jsonl.

        Raises BadLayout, BadSource, SandboxUnavailable and OSError (nothing can be written) before anything is run.
        """
        with tempfile.TemporaryDirectory(prefix="homeroom-grade-") as private:
            files = FileStore(Path(private))
            assignments = self._assignments(files)
            if not self.rescore_only:
                self.sandbox = _check_sandbox()
            self.output.mkdir(parents=True, exist_ok=True)
            results = ResultsFile(self.output)
            earlier = results.read()
            wanted = {(one.assignment, one.student) for one in self.todo}
            results.write(line for key, line in earlier.items() if key in wanted)
            grader = _Grader(self, files, assignments, earlier, FileStore(self.output / REPORTS))
            lines: list[Line] = []
            for line, kept in InThreads(grader.try_result, self.todo, jobs):
                if line is None:
                    continue
                if not kept:
                    results.append(line)
                lines.append(line)
                on_done(line, kept)
            lines.sort(key=lambda line: (line["assignment"], line["student"]))
            results.write(lines)
        return lines

    def _assignments(self, files: FileStore) -> dict[str, _Assignment]:
        folders = find_assignments(self.source)
        found: dict[str, _Assignment] = {}
        problems: dict[str, list[Problem]] = {}
        for name in sorted({one.assignment for one in self.todo} & folders.keys()):
            source = prepare(read_source(folders[name]), self.source_format)
            content, made = source.files, students_version(source)
            if not made.files:
                problems[name] = made.problems
            notebooks = {path: data for path, data in made.files.items() if is_notebook(path)}
            refs = tuple(files.put_file(path, data) for path, data in content.items())
            found[name] = _Assignment(refs, tuple(made.questions), notebooks, content)
        if problems:
            raise BadSource(problems)
        return found


def read_source(folder: Path) -> dict[str, bytes]:
    """The files of a teacher's assignment, and what it needs of its course's. Raises BadLayout."""
    try:
        content = read_folder(folder)
    except FolderRefused as error:
        raise BadLayout(f"{folder}: {error}") from error
    if content.left_out:
        raise BadLayout(f"{folder}: {' '.join(content.left_out)} Put the file itself there, or remove it.")
    return content.files | course_files(folder)


def _check_sandbox() -> str:
    """The kind that is used. Raises SandboxUnavailable now rather than once for each submission."""
    with warm().kernels() as kernels:
        return kernels.kind


@dataclass(frozen=True, slots=True)
class _Grader:
    batch: Batch
    files: FileStore
    assignments: dict[str, _Assignment]
    earlier: dict[tuple[str, str], Line]
    reports: FileStore

    def try_result(self, one: Submitted) -> tuple[Line | None, bool]:
        """The line for one submission, and whether an earlier run's is still good; None: there is none, and nothing may run."""
        try:
            return self._result(one)
        except Exception as error:  # noqa: BLE001 - one submission never stops another
            return _our_fault(one, error), False

    def _result(self, one: Submitted) -> tuple[Line | None, bool]:
        started = time.monotonic()
        assignment = self.assignments.get(one.assignment)
        kept = self.earlier.get((one.assignment, one.student))
        if self.batch.rescore_only and (assignment is None or kept is None):
            return self._left_as_it_is(one, kept, "There is no earlier run of it."), True
        if assignment is None:
            return _refusal(one, f"The source has no assignment “{one.assignment}”."), False
        try:
            content = read_folder(one.folder)
        except FolderRefused as error:
            return self._finish(one, assignment, FolderContent(), _not_run(assignment, str(error)), started), False
        submission = tuple(self.files.put_file(path, data) for path, data in content.files.items())
        name = f"{one.assignment}/{one.student}"
        like = self.batch.like_nbgrader
        job = GradeJob(name, assignment.files, submission, self.batch.limits, shown=self.batch.shown, like_nbgrader=like)
        inputs = _digest(job)
        if kept and self._is_good(kept, inputs, one):
            return kept, True
        try:
            result = self._rescored(job, assignment, kept)
        except (NoUsableReport, MissingFile) as error:
            if self.batch.rescore_only:
                return self._left_as_it_is(one, kept, str(error)), True
            result = self._graded(job, assignment, content)
        result = replace(result, provenance={**result.provenance, "inputs": inputs})
        return self._finish(one, assignment, content, result, started), False

    def _graded(self, job: GradeJob, assignment: _Assignment, content: FolderContent) -> GradeResult:
        result = grade(job, self.files, on_progress=lambda _done, _total: None)
        if result.status != "graded" and not result.cells:
            result = replace(result, cells=_not_run(assignment, result.student_reason).cells)
        if content.left_out and result.status == "ungradable":
            result = replace(result, staff_reason=" ".join([result.staff_reason, *content.left_out]))
        if "report" in result.provenance:
            self.reports.put(self.files.get(result.provenance["report"]))
        return result

    def _rescored(self, job: GradeJob, assignment: _Assignment, kept: Line | None) -> GradeResult:
        """The result by an earlier run of the same. Raises NoUsableReport and MissingFile."""
        facts = kept.get("provenance") if kept else None
        if not isinstance(facts, dict) or not isinstance(facts.get("report"), str):
            raise NoUsableReport("There is no report of an earlier run.")
        same = {"engine": ENGINE, "submission_digest": digest_of(job.submission), "limits": asdict(job.limits), "seed": job.seed}
        same["like_nbgrader"] = list(job.like_nbgrader)
        if any(facts.get(name) != value for name, value in same.items()):
            raise NoUsableReport(
                "What was handed in, the limits, the switches or Homeroom itself has changed since; grade it anew."
            )
        stored = StoredReport.unpack(self.reports.get(facts["report"]))
        return rescored(job, stored, assignment.content, facts)

    def _left_as_it_is(self, one: Submitted, kept: Line | None, why: str) -> Line | None:
        self.batch.remarks.append(f"{one.student}, {one.assignment}: not scored anew. {why}")
        return kept

    def _finish(
        self, one: Submitted, assignment: _Assignment, content: FolderContent, result: GradeResult, started: float
    ) -> Line:
        try:
            for notebook in dict.fromkeys(question.notebook for question in assignment.questions):
                page = page_of(
                    one, notebook, content.files.get(notebook, b""), assignment.questions, result, shown=self.batch.shown
                )
                write_page(self._page_path(one, notebook), page)
        except OSError as error:
            result = replace(result, status="grader_error", staff_reason=f"The feedback can't be written: {error}.")
        evidence = [
            sentence
            for path, released in assignment.released.items()
            if path in content.files
            for sentence in repairs(path, released, content.files[path])
        ]
        result = replace(
            result, provenance={**result.provenance, "evidence": [*evidence, *result.provenance.get("evidence", ())]}
        )
        kinds = {(question.notebook, question.grade_id): question.kind for question in assignment.questions}
        remarks = content.left_out if result.status == "graded" else []
        return line_of(one, result, kinds=kinds, remarks=remarks, wall_seconds=time.monotonic() - started)

    def _is_good(self, line: Line, inputs: str, one: Submitted) -> bool:
        facts = line.get("provenance")
        if line.get("status") not in ("graded", "ungradable") or not isinstance(facts, dict) or facts.get("inputs") != inputs:
            return False
        notebooks = {question.notebook for question in self.assignments[one.assignment].questions}
        return all(self._page_path(one, notebook).is_file() for notebook in notebooks)

    def _page_path(self, one: Submitted, notebook: str) -> Path:
        return self.batch.output / one.student / one.assignment / PurePosixPath(notebook).with_suffix(".html")


def _refusal(one: Submitted, reason: str) -> Line:
    result = GradeResult("", "ungradable", staff_reason=reason)
    return line_of(one, result, kinds={}, remarks=[], wall_seconds=0.0)


def _not_run(assignment: _Assignment, reason: str) -> GradeResult:
    cells = tuple(CellScore(q.notebook, q.grade_id, None, q.points, "not_run", reason) for q in assignment.questions)
    return GradeResult("", "ungradable", staff_reason=reason, student_reason=reason, cells=cells)


def _digest(job: GradeJob) -> str:
    """All that the result depends on."""
    facts = [ENGINE, asdict(job.limits), job.seed, job.shown, list(job.like_nbgrader)]
    facts += [sorted([ref.path, ref.sha256] for ref in files) for files in (job.source, job.submission)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _our_fault(one: Submitted, error: Exception) -> Line:
    result = GradeResult("", "grader_error", staff_reason=f"{type(error).__name__}: {error}")
    return line_of(one, result, kinds={}, remarks=[], wall_seconds=0.0)


def default_jobs() -> int:
    """As many at once as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


__all__ = ["BadLayout", "BadSource", "Batch", "SandboxUnavailable", "default_jobs", "read_source"]
