"""A check of work before it is handed in: the notebook run from the top in the sandbox, with the tests that students can see.

The hidden part of a test is cut out before anything is run, so what comes back can't hold any of it. What student code said is in
the answer, for that student only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from grader.engine import RunFailed, run_visible
from grader.files import FileStore, MissingFile
from grader.jobs import FileRef, GradeJob, Limits
from grader.look_over import Remark, look_over
from grader.nbgrader_format import grade_id_of, read_flags
from grader.otter_copies import adopt
from grader.plan import PlannedQuestion
from grader.reading import UnreadableNotebook, read_notebook
from grader.report import NotebookRun, Outcome
from grader.sandbox import SandboxUnavailable
from grader.score import points_of
from grader.visible import visible_source

Status = Literal["checked", "unusable", "our_fault"]
State = Literal["passes", "partial", "fails", "not_run", "unseen", "person", "unanswered"]
_MESSAGE_LIMIT = 1_500
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NO_CODE = re.compile(r"^\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class QuestionCheck:
    """What can be said of one question. ``message`` may hold words of the student's own code."""

    notebook: str
    grade_id: str
    state: State
    message: str = ""


@dataclass(frozen=True, slots=True)
class Stumble:
    """A cell of the student's that did not run to its end; ``cell`` counts from 1 in their file, None where it is not there."""

    notebook: str
    cell: int | None
    message: str


@dataclass(frozen=True, slots=True)
class WorkCheck:
    """What a check found. ``reason``, a sentence, says why there is nothing or not all."""

    status: Status
    reason: str = ""
    questions: tuple[QuestionCheck, ...] = ()
    stumbles: tuple[Stumble, ...] = ()
    remarks: tuple[Remark, ...] = ()
    ran: tuple[int, ...] = ()
    """Cells that ran to their end without an error, counted from 1 in the student's file; of a check of one notebook only."""

    def to_json(self) -> dict[str, Any]:
        """Plain data for the broker."""
        return asdict(self)


def check_work(
    job: GradeJob,
    released: tuple[FileRef, ...],
    files: FileStore,
    *,
    seconds: int,
    on_progress: Callable[[int, int], None],
) -> WorkCheck:
    """Check the submission of ``job``, which is of no attempt yet, in at most so many seconds.

    ``released``: the files that students were given of the job's source. Whatever goes wrong comes back as an answer.
    """
    try:
        source, given, work = (_contents(refs, files) for refs in (job.source, released, job.submission))
        visible = visible_source(source, given.keys())
        refs = tuple(files.put_file(path, data) for path, data in visible.items())
        remarks = tuple(look_over(given, work, source))
        report = run_visible(job, refs, files, seconds=seconds, on_progress=on_progress)
    except (SandboxUnavailable, MissingFile, UnreadableNotebook, RunFailed, OSError) as error:
        return WorkCheck("our_fault", str(error)[:_MESSAGE_LIMIT])
    if report.unreadable:
        return WorkCheck("unusable", report.unreadable, remarks=remarks)
    unanswered = {(remark.notebook, remark.grade_id) for remark in remarks if remark.kind == "unanswered"}
    limits = job.limits
    stumbles: list[Stumble] = []
    ran: list[int] = []
    for run in report.notebooks:
        if run.executed is not None:
            places = _places(run.executed["cells"], work[run.path], visible[run.path], source[run.path])
            stumbles += _stumbles(run, places, unanswered, limits)
            ran += _ran(run, places)
    return WorkCheck(
        "checked",
        " ".join(dict.fromkeys(run.student_sentence for run in report.notebooks if run.student_sentence)),
        tuple(_question(run, question, limits) for run in report.notebooks for question in run.questions),
        tuple(stumbles),
        remarks,
        tuple(ran) if len(report.notebooks) == 1 else (),
    )


def _contents(refs: tuple[FileRef, ...], files: FileStore) -> dict[str, bytes]:
    return {ref.path: files.get(ref.sha256) for ref in refs}


def _question(run: NotebookRun, question: PlannedQuestion, limits: Limits) -> QuestionCheck:
    state, message = _state(run, question, limits)
    return QuestionCheck(run.path, question.grade_id, state, message[:_MESSAGE_LIMIT])


def _state(run: NotebookRun, question: PlannedQuestion, limits: Limits) -> tuple[State, str]:
    if run.executed is None:
        return "not_run", run.student_sentence
    if question.kind != "auto":
        return ("unanswered", "There is no answer yet.") if question.unanswered else ("person", "A person reads this answer.")
    if question.cell is None:
        return "not_run", "This test is not in the notebook."
    return _state_of_test(question, run.executed["cells"][question.cell], run.outcomes[question.cell], limits)


def _state_of_test(question: PlannedQuestion, cell: dict[str, Any], outcome: Outcome | None, limits: Limits) -> tuple[State, str]:
    if all(_NO_CODE.match(line) for line in cell["source"].split("\n")):
        return "unseen", "There is nothing of this test that you can see."
    if outcome in ("not_run", "lost"):
        return "not_run", "This test could not be run."
    if outcome == "timeout":
        return "fails", f"The test took longer than {limits.cell_seconds} seconds."
    return _verdict(question, outcome, cell.get("outputs", []))


def _verdict(question: PlannedQuestion, outcome: Outcome | None, outputs: list[dict[str, Any]]) -> tuple[State, str]:
    error = _error_in(outputs)
    if outcome == "error" or error:
        return "fails", error or "It ended with an error."
    points = points_of(outcome, outputs, question.max_points)
    if points >= question.max_points:
        return "passes", ""
    return "partial", f"What you can see of this test gives {points:g} of {question.max_points:g} points."


def _error_in(outputs: list[dict[str, Any]]) -> str:
    """The first error among outputs, in a line, with the line of the test where that is known."""
    for output in outputs:
        if output.get("output_type") == "error":
            name, text = (_ANSI.sub("", str(output.get(key, ""))) for key in ("ename", "evalue"))
            trace = output.get("traceback") or [""]
            where = str(trace[0]) if str(trace[0]).startswith("line ") else ""
            said = f"{name}: {text}" if text else name
            return f"{said}\n{where}".strip()
    return ""


def _stumbles(
    run: NotebookRun, places: Mapping[int, int | None], unanswered: set[tuple[str, str]], limits: Limits
) -> Iterator[Stumble]:
    """Cells that ended with an error, apart from tests and from answers that are not there yet."""
    assert run.executed is not None
    tests = {question.cell for question in run.questions if question.kind == "auto"}
    for place, (cell, outcome) in enumerate(zip(run.executed["cells"], run.outcomes, strict=True)):
        if place in tests or outcome not in ("error", "timeout", "lost") or (run.path, grade_id_of(cell)) in unanswered:
            continue
        said = _error_in(cell.get("outputs", [])) or "It did not run to its end."
        text = f"It took longer than {limits.cell_seconds} seconds." if outcome == "timeout" else said
        yield Stumble(run.path, places.get(place), text[:_MESSAGE_LIMIT])


def _ran(run: NotebookRun, places: Mapping[int, int | None]) -> Iterator[int]:
    for place, outcome in enumerate(run.outcomes):
        number = places.get(place)
        if outcome == "ok" and number is not None:
            yield number


def _places(executed: list[dict[str, Any]], work: bytes, visible: bytes, source: bytes) -> dict[int, int | None]:
    """By the place of a cell in the run, its number in the student's file; see grader.plan for how the run is put together."""
    theirs, ours = read_notebook(work), read_notebook(visible)
    adopt(theirs, source)
    ids = [grade_id_of(cell) for cell in theirs["cells"]]
    known = {grade_id_of(cell) for cell in ours["cells"] if read_flags(cell)} - {""}
    own = iter([number for number, grade_id in enumerate(ids, start=1) if grade_id not in known])
    marked = {grade_id: number for number, grade_id in enumerate(ids, start=1) if grade_id in known}
    found = map(grade_id_of, executed)
    return {place: marked.get(grade_id) if grade_id else next(own, None) for place, grade_id in enumerate(found)}
