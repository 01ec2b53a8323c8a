"""Where everybody lands: their courses, and what is due."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.web import audience
from classroom.web.context import enrolment
from classroom.web.navigation import my_courses
from classroom.web.study import course_page
from classroom.web.study.agenda import agenda

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@audience.signed_in
def home() -> ResponseReturnValue:
    """What is due across my courses, for those who study; the courses."""
    mine = my_courses()
    learning = agenda([one for one in mine if not one.is_staff])
    return render_template("home/home.html", enrolments=mine, agenda=learning)


@blueprint.get("/courses/<course>/")
@audience.member
def course() -> ResponseReturnValue:
    """A course's front page: for staff its overview, for students their assignments."""
    return redirect(url_for("teach.overview")) if enrolment().is_staff else course_page()
