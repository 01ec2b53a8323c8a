"""The gradebook: students by assignments, on pages and as CSV. The grade of one submission is in submission_grades."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from classroom.models import Assignment, Course, Enrolment, Feedback, Person, Section, Submission
from classroom.services.class_list import newest_attempts, students_by_name
from classroom.services.grade_totals import GradeTotal, grade_totals
from classroom.services.pages import Page, page_of
from classroom.services.submission_grades import (
    GradeState,
    QuestionGrade,
    SubmissionGrade,
    chunks,
    grades_of,
    submission_grade,
    tidy,
)

__all__ = [
    "Gradebook", "GradebookCell", "GradebookRow", "QuestionGrade", "SubmissionGrade", "gradebook", "gradebook_csv",
    "grades_of", "newest_submissions", "submission_grade",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class GradebookCell:
    """One student's grade for one assignment. ``score`` is None without a submission, else the points given so far."""

    state: Literal["none"] | GradeState
    score: float | None = None
    max_score: float = 0.0
    submission: Submission | None = None
    released: bool = False


@dataclass(frozen=True, slots=True)
class GradebookRow:
    """One student; ``cells`` stand in the order of the assignments."""

    enrolment: Enrolment
    cells: list[GradebookCell]

    @property
    def total(self) -> float:
        """Points so far, over all assignments."""
        return tidy(sum(cell.score or 0.0 for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Gradebook:
    """One page of the gradebook."""

    assignments: list[Assignment]
    rows: list[GradebookRow]
    page: int
    pages: int
    total: int

    @property
    def max_total(self) -> float:
        """The most points there are over all assignments."""
        return tidy(sum(assignment.release.max_score for assignment in self.assignments if assignment.release))


def gradebook(session: Session, *, course: Course, page: int = 1, page_size: int, search: str = "") -> Gradebook:
    """A page of active students by name with their grades for every published assignment."""
    assignments = _assignments(session, course)
    found: Page[Enrolment] = page_of(session, _students(course, search), page=page, page_size=page_size)
    return Gradebook(
        assignments=assignments,
        rows=_rows(session, assignments, found.items),
        page=found.page,
        pages=found.pages,
        total=found.total,
    )


def gradebook_csv(session: Session, *, course: Course) -> str:
    """The whole gradebook as CSV. A cell is empty until that grade is complete, so that no number in it is provisional.

    A text that a spreadsheet would take for a formula gets a ' in front.
    """
    assignments = _assignments(session, course)
    text = io.StringIO()
    writer = csv.writer(text)
    titles = [f"{a.title} (max {a.release.max_score if a.release else 0:g})" for a in assignments]
    writer.writerow(map(plain, ["name", "e-mail", "student id", "section", *titles]))
    for students in chunks(session.scalars(_students(course)).all()):
        for row in _rows(session, assignments, students):
            who = row.enrolment
            facts = [who.person.display_name, who.person.email, who.student_id, who.section.name if who.section else ""]
            points = [f"{cell.score:g}" if cell.state == "complete" else "" for cell in row.cells]
            writer.writerow([*(plain(fact or "") for fact in facts), *points])
    return text.getvalue()


def plain(text: str) -> str:
    """``text`` as a spreadsheet will show it instead of running it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def newest_submissions(
    session: Session, *, assignments: Iterable[Assignment], enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int], Submission]:
    """The attempt that counts, by (enrolment id, assignment id)."""
    assignment_ids = [assignment.id for assignment in assignments]
    found: dict[tuple[int, int], Submission] = {}
    for chunk in chunks(enrolments):
        newest = newest_attempts(Submission.enrolment_id.in_([e.id for e in chunk]), Submission.assignment_id.in_(assignment_ids))
        for submission in session.scalars(select(Submission).where(Submission.id.in_(newest)).options(defer(Submission.files))):
            found[submission.enrolment_id, submission.assignment_id] = submission
    return found


def _assignments(session: Session, course: Course) -> list[Assignment]:
    published = select(Assignment).where(Assignment.course_id == course.id, Assignment.published_at.is_not(None))
    ordered = published.options(joinedload(Assignment.release)).order_by(Assignment.position, Assignment.id)
    return list(session.scalars(ordered))


def _students(course: Course, search: str = "") -> Select[Enrolment]:
    students = students_by_name(course.id)
    for word in search.split()[:5]:
        columns = (Person.display_name, Person.email, Person.hub_name, Enrolment.student_id, Section.name)
        students = students.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return students


def _rows(session: Session, assignments: list[Assignment], enrolments: Sequence[Enrolment]) -> list[GradebookRow]:
    submissions = newest_submissions(session, assignments=assignments, enrolments=enrolments)
    totals: dict[int, GradeTotal] = {}
    for chunk in chunks([submission.id for submission in submissions.values()]):
        totals |= grade_totals(session, submission_ids=select(Submission.id).where(Submission.id.in_(chunk)))
    released = _released(session, list(submissions.values()))

    def cell(enrolment: Enrolment, assignment: Assignment) -> GradebookCell:
        submission = submissions.get((enrolment.id, assignment.id))
        if submission is None:
            return GradebookCell("none", max_score=assignment.release.max_score if assignment.release else 0.0)
        grade = totals[submission.id]
        return GradebookCell(grade.state, grade.score, grade.max_score, submission, submission.id in released)

    return [GradebookRow(enrolment, [cell(enrolment, assignment) for assignment in assignments]) for enrolment in enrolments]


def _released(session: Session, submissions: list[Submission]) -> set[int]:
    released: set[int] = set()
    for chunk in chunks(submissions):
        wanted = select(Feedback.submission_id).where(Feedback.submission_id.in_([submission.id for submission in chunk]))
        released.update(session.scalars(wanted))
    return released
