"""Handing in, and the receipt for it."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import NotFound
from classroom.models import Submission, Trigger
from classroom.services import access, before_handing_in, receipts, submissions
from classroom.services.check_answers import Place
from classroom.services.manifests import Manifest
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, enrolment, files, homes, now, settings
from classroom.web.study import pace
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint


@blueprint.post("/submit")
@audience.student
def submit(assignment: str) -> ResponseReturnValue:
    """Take what lies in the home now as an attempt; asked to look first, say what is odd about it instead, if anything is."""
    manifest = work_now(assignment)
    places = odd_places(assignment, manifest) if "look" in request.form else []
    if places:
        return render_template("study/submit.html", assignment=this_assignment(assignment), places=places)
    submission, is_new = hand_in(assignment, manifest)
    if is_new:
        flash(f"Handed in: attempt {submission.attempt}. This is your receipt.", "message")
    else:
        flash("Nothing has changed since your last attempt, so that one stands. This is its receipt.", "warning")
    return redirect(url_for(".receipt", assignment=assignment, submission_id=submission.id))


def work_now(slug: str) -> Manifest:
    """What lies in the home, kept in the content store. Raises HomeroomError when the assignment takes no work now."""
    work = submissions.prepare(db(), enrolment=enrolment(), assignment=this_assignment(slug), now=now())
    pace.check(enrolment(), this_assignment(slug), now=now())
    with database_left_alone():
        return submissions.take(work, files=files(), homes=homes(), limits=settings())


def odd_places(slug: str, manifest: Manifest) -> list[Place]:
    """What a student should know about files before they are handed in."""
    found = this_assignment(slug)
    told = before_handing_in.of_last_check(db(), enrolment=enrolment(), assignment=found, manifest=manifest)
    with database_left_alone():
        return before_handing_in.odd_places(told, before_handing_in.remarks(this_assignment(slug), manifest, files=files()))


def hand_in(slug: str, manifest: Manifest) -> tuple[Submission, bool]:
    """The attempt that these files are, and whether it is a new one."""
    found = this_assignment(slug)
    before = submissions.latest(db(), enrolment=enrolment(), assignment=found)
    submission = submissions.record(
        db(), enrolment=enrolment(), assignment=found, manifest=manifest, trigger=Trigger.student, now=now()
    )
    is_new = before is None or before.id != submission.id
    commit()
    return submission, is_new


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
