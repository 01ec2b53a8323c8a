"""What the teacher's last change did to a student's files, and the two ways back."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.services import updates
from classroom.services.updates import Exchange
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, enrolment, files, homes, now
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint

SEE_OTHER = 303


@blueprint.post("/updates/undo")
@audience.member
def undo_update(assignment: str) -> ResponseReturnValue:
    """Put a notebook back as it was before the update. What is there now is kept, too."""
    path = request.form.get("path", "")
    try:
        found = this_assignment(assignment)
        exchange = updates.before_update(db(), enrolment=enrolment(), assignment=found, path=path)
        if exchange is not None:
            _put_back(assignment, exchange)
    except NotFound:
        raise
    except HomeroomError as refusal:
        return _back(assignment, str(refusal), "error")
    return _back(assignment, f"{path} is as it was before the update. If it is open in JupyterLab, choose “Revert” there.")


@blueprint.post("/updates/reset")
@audience.member
def reset_file(assignment: str) -> ResponseReturnValue:
    """Put the version that the teacher released in the place of the own one, of which a copy is kept."""
    path = request.form.get("path", "")
    try:
        found = this_assignment(assignment)
        _put_back(assignment, updates.released_file(db(), files=files(), enrolment=enrolment(), assignment=found, path=path))
    except NotFound:
        raise
    except HomeroomError as refusal:
        return _back(assignment, str(refusal), "error")
    return _back(assignment, f"{path} is as your teacher released it. If it is open in JupyterLab, choose “Revert” there.")


def _put_back(slug: str, exchange: Exchange) -> None:
    with database_left_alone():
        name = updates.put_back(homes(), exchange, now=now())
    updates.record_put_back(
        db(), enrolment=enrolment(), assignment=this_assignment(slug), exchange=exchange, kept_as=name, now=now()
    )
    commit()


def _back(slug: str, sentence: str, category: str = "message") -> ResponseReturnValue:
    flash(sentence, category)
    return redirect(url_for(".assignment", assignment=slug), SEE_OTHER)
