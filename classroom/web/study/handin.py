"""Handing in, and the receipt for it."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import NotFound
from classroom.models import Submission, Trigger
from classroom.services import access, receipts, submissions
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, enrolment, files, homes, now, settings
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint


@blueprint.post("/submit")
@audience.student
def submit(assignment: str) -> ResponseReturnValue:
    """Take what lies in the home now as an attempt."""
    hand_in = submissions.prepare(db(), enrolment=enrolment(), assignment=this_assignment(assignment), now=now())
    with database_left_alone():
        manifest = submissions.take(hand_in, files=files(), homes=homes(), limits=settings())
    found = this_assignment(assignment)
    before = submissions.latest(db(), enrolment=enrolment(), assignment=found)
    submission = submissions.record(
        db(), enrolment=enrolment(), assignment=found, manifest=manifest, trigger=Trigger.student, now=now()
    )
    is_new = before is None or before.id != submission.id
    commit()
    if is_new:
        flash(f"Handed in: attempt {submission.attempt}. This is your receipt.", "message")
    else:
        flash("Nothing has changed since your last attempt, so that one stands. This is its receipt.", "warning")
    return redirect(url_for(".receipt", assignment=assignment, submission_id=submission.id))


@blueprint.get("/attempts/<int:submission_id>/")
@audience.student
def receipt(assignment: str, submission_id: int) -> str:
    """What shows that something was handed in; made to be printed."""
    submission = own_submission(assignment, submission_id)
    return render_template("study/receipt.html", submission=submission, receipt=receipts.receipt_for(submission))


@blueprint.get("/attempts/<int:submission_id>/receipt.json")
@audience.student
def receipt_file(assignment: str, submission_id: int) -> Response:
    """The same, signed, as a file to keep."""
    submission = own_submission(assignment, submission_id)
    issuer = f"{settings().portal_url}{url_for('receipts.receipts_page')}"
    data = receipts.signed(receipts.receipt_for(submission), issuer=issuer, secret=settings().secret_key.get_secret_value())
    name = f"receipt-{submission.assignment.course.slug}-{submission.assignment.slug}-{submission.attempt}.json"
    return Response(data, mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def own_submission(slug: str, submission_id: int) -> Submission:
    """The submission of the URL, if it is this student's and belongs to the assignment of the URL."""
    found = this_assignment(slug)
    submission = access.own_submission(db(), enrolment=enrolment(), submission_id=submission_id)
    if submission.assignment_id != found.id:
        raise NotFound("You have no such submission to this assignment.")
    return submission
