"""The way into a notebook: the files are put in place, the server has its place in line, and a page shows how it goes on."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urljoin

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound, Unavailable
from classroom.messages import SERVERS_QUEUE
from classroom.models import Assignment, ServerStart, StartState
from classroom.services import deliveries, manifests, openings, server_line
from classroom.services.interfaces import INTERFACES, interface_for
from classroom.web import audience
from classroom.web.context import (
    commit,
    course,
    database_left_alone,
    db,
    enrolment,
    files,
    homes,
    hub,
    now,
    parts,
    person,
    settings,
)
from classroom.web.study.assignment import this_assignment
from classroom.web.study.blueprint import blueprint
from hub_bridge.client import HubError, HubUnavailable, Progress

USUAL_SECONDS = 12
"""What a cold start takes; only the bar believes it, and only while the hub says nothing."""

FAILED = (
    "Your notebook server could not be started. Press “Try again”. If it fails again, tell your teacher; "
    "your files are safe in your home folder."
)
STOPPED = "Your notebook server is not running. Your files are safe in your home folder."
AWAY = "The notebook hub does not answer at this moment. This page goes on trying."
HELD = "You are next. The notebook hub takes nobody at this moment; it is asked again in a few seconds."
STARTING = "Your notebook server is starting."
SLOW = "Still starting. The first start of the day takes a little longer."

PATIENT_FROM, SLOWEST = 5, 8
"""Whoever is far back in line asks less often, at the slowest every so many seconds: a lecture hall asks all at once."""


@dataclass(frozen=True)
class Step:
    """One line of the page: what happens, and a note on how."""

    title: str
    state: Literal["done", "now", "todo", "failed"]
    note: str = ""


@dataclass(frozen=True)
class Opening:
    """How far the way into a notebook is. ``again``: seconds until it is worth asking again. ``detail`` is for staff."""

    state: Literal["waiting", "starting", "ready", "failed", "stopped"]
    message: str
    percent: int
    url: str | None = None
    again: int = 1
    detail: str = ""
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class _Way:
    """What the steps are about, free of the database."""

    folder: str
    notebook: str
    interface: str


@blueprint.post("/open")
@audience.member
def open_notebook(assignment: str) -> ResponseReturnValue:
    """Put the files in place, take a place in line, and go to the page that waits."""
    return begin(this_assignment(assignment), request.form.get("notebook", ""))


@blueprint.get("/opening")
@audience.member
def opening(assignment: str) -> ResponseReturnValue:
    """Waits. With scripts it asks /opening/status each second; without, it loads itself anew."""
    found = this_assignment(assignment)
    notebook = _notebook(found, request.args.get("notebook", ""))
    title = found.title
    status = _status(found, notebook)
    page = render_template("study/opening.html", title=title, slug=assignment, notebook=notebook, opening=status)
    return page, 503 if status.state == "failed" else 200


@blueprint.get("/opening/status")
@audience.member
def opening_status(assignment: str) -> dict[str, Any]:
    """The same as data."""
    found = this_assignment(assignment)
    return asdict(_status(found, _notebook(found, request.args.get("notebook", ""))))


def begin(found: Assignment, wanted: str) -> ResponseReturnValue:
    """Set out for a notebook of ``found`` (the first one when none is named). Twice is the same as once."""
    slug, notebook = found.slug, _notebook(found, wanted)
    _deliver(found)
    # The hub may take long; nobody else should wait for the database meanwhile.
    with database_left_alone():
        runs = _runs_already()
    if not runs:
        server_line.ask(db(), person=person(), now=now())
    commit()
    return redirect(url_for("study.opening", assignment=slug, notebook=notebook))


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


def _runs_already() -> bool:
    try:
        return hub().server_state(person().hub_name).status == "ready"
    except HubError:
        return False  # whoever works the line off will find out more


def _status(assignment: Assignment, notebook: str) -> Opening:
    """How it stands now. Those who only wait do not trouble the hub."""
    way = _Way(
        folder=f"{assignment.course.slug}/{assignment.slug}",
        notebook=notebook,
        interface=interface_for(person(), course(), settings()),
    )
    start, name, staff = server_line.start_of(db(), person=person()), person().hub_name, enrolment().is_staff
    place = server_line.place_of(db(), start) if start and start.state is StartState.waiting else 0
    db().close()  # the hub may take long; nothing below needs the database
    if start and place:
        return _in_line(way, start, place, staff=staff)
    try:
        return _at_the_hub(way, name, start, staff=staff)
    except HubUnavailable:
        return Opening("starting", AWAY, 5, again=3, steps=_steps(way, 2, AWAY))
    except HubError as error:
        return _failed(way, str(error) if staff else "")


def _in_line(way: _Way, start: ServerStart, place: int, *, staff: bool) -> Opening:
    where = "You are next" if place == 1 else f"Place {place:,} in line"
    message = f"Many people are starting at this moment. {where}; this page goes on by itself."
    if place == 1:
        message = HELD if start.reason else STARTING
    again = 1 if place < PATIENT_FROM else min(SLOWEST, 1 + place // PATIENT_FROM)
    detail = start.reason if staff else ""
    return Opening("waiting", message, 5, again=again, detail=detail, steps=_steps(way, 1, f"{where}."))


def _at_the_hub(way: _Way, name: str, start: ServerStart | None, *, staff: bool) -> Opening:
    state = hub().server_state(name)
    if state.status == "ready" and state.url:
        if start and start.is_live:
            _tell_the_line()
        return Opening("ready", "Your notebook is ready.", 100, _address(way, state.url), steps=_steps(way, 3))
    if state.failed or (start and start.state is StartState.failed):
        return _failed(way, (start.reason if start and start.reason else state.message) if staff else "")
    if state.status == "stopped" and not (start and start.is_live):
        return Opening("stopped", STOPPED, 0, steps=_steps(way, 2))
    return _starting(way, start, hub().start_progress(name) if state.status == "pending" else None)


def _starting(way: _Way, start: ServerStart | None, progress: Progress | None) -> Opening:
    seconds = max(0, int((now() - start.changed_at).total_seconds())) if start else 0
    message = STARTING if seconds < USUAL_SECONDS else SLOW
    guessed = min(90, 10 + seconds * 80 // USUAL_SECONDS)
    said = 10 + progress.percent * 8 // 10 if progress else 0
    return Opening("starting", message, max(guessed, said), steps=_steps(way, 2, progress.message if progress else ""))


def _failed(way: _Way, detail: str) -> Opening:
    return Opening("failed", FAILED, 0, detail=detail, steps=_steps(way, 2, "It did not start.", failed=True))


def _steps(way: _Way, at: int, note: str = "", *, failed: bool = False) -> list[Step]:
    """The four steps, of which number ``at`` is going on."""
    titles = ("Your files", "A free place", "Your notebook server", INTERFACES[way.interface])
    notes = [f"They are in your folder {way.folder}.", "", "", f"Opens {way.notebook}."]
    notes[at] = note or notes[at]

    def state(number: int) -> Literal["done", "now", "todo", "failed"]:
        if number == at:
            return "failed" if failed else "now"
        return "done" if number < at else "todo"

    return [Step(title, state(number), notes[number]) for number, title in enumerate(titles)]


def _address(way: _Way, server: str) -> str:
    address = urljoin(f"{settings().hub_url}/", server)
    wish = "&ui=notebook" if way.interface == "notebook" else ""
    return f"{address}homeroom/open?path={quote(f'{way.folder}/{way.notebook}')}{wish}"


def _tell_the_line() -> None:
    """A place is free. Lost, this message costs two seconds: the line looks by itself, too."""
    try:
        parts().sender.send(server_line.SERVE_TASK, SERVERS_QUEUE, {})
    except Unavailable:
        return
