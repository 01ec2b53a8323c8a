"""Points from a run report, by the rules of nbgrader's ``determine_grade``. Arithmetic only: nothing is run.

Where we differ, on purpose: text on stderr is no failure; numpy's numbers are numbers; a value outside 0…points counts as
the nearer end; grader.like_nbgrader has a switch for each. What the student reads are our own sentences and the name of a
built-in exception, because a message or a traceback could show a hidden test, unless the teacher wants just that; see
grader.shown.
"""

import builtins
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from grader.jobs import CellScore, CellStatus, Integrity, Limits, Shown
from grader.plan import PlannedQuestion
from grader.report import NotebookRun, Outcome, RunReport
from grader.shown import narrow, widen

_STAFF_LIMIT = 4_000
_OVER = {"not_run", "lost"}
"""How cells end when the kernel is gone."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NUMPY_NUMBER = re.compile(r"(?:np|numpy)\.(?:float|int|uint|longdouble|half|double|single)\w*\((.+)\)", re.DOTALL)
_BUILTIN_ERRORS = {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)}


def score(report: RunReport, limits: Limits, shown: Shown = "message") -> tuple[CellScore, ...]:
    """The points of every question of a submission, notebook by notebook; ``shown``: what students see of tests that failed."""
    like = frozenset(report.like_nbgrader)
    cells: list[CellScore] = []
    stopped = ""
    for run in report.notebooks:
        if not stopped and "dead-kernel-stops" in like and not _OVER.isdisjoint(run.outcomes):
            stopped = f"The kernel of {run.path} ended, and with it the grading, as in nbgrader."
        for cell, value in _score_notebook(run, limits, shown, like):
            if not stopped and "above-points-stops" in like and value is not None and value > cell.max_points:
                stopped = (
                    f"The test {cell.grade_id} gave {value:g} of {cell.max_points:g} points, which ends the grading in nbgrader."
                )
            cells.append(_without_score(cell, stopped) if stopped else cell)
    return tuple(cells)


def _without_score(cell: CellScore, why: str) -> CellScore:
    told = "This could not be graded; a person looks at it."
    return replace(cell, points=None, status="not_run", student_message=told, staff_message=why)


def points_of(outcome: Outcome | None, outputs: list[dict[str, Any]], max_points: float) -> float:
    """What a test that ended so gives."""
    if outcome != "ok" or any(output["output_type"] == "error" for output in outputs):
        return 0.0
    return _judge_value(outputs, max_points)[0] or 0.0


def is_stderr(output: dict[str, Any]) -> bool:
    """Whether an output is text on stderr."""
    return output["output_type"] == "stream" and output.get("name") == "stderr"


def _score_notebook(
    run: NotebookRun, limits: Limits, shown: Shown, like: frozenset[str]
) -> Iterator[tuple[CellScore, float | None]]:
    """Each score, and the number that the test itself gave."""
    for question in run.questions:
        points, status, student, staff = _judge(run, question, limits, like)
        if shown == "test" and status in ("failed", "partial") and question.grade_id not in run.doubted:
            student = widen(student, said=staff, source=_source_of(run, question))
        staff = "\n".join(part for part in (staff, question.note) if part)
        scored = CellScore(
            notebook=run.path,
            grade_id=question.grade_id,
            points=points,
            max_points=question.max_points,
            status=status,
            student_message=narrow(student, status, shown),
            staff_message=staff[:_STAFF_LIMIT],
            integrity=_integrity(run, question),
        )
        yield scored, _value_of(run, question, like) if status == "passed" else None


def _source_of(run: NotebookRun, question: PlannedQuestion) -> str:
    if run.executed is None or question.cell is None:
        return ""
    return str(run.executed["cells"][question.cell].get("source", ""))


def _integrity(run: NotebookRun, question: PlannedQuestion) -> Integrity:
    if question.kind != "auto" or run.executed is None:
        return "manual"
    return "split" if question.grade_id in run.split else "shared"


_Verdict = tuple[float | None, CellStatus, str, str]
"""Points, status, text for the student, text for staff."""


def _value_of(run: NotebookRun, question: PlannedQuestion, like: frozenset[str]) -> float | None:
    if run.executed is None or question.cell is None or question.kind != "auto":
        return None
    return _number(_last_value(run.executed["cells"][question.cell].get("outputs", [])), like)


def _judge(run: NotebookRun, question: PlannedQuestion, limits: Limits, like: frozenset[str]) -> _Verdict:
    if run.missing:
        return 0.0, "unanswered", "This notebook was not handed in.", run.staff_sentence
    if run.executed is None:
        return None, "not_run", run.student_sentence, run.staff_sentence
    if question.kind != "auto":
        if question.unanswered:
            return 0.0, "unanswered", "There is no answer yet: this cell is as it was given out.", ""
        return None, "manual", "A person grades this answer.", ""
    if question.cell is None:
        text = "This test is not in the notebook that was handed in."
        return None, "not_run", text, text
    return _judge_test(run, question, limits, run.outcomes[question.cell], like)


def _judge_test(
    run: NotebookRun, question: PlannedQuestion, limits: Limits, outcome: Outcome | None, like: frozenset[str]
) -> _Verdict:
    assert run.executed is not None
    assert question.cell is not None
    outputs = run.executed["cells"][question.cell].get("outputs", [])
    if question.grade_id in run.doubted:
        text = "A person looks at this test; until then it gives no points."
        return 0.0, "failed", text, run.doubted[question.grade_id]
    if outcome == "not_run":
        return None, "not_run", "This test could not be run; a person looks at it.", run.staff_sentence
    if outcome == "lost":
        text = "This test could not be run to its end; a person looks at it."
        return None, "not_run", text, "The test's outputs were lost."
    if outcome == "timeout":
        text = f"The test took longer than {limits.cell_seconds} seconds."
        return 0.0, "failed", text, _errors_for_staff(outputs) or text
    return _judge_outputs(question, outcome, outputs, like, apart=question.grade_id in run.split)


def _judge_outputs(
    question: PlannedQuestion, outcome: Outcome | None, outputs: list[dict[str, Any]], like: frozenset[str], *, apart: bool
) -> _Verdict:
    """``apart``: whether no student code was near the test."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    if errors or outcome == "error":
        # Beside the student's code, that code could name the exception, and knows the hidden test.
        name = errors[0]["ename"] if errors and apart else ""
        return 0.0, "failed", _failure(name), _errors_for_staff(outputs)
    if "stderr-fails" in like and _warns_first(outputs):
        return 0.0, "failed", "The answer did not pass this test.", "The test wrote on stderr, which fails it in nbgrader."
    return _judge_value(outputs, question.max_points, like)


def _warns_first(outputs: list[dict[str, Any]]) -> bool:
    """Whether text on stderr comes before the cell's last value."""
    decisive = (output for output in outputs if is_stderr(output) or output["output_type"] == "execute_result")
    return any(is_stderr(output) for output in itertools.islice(decisive, 1))


def _judge_value(outputs: list[dict[str, Any]], max_points: float, like: frozenset[str] = frozenset()) -> _Verdict:
    """A test cell that raised nothing: its last value decides if it is a number, else it has passed."""
    value = _number(_last_value(outputs), like)
    if value is None or ("below-zero-passes" in like and value < 0):
        return max_points, "passed", "", ""
    points = min(max(value, 0.0), max_points)
    note = "" if points == value else f"The test gave {value:g}, outside 0 to {max_points:g}; {points:g} counts."
    if points >= max_points:
        return points, "passed", "", note
    if points > 0:
        return points, "partial", "The answer passed a part of this test.", note
    return 0.0, "failed", "The answer did not pass this test.", note


def _last_value(outputs: list[dict[str, Any]]) -> object:
    return next((output["data"].get("text/plain", "") for output in outputs if output["output_type"] == "execute_result"), None)


def _number(text: object, like: frozenset[str]) -> float | None:
    """The number that a cell's last value is, None if it is none."""
    if not isinstance(text, str):
        return None
    match = None if "numpy-passes" in like else _NUMPY_NUMBER.fullmatch(text.strip())
    try:
        value = float(match.group(1).strip("'\"") if match else text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _failure(name: str) -> str:
    if name in _BUILTIN_ERRORS:
        return f"The answer did not pass this test ({name})."
    return "The answer did not pass this test."


def _errors_for_staff(outputs: list[dict[str, Any]]) -> str:
    """What the errors of a cell said, with the end of each traceback."""
    texts = []
    for output in outputs:
        if output["output_type"] == "error":
            trace = _ANSI.sub("", "\n".join(output["traceback"]))[-_STAFF_LIMIT // 2 :]
            texts.append(f"{output['ename']}: {output['evalue']}\n{trace}".strip())
    return "\n\n".join(texts)
