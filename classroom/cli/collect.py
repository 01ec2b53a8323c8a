"""``homeroom collect``: work of those who did not press Submit."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from classroom.cli.workbench import Workbench, assignment_named, course_named, examples, open_workbench, owner_of, state_option
from classroom.errors import Unavailable
from classroom.models import Operation
from classroom.services import collection, operations

_LOOK_EVERY = 0.5
_SILENCE = 60.0


@click.command(
    "collect",
    short_help="Collect from everybody who has handed in nothing.",
    epilog=examples("homeroom collect bio1 growth --wait"),
)
@click.argument("course")
@click.argument("assignment")
@click.option("--wait", is_flag=True, help="Stay until it is done, and show what could not be collected.")
@state_option
def command(*, course: str, assignment: str, wait: bool, state: Path) -> None:
    """Collect ASSIGNMENT now from every student who has handed in nothing, and have it graded.

    The deadline does this by itself; use this to collect earlier, or again. Who never began is left out. The running stack
    does the work; while it is stopped, the request waits.
    """
    bench = open_workbench(state)
    with bench.session() as session:
        found = course_named(session, course)
        one = assignment_named(session, found, assignment)
        operation = collection.start_collection(session, assignment=one, actor=owner_of(session, found), now=bench.now)
    click.echo(f"Collecting {assignment} from those who have not handed it in.")
    if wait:
        _follow(bench, operation.id)


def _follow(bench: Workbench, operation_id: int) -> None:
    begin = time.monotonic()
    while True:
        with bench.sessions() as session:
            session.connection(execution_options={"homeroom_read_only": True})
            operation = session.get_one(Operation, operation_id)
            progress = operations.progress(operation)
        if progress["ended"]:
            break
        lost = progress["state"] == "queued" and time.monotonic() - begin > _SILENCE
        if lost or datetime.now(UTC) - operation.heartbeat_at > operations.SILENCE * 5:
            raise Unavailable("Nobody works on it: is the stack running? The request is kept and starts when it does.")
        time.sleep(_LOOK_EVERY)
    for problem in progress["problems"]:
        click.echo(problem, err=True)
    click.echo(f"Looked into {progress['done']} homes.")
