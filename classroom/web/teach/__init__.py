"""What teachers and graders see: a course, its people, assignments, submissions and grades. One file per noun."""

from classroom.web.teach import (
    assignments,
    comparison,
    course_settings,
    courses,
    extensions,
    gradebook,
    grading,
    invitations,
    operations,
    overview,
    people,
    requests,
    roster,
    submissions,
    updates,
    uploads,
)  # fmt: skip
from classroom.web.teach.blueprint import blueprint

# Importing the modules puts their views on the blueprint.
NOUNS = (
    assignments, comparison, course_settings, extensions, gradebook, grading, invitations, operations, overview, people,
    requests, roster, submissions, updates, uploads,
)  # fmt: skip
BLUEPRINTS = (blueprint, courses.blueprint)

__all__ = ["BLUEPRINTS", "NOUNS"]
