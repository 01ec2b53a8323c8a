"""Everybody's newest attempt at one assignment, as staff work through them: filtered, sorted, one page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from classroom.models import (
    Assignment,
    Enrolment,
    Feedback,
    GradeJob,
    JobState,
    ResultStatus,
    Submission,
)  # fmt: skip
from classroom.services.class_list import newest_attempts, students_by_name
from classroom.services.grade_totals import GradeTotal, grade_totals
from classroom.services.pages import Page

RowState = Literal["missing", "grading", "needs_look", "needs_person", "ungradable", "grader_error", "complete", "released"]
ROW_STATES: tuple[RowState, ...] = get_args(RowState)
WAITING: frozenset[RowState] = frozenset({"needs_look", "needs_person", "ungradable", "grader_error"})
"""States in which nothing goes on before somebody looks. ``needs_look``: the machine noticed something and holds the score."""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One student: their newest attempt and its grade, if there is one."""

    enrolment: Enrolment
    submission: Submission | None
    grade: GradeTotal | None
    state: RowState
    regrading: bool
    """The machine is at it again; the grade shown is the one before."""


@dataclass(frozen=True, slots=True)
class SubmissionList:
    """One page of rows, and how many rows of each state there are on all pages, whatever the filter."""

    page: Page[SubmissionRow]
    counts: dict[RowState, int]
    scores: list[float]
    """Scores of the complete grades of everybody."""
    first_waiting: int | None
    """The first submission, by name, that waits for a person."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The submissions before and after one, by name, that wait for a person; ``waiting`` counts all of them."""

    previous: int | None
    next: int | None
    waiting: int


def submission_list(
    session: Session,
    *,
    assignment: Assignment,
    state: str = "",
    search: str = "",
    sort: str = "name",
    page: int = 1,
    page_size: int,
) -> SubmissionList:
    """Students of the assignment's course. ``state`` is a RowState, ``"waiting"`` for all that wait for a person, or empty.

    ``sort`` is ``name``, ``received`` or ``score``; with a leading ``-`` the other way round.
    """
    rows = _rows(session, assignment)
    words = search.lower().split()
    shown = [row for row in rows if _is_wanted(row, state) and all(word in _text(row) for word in words)]
    shown.sort(key=_SORTS.get(sort.removeprefix("-"), _by_name), reverse=sort.startswith("-"))
    pages = max(1, -(-len(shown) // page_size))
    page = min(max(1, page), pages)
    items = shown[(page - 1) * page_size : page * page_size]
    return SubmissionList(
        page=Page(items=items, page=page, pages=pages, total=len(shown)),
        counts={one: sum(row.state == one for row in rows) for one in ROW_STATES},
        first_waiting=next((row.submission.id for row in rows if row.submission and row.state in WAITING), None),
        scores=[row.grade.score for row in rows if row.grade is not None and row.grade.state == "complete"],
    )


def neighbours(session: Session, *, submission: Submission) -> Neighbours:
    """Where to go on from ``submission``: to others of the assignment that wait for a person."""
    rows = sorted(_rows(session, submission.assignment), key=_by_name)
    here = next((index for index, row in enumerate(rows) if row.enrolment.id == submission.enrolment_id), len(rows))
    waiting = [(index, row.submission.id) for index, row in enumerate(rows) if row.submission and row.state in WAITING]
    return Neighbours(
        previous=next((id_ for index, id_ in reversed(waiting) if index < here), None),
        next=next((id_ for index, id_ in waiting if index > here), None),
        waiting=len(waiting),
    )


def _rows(session: Session, assignment: Assignment) -> list[SubmissionRow]:
    submissions = {one.enrolment_id: one for one in _newest(session, assignment)}
    totals = grade_totals(session, submission_ids=newest_attempts(Submission.assignment_id == assignment.id))
    running = _ids(session, assignment, select(GradeJob.submission_id).where(GradeJob.state != JobState.done), GradeJob)
    released = _ids(session, assignment, select(Feedback.submission_id), Feedback)
    students = session.scalars(students_by_name(assignment.course_id)).all()
    return [_row(student, submissions.get(student.id), totals, running, released) for student in students]


def _row(
    enrolment: Enrolment,
    submission: Submission | None,
    totals: Mapping[int, GradeTotal],
    running: set[int],
    released: set[int],
) -> SubmissionRow:
    grade = totals[submission.id] if submission else None
    is_running = submission is not None and submission.id in running
    is_released = submission is not None and submission.id in released
    state = _state(grade, is_running=is_running, is_released=is_released)
    return SubmissionRow(enrolment, submission, grade, state, regrading=is_running and state != "grading")


def _state(grade: GradeTotal | None, *, is_running: bool, is_released: bool) -> RowState:
    if grade is None:
        return "missing"
    if grade.held:
        return "needs_look"
    if grade.complete:
        return "released" if is_released else "complete"
    if grade.status is None or (is_running and grade.status is not ResultStatus.graded):
        return "grading"
    if grade.status is ResultStatus.graded:
        return "needs_person"
    return "ungradable" if grade.status is ResultStatus.ungradable else "grader_error"


def _newest(session: Session, assignment: Assignment) -> Sequence[Submission]:
    newest = select(Submission).where(Submission.id.in_(newest_attempts(Submission.assignment_id == assignment.id)))
    return session.scalars(newest.options(defer(Submission.files))).all()


def _ids(session: Session, assignment: Assignment, wanted: Any, table: type[GradeJob | Feedback]) -> set[int]:
    here = wanted.join(Submission, table.submission_id == Submission.id).where(Submission.assignment_id == assignment.id)
    return set(session.scalars(here))


def _is_wanted(row: SubmissionRow, state: str) -> bool:
    return not state or row.state == state or (state == "waiting" and row.state in WAITING)


def _text(row: SubmissionRow) -> str:
    person, section = row.enrolment.person, row.enrolment.section
    facts = (person.display_name, person.email, person.hub_name, row.enrolment.student_id, section.name if section else "")
    return " ".join(fact for fact in facts if fact).lower()


def _by_name(row: SubmissionRow) -> tuple[str, int]:
    return row.enrolment.person.display_name.lower(), row.enrolment.id


def _by_time(row: SubmissionRow) -> tuple[datetime, int]:
    return row.submission.received_at if row.submission else datetime.max.replace(tzinfo=UTC), row.enrolment.id


def _by_score(row: SubmissionRow) -> tuple[float, int]:
    return row.grade.score if row.grade else -1.0, row.enrolment.id


_SORTS: dict[str, Callable[[SubmissionRow], tuple[Any, int]]] = {"name": _by_name, "received": _by_time, "score": _by_score}
