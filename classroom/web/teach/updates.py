"""How a new version met what students had changed, student by student."""

from flask import render_template

from classroom.services import access, updates
from classroom.web import audience
from classroom.web.context import course, db
from classroom.web.teach.blueprint import blueprint


@blueprint.get("/assignments/<assignment>/updates/", endpoint="updates")
@audience.staff
def update_list(assignment: str) -> str:
    """Everybody whose files had to be merged with the current version, or could not be."""
    found = access.assignment_in(db(), course=course(), slug=assignment)
    rows = updates.update_list(db(), assignment=found)
    count = updates.update_count(db(), assignment=found)
    return render_template("teach/updates.html", assignment=found, rows=rows, count=count)
