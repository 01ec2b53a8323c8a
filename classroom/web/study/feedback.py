"""What came back: points and comments per question, beside the student's own cells."""

from collections import Counter
from dataclasses import dataclass

from flask import render_template, request

from classroom.errors import Unavailable
from classroom.models import Assignment, Submission
from classroom.services import attempts, manifests, regrade_requests
from classroom.services.submission_grades import QuestionGrade, SubmissionGrade
from classroom.web import audience
from classroom.web.context import db, enrolment, files, now
from classroom.web.study.blueprint import blueprint
from classroom.web.study.handin import own_submission
from grader.mark_scheme import mark_schemes
from grader.view import Budget, CellView, UnreadableNotebook, notebook_view

PAGE_MARKUP = 1_000_000
"""Characters that are rendered for one page, whatever was handed in."""


@dataclass(frozen=True)
class ReturnedNotebook:
    """One notebook as it was handed in, with the questions by their cell; ``problem`` says why there are no cells."""

    path: str
    cells: list[CellView]
    questions: dict[str, QuestionGrade]
    problem: str = ""


@blueprint.get("/attempts/<int:submission_id>/feedback")
@audience.student
def feedback(assignment: str, submission_id: int) -> str:
    """Points and comments, once they are released."""
    return feedback_page(own_submission(assignment, submission_id))


def feedback_page(submission: Submission, refusal: str = "") -> str:
    """The page; ``refusal`` is about the form for asking, which keeps what was typed."""
    grade = attempts.released_grade(db(), submission=submission)
    notebooks = _notebooks(submission, grade)
    mine = attempts.own_attempts(db(), enrolment=enrolment(), assignment=submission.assignment)
    return render_template(
        "study/feedback.html",
        submission=submission,
        grade=grade,
        notebooks=notebooks,
        shown=_shown(notebooks),
        schemes=_schemes(submission.assignment),
        attempts=mine,
        asked=regrade_requests.requests_about(db(), submission=submission),
        window=regrade_requests.window(db(), submission=submission, now=now()),
        refusal=refusal,
        typed=request.form if refusal else {},
    )


def _notebooks(submission: Submission, grade: SubmissionGrade) -> list[ReturnedNotebook]:
    questions = {(question.notebook, question.grade_id): question for question in grade.questions}
    graded = {question.notebook for question in grade.questions}
    budget = Budget(markup=PAGE_MARKUP)
    return [_notebook(entry, questions, budget) for entry in submission.files if entry["path"] in graded]


def _notebook(entry: dict[str, object], questions: dict[tuple[str, str], QuestionGrade], budget: Budget) -> ReturnedNotebook:
    path = str(entry["path"])
    mine = {grade_id: question for (notebook, grade_id), question in questions.items() if notebook == path}
    try:
        # What was handed in, never the notebook as it was run: that one holds the hidden tests.
        return ReturnedNotebook(path, notebook_view(manifests.read(files(), entry), budget).cells, mine)
    except (UnreadableNotebook, Unavailable) as error:
        return ReturnedNotebook(path, [], mine, problem=str(error))


def _schemes(assignment: Assignment) -> dict[tuple[str, str], str]:
    """How tasks are marked, as safe HTML, where the teacher shows it."""
    if not assignment.shows_scheme or assignment.release is None:
        return {}
    try:
        return mark_schemes(manifests.load(files(), assignment.release.source_files))
    except Unavailable:
        return {}  # the points are worth showing without


def _shown(notebooks: list[ReturnedNotebook]) -> set[tuple[str, str]]:
    """Questions that have exactly one cell to stand beside; a copied cell must not show its points twice."""
    counts = Counter((notebook.path, cell.grade_id) for notebook in notebooks for cell in notebook.cells if cell.grade_id)
    return {(path, grade_id) for (path, grade_id), count in counts.items() if count == 1 and grade_id}
