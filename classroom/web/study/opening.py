"""The way into a notebook: the files are put in place, the server has its place in line, and a page shows how it goes on."""

from dataclasses import asdict
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment
from classroom.services import deliveries, manifests, openings
from classroom.services.interfaces import interface_for
from classroom.web import audience
from classroom.web.context import course, db, enrolment, files, homes, now, person, settings
from classroom.web.opening import Opening, Way, status_of, take_place
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint

FAILED = (
    "Your notebook server could not be started. Press “Try again”. If it fails again, tell your teacher; "
    "your files are safe in your home folder."
)


@blueprint.post("/open")
@audience.member
def open_notebook(assignment: str) -> ResponseReturnValue:
    """Put the files in place, take a place in line, and go to the page that waits."""
    return begin(this_assignment(assignment), request.form.get("notebook", ""))


@blueprint.get("/opening")
@audience.member
def opening(assignment: str) -> ResponseReturnValue:
    """Waits. With scripts it asks /opening/status each second; without, it loads itself anew."""
    found = this_assignment(assignment)
    notebook = _notebook(found, request.args.get("notebook", ""))
    title = found.title
    status = _status(found, notebook)
    page = render_template("study/opening.html", title=title, slug=assignment, notebook=notebook, opening=status)
    return page, 503 if status.state == "failed" else 200


@blueprint.get("/opening/status")
@audience.member
def opening_status(assignment: str) -> dict[str, Any]:
    """The same as data."""
    found = this_assignment(assignment)
    return asdict(_status(found, _notebook(found, request.args.get("notebook", ""))))


def begin(found: Assignment, wanted: str) -> ResponseReturnValue:
    """Set out for a notebook of ``found`` (the first one when none is named). Twice is the same as once."""
    slug, notebook = found.slug, _notebook(found, wanted)
    deliver(found)
    take_place(person())
    return redirect(url_for("study.opening", assignment=slug, notebook=notebook))


def deliver(assignment: Assignment) -> None:
    """Put the current release into the home, merged with what is there. Raises HomeroomError, HomeRefused, HomeFull."""
    if assignment.release is None:
        raise HomeroomError(f"{assignment.title} has no release yet.")
    deliveries.deliver_now(db(), files=files(), homes=homes(), enrolment=enrolment(), assignment=assignment, now=now())
    openings.note_opened(db(), enrolment=enrolment(), assignment=assignment, now=now())


def _notebook(assignment: Assignment, wanted: str) -> str:
    notebooks = manifests.notebooks(assignment.release.release_files) if assignment.release else []
    if not wanted and notebooks:
        return notebooks[0]
    if wanted not in notebooks:
        raise NotFound(f"{assignment.title} has no such notebook.")
    return wanted


def _status(assignment: Assignment, notebook: str) -> Opening:
    way = Way(
        hub_name=person().hub_name,
        folder=f"{assignment.course.slug}/{assignment.slug}",
        notebook=notebook,
        interface=interface_for(person(), course(), settings()),
        failed=FAILED,
        staff=enrolment().is_staff,
    )
    return status_of(way, person())
