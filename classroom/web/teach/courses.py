"""A new course, for people who may create one."""

from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError
from classroom.services import courses
from classroom.web import audience
from classroom.web.context import commit, db, now, person
from classroom.web.teach.blueprint import SEE_OTHER

blueprint = Blueprint("courses", __name__, url_prefix="/courses")

RESERVED = frozenset({"new"})
"""Short names that would hide a page of ours."""


@blueprint.get("/new")
@audience.signed_in
def new() -> ResponseReturnValue:
    """The form."""
    _check_may_create()
    return _form()


@blueprint.post("/new")
@audience.signed_in
def create() -> ResponseReturnValue:
    """Make the course; who makes it owns it."""
    _check_may_create()
    try:
        course = courses.create_course(
            db(),
            owner=person(),
            slug=_slug(request.form.get("slug", "")),
            title=request.form.get("title", ""),
            timezone=request.form.get("timezone", "").strip() or "UTC",
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _form(str(refusal)), refusal.status
    flash(f"{course.title} is there. Two steps and your students can begin.")
    return redirect(url_for("teach.overview", course=course.slug), SEE_OTHER)


def _check_may_create() -> None:
    if not person().creates_courses:
        raise Forbidden("You may not create courses here. Ask the people who run this Homeroom.")


def _slug(text: str) -> str:
    slug = text.strip()
    if slug in RESERVED:
        raise HomeroomError(f"“{slug}” cannot be a course's short name. Choose another one.")
    return slug


def _form(refusal: str = "") -> str:
    return render_template("teach/course_new.html", values=request.form, refusal=refusal, zones=time_zones())


def time_zones() -> list[str]:
    """What a field for a time zone offers."""
    zones = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/")))
    return ["UTC", *sorted(zones)]
