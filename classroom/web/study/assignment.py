"""One assignment: what to do, until when, the way in, and the attempts so far."""

from flask import render_template

from classroom.models import Assignment
from classroom.services import (
    access,
    attempts,
    check_answers,
    extension_requests,
    manifests,
    student_assignments,
    updates,
    work_checks,
)
from classroom.web import audience
from classroom.web.context import db, enrolment, now
from classroom.web.study.blueprint import blueprint
from classroom.web.study.standing import standing


@blueprint.get("/")
@audience.member
def assignment(assignment: str) -> str:
    """The assignment's page; staff see it as students do."""
    found = this_assignment(assignment)
    mine = attempts.own_attempts(db(), enrolment=enrolment(), assignment=found)
    items = student_assignments.students_view(db(), enrolment=enrolment(), now=now())
    check = work_checks.latest(db(), enrolment=enrolment(), assignment=found)
    rows = [standing(item, now=now()) for item in items if item.assignment.id == found.id]
    return render_template(
        "study/assignment.html",
        assignment=found,
        standing=rows[0] if rows else None,
        notebooks=manifests.notebooks(found.release.release_files) if found.release else [],
        attempts=mine,
        asked=extension_requests.own_requests(db(), enrolment=enrolment(), assignment=found),
        updates=updates.own_updates(db(), enrolment=enrolment(), assignment=found),
        check=check_answers.answer_of(check, now=now()) if check else None,
        returned=next((attempt for attempt in mine if attempt.grade), None),
    )


def this_assignment(slug: str) -> Assignment:
    """The assignment of the URL, if this person may see it now."""
    return access.open_assignment(db(), enrolment=enrolment(), slug=slug, now=now())
