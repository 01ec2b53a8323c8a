"""Check: what a student's work does in the grader's sandbox, with the tests they can see, before it is handed in."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.models import Assignment
from classroom.services import check_answers, submissions, work_checks
from classroom.services.check_answers import CheckAnswer
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, enrolment, files, homes, now, settings
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint


@blueprint.post("/check")
@audience.student
def check(assignment: str) -> ResponseReturnValue:
    """Have what lies in the home now checked."""
    return redirect(url_for(".check_page", assignment=assignment, check_id=start_check(assignment)))


@blueprint.get("/checks/<int:check_id>/")
@audience.student
def check_page(assignment: str, check_id: int) -> str:
    """How a check stands, and what it found."""
    found = this_assignment(assignment)
    return render_template("study/check.html", assignment=found, answer=answer_to(found, check_id))


@blueprint.get("/checks/<int:check_id>/now")
@audience.student
def check_now(assignment: str, check_id: int) -> str:
    """The piece of the page that fetches itself anew while the check runs."""
    found = this_assignment(assignment)
    return render_template("study/check_answer.html", assignment=found, answer=answer_to(found, check_id))


def start_check(slug: str) -> int:
    """Check what lies in the home of whoever asks; returns the check's number."""
    work_checks.check_pace(db(), enrolment=enrolment(), settings=settings(), now=now())
    work = submissions.work_of(enrolment=enrolment(), assignment=this_assignment(slug))
    with database_left_alone():
        manifest = submissions.take(work, files=files(), homes=homes(), limits=settings())
    asked = work_checks.ask(
        db(), enrolment=enrolment(), assignment=this_assignment(slug), manifest=manifest, settings=settings(), now=now()
    )
    number = asked.id
    commit()
    return number


def answer_to(assignment: Assignment, check_id: int) -> CheckAnswer:
    """A check of this student's."""
    found = work_checks.own_check(db(), enrolment=enrolment(), assignment=assignment, check_id=check_id)
    return check_answers.answer_of(found, now=now())
