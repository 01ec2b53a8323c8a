"""More time for single students: who has it, and giving it to one or several."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, Role
from classroom.services import access, extensions, people
from classroom.web import audience
from classroom.web.context import commit, course, db, now, person, settings
from classroom.web.local_time import read_local
from classroom.web.teach.blueprint import SEE_OTHER, act, blueprint
from classroom.web.words import plural

_MOST_OTHERS = 8


@blueprint.get("/assignments/<assignment>/extensions/", endpoint="extensions")
@audience.staff
def extension_list(assignment: str) -> str:
    """Who has more time, and the form to give it."""
    return _page(_load(assignment))


@blueprint.post("/assignments/<assignment>/extensions/")
@audience.teacher
def give_time(assignment: str) -> ResponseReturnValue:
    """Give it to everybody who is ticked."""
    found = _load(assignment)
    chosen = request.form.getlist("student", type=int)
    try:
        extensions.give(
            db(),
            assignment=found,
            enrolment_ids=chosen,
            minutes=_minutes(found),
            note=request.form.get("note", ""),
            actor=person(),
            now=now(),
        )
        commit()
    except NotFound:
        raise
    except HomeroomError as refusal:
        db().rollback()
        return _page(_load(assignment), str(refusal)), refusal.status
    flash(f"{plural(len(set(chosen)), 'student')} can work longer now, and will be told.")
    return redirect(url_for("teach.extensions", assignment=assignment), SEE_OTHER)


@blueprint.post("/assignments/<assignment>/extensions/<int:extension_id>/take-back")
@audience.teacher
def take_time_back(assignment: str, extension_id: int) -> ResponseReturnValue:
    """The common due date holds again."""

    def verb() -> str:
        here = _load(assignment)
        found = extensions.extension_in(db(), assignment=here, extension_id=extension_id)
        name = found.enrolment.person.display_name
        extensions.take_back(db(), extension=found)
        is_past = here.due_at is not None and here.due_at <= now()
        rest = " It has passed: if they have handed in nothing, press Collect now on the assignment's page." if is_past else ""
        return f"The common due date holds again for {name}.{rest}"

    return act(verb, then=url_for("teach.extensions", assignment=assignment))


def _load(slug: str) -> Assignment:
    return access.assignment_in(db(), course=course(), slug=slug)


def _minutes(found: Assignment) -> int:
    """Days and hours, or the time until a date; a date wins nothing over days: both is a mistake."""
    form = request.form
    until = read_local(form.get("until", ""), timezone=course().timezone, field="Until")
    days, hours = _number(form.get("days", ""), "Days"), _number(form.get("hours", ""), "Hours")
    if until is not None and (days or hours):
        raise HomeroomError("Give days and hours, or a date, not both.")
    if until is not None:
        return extensions.minutes_until(found, until)
    if not days and not hours:
        raise HomeroomError("Say how much more time: days and hours, or a date.")
    return (days * 24 + hours) * 60


def _number(text: str, field: str) -> int:
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004 - of digits; the service bounds what they mean
        raise HomeroomError(f"{field}: “{text[:20]}” is no whole number.")
    return int(text)


def _page(found: Assignment, refusal: str = "") -> str:
    search = request.values.get("search", "").strip()
    students = people.people_page(
        db(),
        course=course(),
        search=search,
        role=Role.student,
        state="active",
        page=request.values.get("page", 1, type=int),
        page_size=settings().page_size,
    )
    others = extensions.may_be_extended(db(), course=course(), now=now())
    return render_template(
        "teach/extensions.html",
        assignment=found,
        others=[one for one in others if one.id != found.id][:_MOST_OTHERS],
        given=extensions.given_time(db(), assignment=found),
        students=students,
        search=search,
        ticked=set((request.form if refusal else request.args).getlist("student", type=int)),
        typed=request.form if refusal else {},
        refusal=refusal,
    )
