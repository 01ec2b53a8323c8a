"""What a student's own notebook server may ask and do for its owner: the API behind the buttons in JupyterLab.

It has the pages' services and refusals. Who asks is known by the server's token of the hub; cookies count for nothing here.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, url_for

from classroom.models import Assignment, Submission
from classroom.services import file_changes, manifests, student_assignments, work_checks
from classroom.services.check_answers import CheckAnswer, answer_of
from classroom.web import audience, security
from classroom.web.context import commit, db, enrolment, now, settings
from classroom.web.study import checks, handin, opening
from classroom.web.study.assignment import this_assignment
from classroom.web.study.standing import standing

blueprint = Blueprint("own_server", __name__, url_prefix="/own-server/courses/<course>/a/<assignment>")
security.csrf.exempt(blueprint)  # no cookie counts here, only the token


@blueprint.get("/")
@audience.own_server
def state(assignment: str) -> dict[str, Any]:
    """Where the student stands: until when, the last receipt, the last check, what a new version did to the notebooks.

    Times are in ISO 8601; ``now`` is our clock.
    """
    found = this_assignment(assignment)
    (item,) = (
        item
        for item in student_assignments.students_view(db(), enrolment=enrolment(), now=now())
        if item.assignment.id == found.id
    )
    check = work_checks.latest(db(), enrolment=enrolment(), assignment=found)
    assert found.release is not None
    return {
        "title": found.title,
        "course": found.course.title,
        "page": _page("study.assignment", found),
        "earlier": _page("study.earlier", found),
        "update": file_changes.of_student(db(), enrolment=enrolment(), assignment=found),
        "merges": True,
        "notebooks": manifests.notebooks(found.release.release_files),
        "now": _time(now()),
        "due_at": _time(item.due_at),
        "takes_work": standing(item, now=now()).takes_work,
        "accepts_late": found.accepts_late,
        "receipt": _receipt(item.submission, found),
        "check": _check(answer_of(check, now=now()), found) if check else None,
    }


@blueprint.post("/check")
@audience.own_server
def check(assignment: str) -> dict[str, Any]:
    """Have what lies in the home now checked."""
    number = checks.start_check(assignment)
    found = this_assignment(assignment)
    return _check(checks.answer_to(found, number), found)


@blueprint.get("/checks/<int:check_id>")
@audience.own_server
def check_state(assignment: str, check_id: int) -> dict[str, Any]:
    """How a check stands, and what it found."""
    found = this_assignment(assignment)
    return _check(checks.answer_to(found, check_id), found)


@blueprint.post("/look")
@audience.own_server
def look(assignment: str) -> dict[str, Any]:
    """What should be known about the files in the home before they are handed in. Nothing is handed in."""
    return {"places": [asdict(place) for place in handin.odd_places(assignment, handin.work_now(assignment))]}


@blueprint.post("/submit")
@audience.own_server
def submit(assignment: str) -> dict[str, Any]:
    """Take what lies in the home now as an attempt; the same files as last time are that attempt."""
    submission, is_new = handin.hand_in(assignment, handin.work_now(assignment))
    return {"receipt": _receipt(submission, this_assignment(assignment)), "new": is_new}


@blueprint.post("/update")
@audience.own_server
def update(assignment: str) -> dict[str, Any]:
    """Merge the current release into what lies in the home now, as opening the notebook does. Again changes nothing."""
    found = this_assignment(assignment)
    opening.deliver(found)
    commit()
    return {"update": file_changes.of_student(db(), enrolment=enrolment(), assignment=found)}


def _receipt(submission: Submission | None, assignment: Assignment) -> dict[str, Any] | None:
    if submission is None:
        return None
    return {
        "attempt": submission.attempt,
        "received_at": _time(submission.received_at),
        "late": submission.late,
        "page": _page("study.receipt", assignment, submission_id=submission.id),
    }


def _check(answer: CheckAnswer, assignment: Assignment) -> dict[str, Any]:
    facts = asdict(answer) | {"asked_at": _time(answer.asked_at)}
    return {**facts, "page": _page("study.check_page", assignment, check_id=answer.id)}


def _page(endpoint: str, assignment: Assignment, **values: Any) -> str:
    """The public address of a page."""
    return f"{settings().portal_url}{url_for(endpoint, assignment=assignment.slug, **values)}"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
