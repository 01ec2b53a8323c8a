"""What the teacher's last change did to a student's files, the ways back, and the way to earlier states."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, UpdateOutcome
from classroom.services import earlier_states, snapshots, updates
from classroom.services.updates import Exchange
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, enrolment, files, homes, now
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint
from hub_bridge.homes import HomeRefused
from hub_bridge.keeping import KEPT

SEE_OTHER = 303


@blueprint.post("/updates/undo")
@audience.member
def undo_update(assignment: str) -> ResponseReturnValue:
    """Put a notebook back as it was before the update. What is there now is kept, too."""

    def undo(found: Assignment, path: str) -> str:
        exchange = updates.before_update(db(), enrolment=enrolment(), assignment=found, path=path)
        if exchange is not None:
            _note(assignment, exchange, UpdateOutcome.undone, _put_back(exchange))
        return f"{path} is as it was before the update."

    return _do(assignment, undo)


@blueprint.post("/updates/redo")
@audience.member
def redo_update(assignment: str) -> ResponseReturnValue:
    """Have an update after all that was taken back: the notebook as it was when that was done. What is there now is kept."""

    def redo(found: Assignment, path: str) -> str:
        exchange = updates.before_undo(db(), enrolment=enrolment(), assignment=found, path=path)
        if exchange is not None:
            _note(assignment, exchange, UpdateOutcome.merged, _put_back(exchange))
        return f"{path} has your teacher's change again."

    return _do(assignment, redo)


@blueprint.post("/updates/reset")
@audience.member
def reset_file(assignment: str) -> ResponseReturnValue:
    """Put the version that the teacher released in the place of the own one, of which a copy is kept."""

    def reset(found: Assignment, path: str) -> str:
        exchange = updates.released_file(db(), files=files(), enrolment=enrolment(), assignment=found, path=path)
        _note(assignment, exchange, UpdateOutcome.reset, _put_back(exchange))
        return f"{path} is as your teacher released it."

    return _do(assignment, reset)


@blueprint.get("/earlier/")
@audience.member
def earlier(assignment: str) -> str:
    """Earlier states of the student's files, as their home keeps them."""
    found = this_assignment(assignment)
    paths = earlier_states.known_paths(db(), enrolment=enrolment(), assignment=found)
    states = earlier_states.find(homes(), hub_name=enrolment().person.hub_name, folder=snapshots.folder(found), paths=paths)
    return render_template("study/earlier.html", assignment=found, states=states, kept=KEPT)


@blueprint.post("/earlier/bring-back")
@audience.member
def bring_back(assignment: str) -> ResponseReturnValue:
    """Put an earlier state in the place of the file, of which a copy is kept."""

    def bring(found: Assignment, path: str) -> str:
        copy = request.form.get("copy", "")
        _put_back(earlier_states.to_bring_back(db(), enrolment=enrolment(), assignment=found, path=path, copy=copy))
        return f"{path} is as it was then; what was there is among the earlier states."

    return _do(assignment, bring)


def _do(slug: str, action: Callable[[Assignment, str], str]) -> ResponseReturnValue:
    """Do something about the file that the form names, and say on the assignment's page what was done, or why it was not."""
    try:
        done = action(this_assignment(slug), request.form.get("path", ""))
    except NotFound:
        raise
    except (HomeroomError, HomeRefused) as refusal:
        flash(str(refusal), "error")
    else:
        flash(f"{done} If it is open in JupyterLab, press “Load it” above its cells.")
    return redirect(url_for(".assignment", assignment=slug), SEE_OTHER)


def _put_back(exchange: Exchange) -> str | None:
    with database_left_alone():
        return updates.put_back(homes(), exchange, now=now())


def _note(slug: str, exchange: Exchange, outcome: UpdateOutcome, kept_as: str | None) -> None:
    updates.record_put_back(
        db(),
        enrolment=enrolment(),
        assignment=this_assignment(slug),
        exchange=exchange,
        outcome=outcome,
        kept_as=kept_as,
        now=now(),
    )
    commit()
