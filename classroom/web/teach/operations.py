"""Background operations as people watch them: a page, a piece of page that polls, and plain JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from classroom.errors import NotFound
from classroom.models import Assignment, Operation, OperationKind, OperationState
from classroom.services import operations
from classroom.web import audience
from classroom.web.context import course, db
from classroom.web.teach.blueprint import blueprint

TITLES = {
    OperationKind.provision: ("Setting up accounts", "people"),
    OperationKind.deliver: ("Delivering", "students"),
    OperationKind.collect: ("Collecting", "students"),
    OperationKind.return_feedback: ("Returning feedback", "students"),
    OperationKind.invite: ("Sending invitations", "people"),
}
ENDED = frozenset({OperationState.done, OperationState.failed})


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation in words. ``unit`` is what ``done`` and ``total`` count."""

    id: int
    title: str
    unit: str
    assignment: Assignment | None
    state: str
    ended: bool
    done: int
    total: int
    problems: list[str]
    created_at: datetime
    finished_at: datetime | None


@blueprint.get("/operations/<int:operation_id>/")
@audience.staff
def operation(operation_id: int) -> str:
    """One operation, live while it runs."""
    return render_template("teach/operation.html", operation=_one(operation_id))


@blueprint.get("/operations/<int:operation_id>/progress")
@audience.staff
def operation_progress(operation_id: int) -> str:
    """The part of its page that changes."""
    return render_template("teach/operation_progress.html", operation=_one(operation_id))


@blueprint.get("/operations/<int:operation_id>.json")
@audience.staff
def operation_json(operation_id: int) -> ResponseReturnValue:
    """The same for scripts."""
    return jsonify(operations.progress(_load(operation_id)))


def in_words(found: Sequence[Operation]) -> list[OperationView]:
    """Operations as pages show them; their assignments are read with one query."""
    ids = {one.assignment_id for one in found if one.assignment_id is not None}
    known = {one.id: one for one in db().scalars(select(Assignment).where(Assignment.id.in_(ids)))} if ids else {}
    return [_view(one, known.get(one.assignment_id or 0)) for one in found]


def _load(operation_id: int) -> Operation:
    found = db().get(Operation, operation_id)
    if found is None or found.course_id != course().id:
        raise NotFound("There is no such operation in this course.")
    return found


def _one(operation_id: int) -> OperationView:
    return in_words([_load(operation_id)])[0]


def _view(found: Operation, assignment: Assignment | None) -> OperationView:
    title, unit = TITLES[found.kind]
    return OperationView(
        id=found.id,
        title=f"{title}: {assignment.title}" if assignment else title,
        unit=unit,
        assignment=assignment,
        state=found.state.value,
        ended=found.state in ENDED,
        done=found.done,
        total=found.total,
        problems=found.problems,
        created_at=found.created_at,
        finished_at=found.finished_at,
    )
