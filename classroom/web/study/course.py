"""A course as its students see it."""

from flask import render_template

from classroom.services import student_assignments
from classroom.web.context import course, db, enrolment, now
from classroom.web.study.standing import standing


def course_page() -> str:
    """The course's assignments, each with where the student stands."""
    items = student_assignments.students_view(db(), enrolment=enrolment(), now=now())
    return render_template("study/course.html", course=course(), rows=[standing(item, now=now()) for item in items])
