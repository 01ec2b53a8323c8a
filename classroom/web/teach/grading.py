"""Points and comments by a person."""

import math

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.services import feedback, grading, reviews
from classroom.web import audience
from classroom.web.context import commit, db, now, person
from classroom.web.teach.blueprint import SEE_OTHER, act, blueprint
from classroom.web.teach.submissions import load, show


@blueprint.post("/assignments/<assignment>/submissions/<int:submission_id>/")
@audience.staff
def give_points(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Points and a comment for one question, or only a comment. Goes on at the same place of the page."""
    found = load(assignment, submission_id)
    form = request.form
    try:
        grading.set_manual_score(
            db(),
            submission=found,
            notebook=form.get("notebook", ""),
            grade_id=form.get("grade_id", ""),
            points=_points(form.get("points", "")),
            comment=form.get("comment", ""),
            grader=person(),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return show(load(assignment, submission_id), refusal=str(refusal)), refusal.status
    flash("Saved.")
    place = form.get("place", "")
    here = url_for("teach.submission", assignment=assignment, submission_id=submission_id, view=form.get("view") or None)
    return redirect(f"{here}#{place}" if place.replace("-", "").isalnum() else here, SEE_OTHER)


@blueprint.post("/assignments/<assignment>/submissions/<int:submission_id>/looked-at")
@audience.staff
def looked_at(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Somebody has looked at what the machine noticed; the score is held no longer."""
    found = load(assignment, submission_id)
    try:
        reviews.mark_looked_at(
            db(),
            submission=found,
            result_id=request.form.get("result", 0, type=int),
            note=request.form.get("note", ""),
            reviewer=person(),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return show(load(assignment, submission_id), refusal=str(refusal)), refusal.status
    flash("Marked as looked at.")
    return redirect(url_for("teach.submission", assignment=assignment, submission_id=submission_id), SEE_OTHER)


@blueprint.post("/assignments/<assignment>/submissions/<int:submission_id>/release-feedback")
@audience.teacher
def release_one(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Show this student their score and feedback."""

    def verb() -> str:
        found = load(assignment, submission_id)
        feedback.release_feedback(db(), submission=found, actor=person(), now=now())
        return f"{found.enrolment.person.display_name} can see score and feedback now."

    return act(verb, then=url_for("teach.submission", assignment=assignment, submission_id=submission_id))


def _points(text: str) -> float | None:
    """What was typed, with a decimal point or comma; None when nothing was."""
    if not text.strip():
        return None
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise HomeroomError(f"“{text[:20]}” is no number of points.") from error
    if not math.isfinite(points):
        raise HomeroomError(f"“{text[:20]}” is no number of points.")
    return points
