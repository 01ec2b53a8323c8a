"""Submissions of an assignment: everybody's newest attempt, and one in full with its notebooks."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from classroom.errors import HomeroomError, NotFound, Unavailable
from classroom.models import Feedback, GradeJob, JobState, Result, Submission
from classroom.services import (
    access,
    extensions,
    grading,
    manifests,
    regrade_requests,
    reviews,
    submission_grades,
    submission_lists,
    submissions,
)
from classroom.services.submission_grades import QuestionGrade, SubmissionGrade
from classroom.web import audience
from classroom.web.context import course, db, files, now, settings
from classroom.web.teach.blueprint import act, blueprint
from classroom.web.teach.provenance import provenance
from grader.view import Budget, CellView, UnreadableNotebook, notebook_view

MOST_REMARKS = 10
PAGE_MARKUP = 1_000_000
"""Characters that are rendered for one page, whatever a student put into the folder."""

STATES = (
    ("", "Everybody"),
    ("waiting", "Waiting for a person"),
    ("needs_look", "Needs a look"),
    ("grading", "Being graded"),
    ("complete", "Graded"),
    ("released", "Feedback released"),
    ("missing", "Nothing handed in"),
)
SORTS = (
    ("name", "By name"),
    ("received", "Oldest first"),
    ("-received", "Newest first"),
    ("-score", "Best first"),
    ("score", "Weakest first"),
)


@dataclass(frozen=True, slots=True)
class NotebookPage:
    """One notebook of a submission. ``questions`` stand below the cell of that index, ``lost`` ones have no cell.

    ``trouble`` says why it cannot be shown.
    """

    path: str
    cells: list[CellView]
    questions: dict[int, QuestionGrade]
    lost: list[QuestionGrade]
    trouble: str = ""


@blueprint.get("/assignments/<assignment>/submissions/", endpoint="submissions")
@audience.staff
def submission_table(assignment: str) -> str:
    """Everybody's newest attempt, filtered and sorted."""
    found = access.assignment_in(db(), course=course(), slug=assignment)
    filters = {name: request.args.get(name, "").strip() for name in ("state", "search", "sort")}
    rows = submission_lists.submission_list(
        db(),
        assignment=found,
        state=filters["state"],
        search=filters["search"],
        sort=filters["sort"] or "name",
        page=request.args.get("page", 1, type=int),
        page_size=settings().page_size,
    )
    return render_template(
        "teach/submissions.html",
        assignment=found,
        rows=rows,
        own_due={one.extension.enrolment_id: one.due_at for one in extensions.given_time(db(), assignment=found)},
        filters=filters,
        parameters={"assignment": assignment, **{name: value for name, value in filters.items() if value}},
        states=STATES,
        sorts=SORTS,
    )


@blueprint.get("/assignments/<assignment>/submissions/<int:submission_id>/", endpoint="submission")
@audience.staff
def submission_page(assignment: str, submission_id: int) -> str:
    """One submission: what was handed in, what the machine says, and a form for each question."""
    return show(load(assignment, submission_id))


@blueprint.get("/assignments/<assignment>/submissions/<int:submission_id>/files/<int:number>")
@audience.staff
def submission_file(assignment: str, submission_id: int, number: int) -> Response:
    """One file as it was handed in. Never shown by the browser: it is a student's, and may be anything."""
    found = load(assignment, submission_id)
    if not 0 <= number < len(found.files):
        raise NotFound("This submission has no such file.")
    entry = found.files[number]
    name = entry["path"].rsplit("/", 1)[-1]
    response = Response(manifests.read(files(), entry), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(f"{found.enrolment.person.hub_name}-{name}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/assignments/<assignment>/submissions/<int:submission_id>/grade-again")
@audience.teacher
def grade_again(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Have the machine look at this one again."""

    def verb() -> str:
        found = load(assignment, submission_id)
        if found.assignment.release is None:
            raise HomeroomError(f"{found.assignment.title} has no release to grade against.")
        grading.start_job(db(), submission=found, now=now())
        return "This submission will be graded again. Points given by hand stay."

    return act(verb, then=url_for("teach.submission", assignment=assignment, submission_id=submission_id))


def load(assignment: str, submission_id: int) -> Submission:
    """The submission, if it is to this assignment of this course."""
    found = access.submission_in(db(), course=course(), submission_id=submission_id)
    if found.assignment.slug != assignment:
        raise NotFound("There is no such submission to this assignment.")
    return found


def show(found: Submission, *, refusal: str = "") -> str:
    """The page of one submission. ``refusal`` is about the form that was sent; what was typed stays in it."""
    grade = submission_grades.submission_grade(db(), submission=found)
    result = db().get(Result, grade.result_id) if grade.result_id else None
    as_run = request.args.get("view") == "run" and result is not None and bool(result.executed)
    return render_template(
        "teach/submission.html",
        submission=found,
        assignment=found.assignment,
        grade=grade,
        result=result,
        as_run=as_run,
        notebooks=_notebooks(result.executed if as_run and result else found.files, grade),
        attempts=submissions.attempts_of(db(), enrolment=found.enrolment, assignment=found.assignment),
        neighbours=submission_lists.neighbours(db(), submission=found),
        running=_is_running(found),
        released=db().scalar(select(Feedback).where(Feedback.submission_id == found.id)),
        provenance=provenance(result),
        remarks=_remarks(result),
        review=reviews.review_of(db(), result=result),
        regrades=regrade_requests.requests_about(db(), submission=found),
        refusal=refusal,
        typed=request.form if refusal else {},
    )


def _remarks(result: Result | None) -> list[str]:
    """Why the machine wants a person to look at what it graded; sentences for staff."""
    said = result.provenance.get("needs_review", []) if result else []
    return [str(sentence)[:500] for sentence in said[:MOST_REMARKS]]


def _attachment(name: str) -> str:
    """The header's value for a file of any name: headers are Latin-1, and some letters turn the reading direction."""
    plain = "".join(letter if letter.isprintable() else "_" for letter in name)
    return f"attachment; filename*=UTF-8''{quote(plain, safe='')}"


def _is_running(found: Submission) -> bool:
    live = select(GradeJob.id).where(GradeJob.submission_id == found.id, GradeJob.state != JobState.done)
    return db().scalar(live.limit(1)) is not None


def _notebooks(manifest: manifests.Manifest, grade: SubmissionGrade) -> list[NotebookPage]:
    here = [entry for entry in manifest if entry["path"].endswith(".ipynb")]
    gone = sorted({question.notebook for question in grade.questions} - {entry["path"] for entry in here})
    budget = Budget(markup=PAGE_MARKUP)
    pages = [_notebook(entry, grade, budget) for entry in here]
    return pages + [NotebookPage(path, [], {}, _questions(grade, path), "This notebook was not handed in.") for path in gone]


def _notebook(entry: dict[str, Any], grade: SubmissionGrade, budget: Budget) -> NotebookPage:
    path = str(entry["path"])
    mine = _questions(grade, path)
    try:
        view = notebook_view(manifests.read(files(), entry), budget)
    except (UnreadableNotebook, Unavailable) as error:
        return NotebookPage(path, [], {}, mine, str(error))
    waiting = {question.grade_id: question for question in mine}
    # A copied cell has its id twice; the form stands below the first.
    placed = {cell.index: waiting.pop(cell.grade_id) for cell in view.cells if cell.grade_id and cell.grade_id in waiting}
    return NotebookPage(path, view.cells, placed, list(waiting.values()))


def _questions(grade: SubmissionGrade, path: str) -> list[QuestionGrade]:
    return [question for question in grade.questions if question.notebook == path]
