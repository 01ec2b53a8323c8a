"""What teachers and graders see: a course, its people, assignments, submissions and grades. One file per noun."""

from classroom.web.teach import (
    assignments,
    courses,
    gradebook,
    grading,
    invitations,
    operations,
    overview,
    people,
    roster,
    submissions,
    updates,
    uploads,
)  # fmt: skip
from classroom.web.teach.blueprint import blueprint

# Importing the modules puts their views on the blueprint.
NOUNS = (assignments, gradebook, grading, invitations, operations, overview, people, roster, submissions, updates, uploads)
BLUEPRINTS = (blueprint, courses.blueprint)

__all__ = ["BLUEPRINTS", "NOUNS"]
