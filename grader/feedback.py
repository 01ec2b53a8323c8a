"""The feedback a student keeps: one notebook with scores and comments beside the cells, as one file without scripts."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.jobs import CellStatus, Shown
from grader.shown import narrow
from grader.view import CellView, NotebookView

_TEMPLATES = Path(__file__).parent / "templates"
_STATUS: dict[str, str] = {
    "passed": "All tests passed",
    "partial": "Partly right",
    "failed": "Tests failed",
    "unanswered": "Not answered",
}
_BY_HAND = "Read by your teacher"
_WAITING = "Waiting for your teacher"
_FOR_STAFF = ("BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")


@dataclass(frozen=True, slots=True)
class QuestionFeedback:
    """What a student is told about one question. ``points`` is None while nobody has given any."""

    points: float | None
    max_points: float
    status: CellStatus
    message: str = ""
    comment: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    anchor: str
    points: str
    status: str
    tone: str
    message: str
    comment: str


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    folded: bool
    html: Markup
    outputs: list[Markup]
    question: _Question | None


def feedback_page(
    *,
    title: str,
    student: str,
    view: NotebookView,
    scores: Mapping[str, QuestionFeedback],
    total: float,
    max_total: float,
    course: str = "",
    handed_in: str = "",
    shown: Shown = "message",
) -> str:
    """A whole HTML page; ``scores`` goes by grade id, and so do the questions' places in ``view``.

    A question whose cell is not in the notebook is listed at the top only. ``course`` and ``handed_in`` are words for
    the head of the page. Hidden tests and marking schemes are left out even if ``view`` has them; of the messages of tests
    that failed, what ``shown`` lets through is left.
    """
    questions = {
        grade_id: _question(grade_id, number, score, shown) for number, (grade_id, score) in enumerate(scores.items(), start=1)
    }
    unplaced = dict(questions)
    pieces = [_piece(cell, unplaced) for cell in view.cells]
    style = "\n".join((_TEMPLATES / name).read_text("utf-8") for name in ("feedback.css", "notebook.css"))
    return _TEMPLATE.render(
        title=title,
        student=student,
        course=course,
        handed_in=handed_in,
        total=points_text(total),
        max_total=points_text(max_total),
        waiting=sum(score.points is None for score in scores.values()),
        questions=list(questions.values()),
        unplaced=list(unplaced.values()),
        pieces=pieces,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def points_text(points: float) -> str:
    """Points as people write them: 2, 2.5, 0.33."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _question(grade_id: str, number: int, score: QuestionFeedback, shown: Shown) -> _Question:
    by_hand = score.status in ("manual", "not_run")
    most = points_text(score.max_points)
    return _Question(
        name=score.title or grade_id,
        anchor=f"question-{number}",
        points=f"\u2013 / {most}" if score.points is None else f"{points_text(score.points)} / {most}",
        status=_WAITING if score.points is None else _BY_HAND if by_hand else _STATUS[score.status],
        tone="waiting" if score.points is None else _tone(score.points, score.max_points),
        # That a person will look at it is said by the status, and is no news once the person has.
        message="" if by_hand else narrow(score.message, score.status, shown),
        comment=score.comment,
    )


def _tone(points: float, most: float) -> str:
    if points >= most:
        return "full"
    return "some" if points > 0 else "none"


def _piece(cell: CellView, unplaced: dict[str, _Question]) -> _Piece:
    """One cell with its question, which leaves ``unplaced``: a copied cell does not repeat it."""
    kept_back = any(mark in cell.source for mark in _FOR_STAFF)
    tests = cell.role == "tests"
    return _Piece(
        kind=cell.kind,
        folded=tests,
        html=Markup('<p class="nb-note">Not shown.</p>') if kept_back else Markup(cell.source_html),  # noqa: S704 - made by grader.view
        # What the tests have printed is summed up by their message, and may quote a hidden test.
        outputs=[] if tests or kept_back else [Markup(output.html) for output in cell.outputs],  # noqa: S704 - likewise
        question=unplaced.pop(cell.grade_id, None) if cell.grade_id and cell.role in ("tests", "manual", "task") else None,
    )


_TEMPLATE = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("feedback.html")
