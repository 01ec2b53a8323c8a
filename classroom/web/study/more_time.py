"""A student asks for more time, and reads what came of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment
from classroom.services import extension_requests, student_assignments
from classroom.web import audience
from classroom.web.context import commit, db, enrolment, now
from classroom.web.local_time import read_local
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint
from classroom.web.study.standing import standing
from classroom.web.zones import reader_zone

SEE_OTHER = 303


@blueprint.get("/more-time/")
@audience.student
def more_time(assignment: str) -> str:
    """The form, and the requests so far."""
    return _page(this_assignment(assignment))


@blueprint.post("/more-time/")
@audience.student
def ask_time(assignment: str) -> ResponseReturnValue:
    """Ask."""
    found = this_assignment(assignment)
    form, zone = request.form, reader_zone(found.course.timezone)
    try:
        extension_requests.ask(
            db(),
            enrolment=enrolment(),
            assignment=found,
            until=read_local(form.get("until", ""), timezone=zone, field="Until when"),
            reason=form.get("reason", ""),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(this_assignment(assignment), str(refusal)), refusal.status
    flash("Your teacher has been told. The answer comes here.")
    return redirect(url_for(".more_time", assignment=assignment), SEE_OTHER)


@blueprint.post("/more-time/<int:request_id>/withdraw")
@audience.student
def withdraw_time(assignment: str, request_id: int) -> ResponseReturnValue:
    """It is not needed any more."""
    mine = extension_requests.own_request(
        db(), enrolment=enrolment(), assignment=this_assignment(assignment), request_id=request_id
    )
    extension_requests.withdraw(mine, now=now())
    commit()
    flash("Your request is withdrawn.")
    return redirect(url_for(".more_time", assignment=assignment), SEE_OTHER)


def _page(found: Assignment, refusal: str = "") -> str:
    items = student_assignments.students_view(db(), enrolment=enrolment(), now=now())
    mine = next((item for item in items if item.assignment.id == found.id), None)
    if mine is None:
        raise NotFound("There is no such assignment in this course.")
    return render_template(
        "study/more_time.html",
        assignment=found,
        standing=standing(mine, now=now()),
        asked=extension_requests.own_requests(db(), enrolment=enrolment(), assignment=found),
        form_zone=reader_zone(found.course.timezone),
        typed=request.form if refusal else {},
        refusal=refusal,
    )
