"""The page that waits for a server: the steps, the place in line, what the hub says of the start, and what to do when it fails.

Students and the guests of seminars wait alike. They differ in where they go and in a few words: see :class:`Way`.
"""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urljoin

from classroom.errors import Unavailable
from classroom.messages import SERVERS_QUEUE
from classroom.models import Owner, ServerStart, StartState
from classroom.services import server_line
from classroom.services.interfaces import INTERFACES
from classroom.web.context import commit, database_left_alone, db, hub, now, parts, settings
from hub_bridge.client import HubError, HubUnavailable, Progress

USUAL_SECONDS = 12
"""What a cold start takes; only the bar believes it, and only while the hub says nothing."""

MAKING = "Your seat is being made ready."
STOPPED = "Your notebook server is not running. Your files are safe."
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
class Way:
    """Where somebody is going, free of the database."""

    hub_name: str
    folder: str
    notebook: str
    interface: str
    failed: str
    """What is said when the server could not be started."""
    staff: bool = False
    """Whether they may read the hub's reason."""
    door: str | None = None
    """Where to go once the server is ready; None is the notebook itself."""
    has_home: bool = True
    """Whether the files are in place: a guest may come before the seat is made."""

    def address(self, server: str) -> str:
        """The notebook, in the server at the address ``server``."""
        address = urljoin(f"{settings().hub_url}/", server)
        wish = "&ui=notebook" if self.interface == "notebook" else ""
        return f"{address}homeroom/open?path={quote(f'{self.folder}/{self.notebook}')}{wish}"


def take_place(owner: Owner) -> None:
    """A place in line for an owner whose server does not run, and the commit. Twice is the same as once."""
    name = owner.hub_name
    # The hub may take long; nobody else should wait for the database meanwhile.
    with database_left_alone():
        runs = _runs_already(name)
    if not runs:
        server_line.ask(db(), owner=owner, now=now())
    commit()


def status_of(way: Way, owner: Owner) -> Opening:
    """How it stands now. Those who only wait do not trouble the hub."""
    start = server_line.start_of(db(), owner=owner)
    place = server_line.place_of(db(), start) if start and start.state is StartState.waiting else 0
    db().close()  # the hub may take long; nothing below needs the database
    if not way.has_home:
        return Opening("waiting", MAKING, 5, steps=_steps(way, 0, MAKING))
    if start and place:
        return _in_line(way, start, place)
    try:
        return _at_the_hub(way, start)
    except HubUnavailable:
        return Opening("starting", AWAY, 5, again=3, steps=_steps(way, 2, AWAY))
    except HubError as error:
        return _failed(way, str(error))


def _runs_already(name: str) -> bool:
    try:
        return hub().server_state(name).status == "ready"
    except HubError:
        return False  # whoever works the line off will find out more


def _in_line(way: Way, start: ServerStart, place: int) -> Opening:
    where = "You are next" if place == 1 else f"Place {place:,} in line"
    message = f"Many people are starting at this moment. {where}; this page goes on by itself."
    if place == 1:
        message = HELD if start.reason else STARTING
    again = 1 if place < PATIENT_FROM else min(SLOWEST, 1 + place // PATIENT_FROM)
    detail = start.reason if way.staff else ""
    return Opening("waiting", message, 5, again=again, detail=detail, steps=_steps(way, 1, f"{where}."))


def _at_the_hub(way: Way, start: ServerStart | None) -> Opening:
    state = hub().server_state(way.hub_name)
    if state.status == "ready" and state.url:
        if start and start.is_live:
            _tell_the_line()
        address = way.door or way.address(state.url)
        return Opening("ready", "Your notebook is ready.", 100, address, steps=_steps(way, 3))
    if state.failed or (start and start.state is StartState.failed):
        return _failed(way, start.reason if start and start.reason else state.message)
    if state.status == "stopped" and not (start and start.is_live):
        return Opening("stopped", STOPPED, 0, steps=_steps(way, 2))
    return _starting(way, start, hub().start_progress(way.hub_name) if state.status == "pending" else None)


def _starting(way: Way, start: ServerStart | None, progress: Progress | None) -> Opening:
    seconds = max(0, int((now() - start.changed_at).total_seconds())) if start else 0
    message = STARTING if seconds < USUAL_SECONDS else SLOW
    guessed = min(90, 10 + seconds * 80 // USUAL_SECONDS)
    said = 10 + progress.percent * 8 // 10 if progress else 0
    return Opening("starting", message, max(guessed, said), steps=_steps(way, 2, progress.message if progress else ""))


def _failed(way: Way, detail: str) -> Opening:
    steps = _steps(way, 2, "It did not start.", failed=True)
    return Opening("failed", way.failed, 0, detail=detail if way.staff else "", steps=steps)


def _steps(way: Way, at: int, note: str = "", *, failed: bool = False) -> list[Step]:
    """The four steps, of which number ``at`` is going on."""
    titles = ("Your files", "A free place", "Your notebook server", INTERFACES[way.interface])
    notes = [f"They are in your folder {way.folder}.", "", "", f"Opens {way.notebook}."]
    notes[at] = note or notes[at]

    def state(number: int) -> Literal["done", "now", "todo", "failed"]:
        if number == at:
            return "failed" if failed else "now"
        return "done" if number < at else "todo"

    return [Step(title, state(number), notes[number]) for number, title in enumerate(titles)]


def _tell_the_line() -> None:
    """A place is free. Lost, this message costs two seconds: the line looks by itself, too."""
    try:
        parts().sender.send(server_line.SERVE_TASK, SERVERS_QUEUE, {})
    except Unavailable:
        return
