"""The way into a notebook: the files are put in place, the server is started, and a page waits until it is ready."""

from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import quote, urljoin

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment
from classroom.services import deliveries, manifests, openings
from classroom.web import audience
from classroom.web.context import commit, db, enrolment, files, homes, hub, now, person, settings
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint
from hub_bridge.client import HubBusy, HubError, HubRefused, HubUnavailable, ServerState

USUAL_SECONDS = 12
"""What a cold start takes; only the bar believes it."""

FAILED = (
    "Your notebook server could not be started. Press “Try again”. If it fails again, tell your teacher; "
    "your files are safe in your home folder."
)
QUEUED = "Many people are starting at this moment. You are in line; this page goes on by itself."
AWAY = "The notebook hub does not answer at this moment. This page goes on trying."
SLOW = "Still starting. The first start of the day takes a little longer."


@dataclass(frozen=True)
class Opening:
    """How far the way into a notebook is."""

    state: Literal["starting", "ready", "failed"]
    message: str
    percent: int
    url: str | None = None


@blueprint.post("/open")
@audience.member
def open_notebook(assignment: str) -> ResponseReturnValue:
    """Put the files in place, ask the hub to start the server, and go to the page that waits for it."""
    found = this_assignment(assignment)
    notebook = _notebook(found, request.form.get("notebook", ""))
    _deliver(found)
    # The hub may take long; nobody else should wait for the database meanwhile.
    commit()
    _ask_for_server()
    began = int(now().timestamp())
    return redirect(url_for(".opening", assignment=assignment, notebook=notebook, began=began))


@blueprint.get("/opening")
@audience.member
def opening(assignment: str) -> ResponseReturnValue:
    """Waits. With scripts it asks /opening/status each second; without, it loads itself anew."""
    found = this_assignment(assignment)
    notebook = _notebook(found, request.args.get("notebook", ""))
    status = _status(found, notebook)
    page = render_template("study/opening.html", assignment=found, notebook=notebook, opening=status, began=_began())
    return page, 503 if status.state == "failed" else 200


@blueprint.get("/opening/status")
@audience.member
def opening_status(assignment: str) -> dict[str, Any]:
    """The same as data."""
    found = this_assignment(assignment)
    return asdict(_status(found, _notebook(found, request.args.get("notebook", ""))))


def _notebook(assignment: Assignment, wanted: str) -> str:
    notebooks = manifests.notebooks(assignment.release.release_files) if assignment.release else []
    if not wanted and notebooks:
        return notebooks[0]
    if wanted not in notebooks:
        raise NotFound(f"{assignment.title} has no such notebook.")
    return wanted


def _deliver(assignment: Assignment) -> None:
    if assignment.release is None:
        raise HomeroomError(f"{assignment.title} has no release yet.")
    deliveries.deliver_now(db(), files=files(), homes=homes(), enrolment=enrolment(), assignment=assignment, now=now())
    openings.note_opened(db(), enrolment=enrolment(), assignment=assignment, now=now())


def _ask_for_server() -> None:
    """What goes wrong here shows on the page that waits, which asks again."""
    try:
        hub().start_server(person().hub_name)
    except (HubBusy, HubUnavailable, HubRefused):
        return


def _status(assignment: Assignment, notebook: str) -> Opening:
    path = f"{assignment.course.slug}/{assignment.slug}/{notebook}"
    name = person().hub_name
    db().close()  # the hub may take long; nothing below needs the database
    try:
        return _reading(_running_or_started(name), path)
    except HubBusy:
        return Opening("starting", QUEUED, 5)
    except HubUnavailable:
        return Opening("starting", AWAY, 5)
    except HubError as error:
        return Opening("failed", f"{FAILED} ({error})", 0)


def _running_or_started(name: str) -> ServerState:
    """The server's state. One that is stopped without having failed waits in line: ask for it again."""
    state = hub().server_state(name)
    return hub().start_server(name) if state.status == "stopped" and not state.failed else state


def _reading(state: ServerState, path: str) -> Opening:
    if state.status == "ready" and state.url:
        address = urljoin(f"{settings().hub_url}/", state.url)
        return Opening("ready", "Your notebook is ready.", 100, f"{address}homeroom/open?path={quote(path)}")
    if state.failed:
        return Opening("failed", FAILED, 0)
    seconds = max(0, int(now().timestamp()) - _began())
    words = "Your notebook server is starting." if seconds < USUAL_SECONDS else SLOW
    return Opening("starting", words, min(95, 10 + seconds * 85 // USUAL_SECONDS))


def _began() -> int:
    text = request.args.get("began", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else int(now().timestamp())  # noqa: PLR2004
