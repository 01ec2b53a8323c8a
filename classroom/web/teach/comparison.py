"""A student's attempts beside each other, for staff."""

from flask import render_template

from classroom.services import submissions
from classroom.web import audience
from classroom.web.context import db
from classroom.web.study.attempts import pair_of
from classroom.web.teach.blueprint import blueprint
from classroom.web.teach.submissions import load


@blueprint.get("/assignments/<assignment>/submissions/<int:submission_id>/compare")
@audience.staff
def compare(assignment: str, submission_id: int) -> str:
    """An attempt beside the one before, or beside another one of the same student (``?with=``)."""
    chosen = load(assignment, submission_id)
    attempts = submissions.attempts_of(db(), enrolment=chosen.enrolment, assignment=chosen.assignment)
    pair = pair_of(attempts, chosen)
    return render_template("teach/compare.html", submission=chosen, pair=pair, comparison=pair.compared())
