"""A student asks for a second look at their points."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError, NotFound
from classroom.services import regrade_requests
from classroom.web import audience
from classroom.web.context import commit, db, now
from classroom.web.study.blueprint import blueprint
from classroom.web.study.feedback import feedback_page
from classroom.web.study.handin import own_submission

SEE_OTHER = 303


@blueprint.post("/attempts/<int:submission_id>/regrade")
@audience.student
def ask_regrade(assignment: str, submission_id: int) -> ResponseReturnValue:
    """Ask about a question, or about all of the attempt."""
    submission = own_submission(assignment, submission_id)
    notebook, _, grade_id = request.form.get("question", "").rpartition("::")
    try:
        regrade_requests.ask(
            db(),
            submission=submission,
            notebook=notebook,
            grade_id=grade_id,
            reason=request.form.get("reason", ""),
            now=now(),
        )
        commit()
    except (NotFound, Forbidden):
        raise
    except HomeroomError as refusal:
        db().rollback()
        return feedback_page(own_submission(assignment, submission_id), str(refusal)), refusal.status
    flash("Your teacher has been told. The answer comes here.")
    return _back(assignment, submission_id)


@blueprint.post("/attempts/<int:submission_id>/regrade/<int:request_id>/withdraw")
@audience.student
def withdraw_regrade(assignment: str, submission_id: int, request_id: int) -> ResponseReturnValue:
    """The question has answered itself."""
    submission = own_submission(assignment, submission_id)
    mine = regrade_requests.own_request(db(), submission=submission, request_id=request_id)
    regrade_requests.withdraw(mine, now=now())
    commit()
    flash("Your question is withdrawn.")
    return _back(assignment, submission_id)


def _back(assignment: str, submission_id: int) -> ResponseReturnValue:
    here = url_for(".feedback", assignment=assignment, submission_id=submission_id)
    return redirect(f"{here}#asked", SEE_OTHER)
