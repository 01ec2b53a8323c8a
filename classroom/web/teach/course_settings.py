"""Settings of a course: where its notebooks open, and its timetable, by which servers are ready when a class begins."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.models import ClassTime
from classroom.services import people, timetable
from classroom.services.interfaces import INTERFACES, read_interface
from classroom.web import audience
from classroom.web.context import commit, course, db, now, settings
from classroom.web.teach.blueprint import SEE_OTHER, act, blueprint
from classroom.web.teach.courses import time_zones


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of the timetable as the page shows it."""

    id: int
    words: str
    section: str
    minutes: int
    timezone: str
    next_at: datetime | None
    warm_at: datetime | None
    last_day: date | None


@blueprint.get("/settings/", endpoint="course_settings")
@audience.staff
def settings_page() -> str:
    """All of them."""
    return _page()


@blueprint.post("/settings/interface")
@audience.teacher
def set_interface() -> ResponseReturnValue:
    """Where notebooks open for people who have not chosen."""

    def verb() -> str:
        course().interface = read_interface(request.form.get("interface", ""))
        return "Saved. Who has chosen for themselves keeps their choice."

    return act(verb, then=url_for("teach.course_settings"))


@blueprint.post("/settings/class-times")
@audience.teacher
def add_class_time() -> ResponseReturnValue:
    """Another weekly hour."""
    form = request.form
    try:
        timetable.add(
            db(),
            course=course(),
            section_id=_number(form.get("section", ""), "Section") if form.get("section") else None,
            weekday=_number(form.get("weekday", ""), "Day"),
            begins=_time(form.get("begins", "")),
            minutes=_number(form.get("minutes", ""), "Minutes"),
            timezone=form.get("timezone", "").strip() or course().timezone,
            last_day=_day(form.get("last_day", "")),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _page(str(refusal)), refusal.status
    flash("The class is in the timetable.")
    return redirect(url_for("teach.course_settings"), SEE_OTHER)


@blueprint.post("/settings/class-times/<int:class_time_id>/remove")
@audience.teacher
def remove_class_time(class_time_id: int) -> ResponseReturnValue:
    """Take one out."""

    def verb() -> str:
        timetable.remove(db(), course=course(), class_time_id=class_time_id)
        return "The class is out of the timetable."

    return act(verb, then=url_for("teach.course_settings"))


def _page(refusal: str = "") -> str:
    values = {"timezone": course().timezone, "minutes": 90, **(request.form if refusal else {})}
    return render_template(
        "teach/course_settings.html",
        classes=[_row(one) for one in timetable.classes_of(db(), course=course())],
        sections=[("", "The whole course"), *((str(one.id), one.name) for one in people.sections_of(db(), course=course()))],
        weekdays=[(str(number), word) for number, word in enumerate(timetable.WEEKDAYS)],
        zones=time_zones(),
        values=values,
        refusal=refusal,
        interfaces=[("", f"As usual here ({INTERFACES[settings().interface]})"), *INTERFACES.items()],
        interface=course().interface or "",
        warm_minutes=settings().warm_minutes,
        warm_limit=settings().warm_limit,
    )


def _row(one: ClassTime) -> ClassRow:
    next_at = timetable.next_beginning(one, after=now())
    return ClassRow(
        id=one.id,
        words=f"{timetable.WEEKDAYS[one.weekday]}, {one.begins:%H:%M}",
        section=one.section.name if one.section else "",
        minutes=one.minutes,
        timezone=one.timezone,
        next_at=next_at,
        warm_at=next_at - timedelta(minutes=settings().warm_minutes) if next_at else None,
        last_day=one.last_day,
    )


def _number(text: str, field: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - far above any that makes sense
        raise HomeroomError(f"{field}: “{text[:40]}” is no number.")
    return int(text)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise HomeroomError(f"Begins: “{text[:40]}” is no time of day. Write it like 10:15.") from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise HomeroomError(f"Last day: “{text[:40]}” is no date. Write it like 2026-12-18.") from error
