"""``/open/<course>/<assignment>``: an address to paste into an LMS or a mail. It leads through the sign-in to the notebook."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.models import Assignment
from classroom.services import access
from classroom.web import audience
from classroom.web.context import course, db, enrolment, now, settings, writes
from classroom.web.study.opening import begin

blueprint = Blueprint("links", __name__, url_prefix="/open")

TOO_EARLY = 403


@blueprint.get("/<course>/<assignment>")
@blueprint.get("/<course>/<assignment>/<path:notebook>")
@audience.member
@writes
def open_link(assignment: str, notebook: str = "") -> ResponseReturnValue:
    """Do what the button Open does. A GET may: it puts files where there are none and starts one's own server, each once."""
    found = access.assignment_in(db(), course=course(), slug=assignment)
    if not enrolment().is_staff and _opens_later(found):
        return render_template("study/opens_later.html", assignment=found), TOO_EARLY
    return begin(access.open_assignment(db(), enrolment=enrolment(), slug=assignment, now=now()), notebook)


def link_to(assignment: Assignment) -> str:
    """The whole address, for people to copy."""
    return settings().portal_url + url_for("links.open_link", course=assignment.course.slug, assignment=assignment.slug)


def _opens_later(assignment: Assignment) -> bool:
    is_announced = assignment.published_at is not None and assignment.release_id is not None
    return is_announced and assignment.opens_at is not None and assignment.opens_at > now()
