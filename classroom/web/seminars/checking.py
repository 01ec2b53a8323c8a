"""Check: what a guest's notebook does in the grader's sandbox, with the tests they can see. On the seat page, without scripts."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Conflict
from classroom.services import guest_answers, guest_checks, guests, submissions
from classroom.services.check_answers import CheckAnswer
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, files, guest, homes, now, seminar, settings
from classroom.web.seminars.blueprint import blueprint
from classroom.web.teach.blueprint import SEE_OTHER


@blueprint.post("/s/<seminar>/check")
@audience.guest
def check() -> ResponseReturnValue:
    """Have the notebook that opens first checked, as it was last saved."""
    if seminar().is_over(now()):
        raise Conflict("This seminar is over.")
    return redirect(url_for(".check_page", check_id=start_check(seminar().notebook)), SEE_OTHER)


@blueprint.get("/s/<seminar>/checks/<int:check_id>/")
@audience.guest
def check_page(check_id: int) -> str:
    """How a check stands, and what it found."""
    return render_template("seminars/check.html", seminar=seminar(), over=seminar().is_over(now()), answer=answer_to(check_id))


@blueprint.get("/s/<seminar>/checks/<int:check_id>/now")
@audience.guest
def check_now(check_id: int) -> str:
    """The piece of the page that fetches itself anew while the check runs."""
    over = seminar().is_over(now())
    return render_template("seminars/check_answer.html", seminar=seminar(), over=over, answer=answer_to(check_id))


def start_check(notebook: str) -> int:
    """Check what of a notebook lies on the guest's seat now; returns the check's number."""
    if not guests.may_use_seat(guest()):
        raise Conflict("Your seat is not ready yet. Open your notebook first.")
    guest_checks.check_pace(db(), guest=guest(), settings=settings(), now=now())
    work = guest_checks.work_of(guest(), notebook)
    with database_left_alone():
        manifest = submissions.take(work, files=files(), homes=homes(), limits=settings())
    asked = guest_checks.ask(db(), guest=guest(), notebook=notebook, manifest=manifest, settings=settings(), now=now())
    number = asked.id
    commit()
    return number


def answer_to(check_id: int) -> CheckAnswer:
    """A check of this guest's."""
    return guest_answers.answer_of(guest_checks.own_check(db(), guest=guest(), check_id=check_id), now=now())
