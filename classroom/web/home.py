"""Where everybody lands: their courses, and what is due."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.models import Course
from classroom.services import assignments
from classroom.web import audience
from classroom.web.context import db, enrolment, now
from classroom.web.navigation import my_courses
from classroom.web.study import course_page
from classroom.web.study.standing import Standing, standing

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@audience.signed_in
def home() -> ResponseReturnValue:
    """My courses, and what is due across them."""
    mine = my_courses()
    learning = [(one, assignments.students_view(db(), enrolment=one, now=now())) for one in mine if not one.is_staff]
    todo = [(one.course, standing(item, now=now())) for one, items in learning for item in items if item.submission is None]
    todo.sort(key=_by_due_time)
    counts = {one.id: len(items) for one, items in learning}
    return render_template("home/home.html", enrolments=mine, todo=todo, counts=counts)


@blueprint.get("/courses/<course>/")
@audience.member
def course() -> ResponseReturnValue:
    """A course's front page: for staff its overview, for students their assignments."""
    return redirect(url_for("teach.overview")) if enrolment().is_staff else course_page()


def _by_due_time(entry: tuple[Course, Standing]) -> datetime:
    return entry[1].item.due_at or datetime.max.replace(tzinfo=UTC)
