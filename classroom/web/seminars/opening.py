"""A guest's way into the notebook: the seat is made, the server started, and a page waits until it is ready."""

import logging
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import quote, urljoin

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Conflict, HomeroomError
from classroom.models import Guest, Seat
from classroom.services import guests, seats
from classroom.web import audience, people
from classroom.web.context import commit, db, files, guest, homes, hub, now, seminar, settings, visitor, writes
from classroom.web.seminars.blueprint import blueprint, secret
from classroom.web.teach.blueprint import SEE_OTHER
from hub_bridge.client import HubBusy, HubError, HubUnavailable, ServerState
from hub_bridge.homes import HomeFull, HomeRefused

log = logging.getLogger(__name__)

USUAL_SECONDS = 12
"""What a cold start takes; only the bar believes it."""

MAKING = "Your seat is being made ready."
STARTING = "Your notebook is starting."
QUEUED = "Many people come in at this moment. You are in line; this page goes on by itself."
AWAY = "The notebook server does not answer at this moment. This page goes on trying."
FAILED = "Your notebook could not be started. Press “Try again”. If it fails again, raise your hand: your files are safe."


@dataclass(frozen=True, slots=True)
class Opening:
    """How far the way into the notebook is."""

    state: Literal["starting", "ready", "failed"]
    message: str
    percent: int
    url: str | None = None


def prepare(who: Guest) -> bool:
    """Have the guest's seat made and its server started; whether they have a seat. What fails now, the clock does."""
    seat = who.seat
    if seat is None or not guests.may_use_seat(who):
        return False
    db().commit()  # the hub may take long; nobody else should wait for the database meanwhile
    try:
        if seat.made_at is None:
            _make(seat)
        hub().start_server(seat.hub_name)
    except (HubError, HomeRefused, HomeFull, HomeroomError) as error:
        log.warning("seat %d: %s", seat.id, error)
    return True


@blueprint.post("/s/<seminar>/open")
@audience.guest
def open_notebook() -> ResponseReturnValue:
    """Ask for the server and go to the page that waits for it."""
    _check_time()
    prepare(guest())
    return redirect(url_for(".opening", began=int(now().timestamp())), SEE_OTHER)


@blueprint.get("/s/<seminar>/opening")
@audience.guest
def opening() -> ResponseReturnValue:
    """Waits. With scripts it asks /opening/status each second; without, it loads itself anew."""
    if guest().seat is None:
        return redirect(url_for(".seat"))
    _check_time()
    who, what = guest(), seminar()
    status = _status(who)
    page = render_template("seminars/opening.html", seminar=what, opening=status, began=_began())
    return page, 503 if status.state == "failed" else 200


@blueprint.get("/s/<seminar>/opening/status")
@audience.guest
def opening_status() -> dict[str, Any]:
    """The same as data."""
    _check_time()
    return asdict(_status(guest()))


@blueprint.get("/s/<seminar>/enter")
@audience.guest
@writes
def enter() -> ResponseReturnValue:
    """Through the hub's door with a ticket, and on to the notebook."""
    _check_time()
    ticket = guests.make_ticket(db(), guest=guest(), secret=secret(), now=now())
    commit()
    if visitor() is not None:
        people.forget()  # at the hub this browser is the guest from now on; here it should not be somebody else
    return redirect(f"{settings().hub_url}/hub/ticket/{ticket}")


@blueprint.get("/s/<seminar>/notebook")
@audience.guest
def notebook() -> ResponseReturnValue:
    """Back from the hub's door: to the notebook in the guest's own server."""
    seat = guest().seat
    if seat is None:
        return redirect(url_for(".seat"))
    path, interface, name = _path(), seminar().interface, seat.hub_name
    db().close()
    state = hub().server_state(name)
    if state.url is None:
        return redirect(url_for(".opening"))
    query = f"path={quote(path)}" + ("&ui=notebook" if interface == "notebook" else "")
    return redirect(f"{_server(state.url)}homeroom/open?{query}")


def _make(seat: Seat) -> None:
    """Make one seat now, with no lock on the database meanwhile."""
    kit = seats.Kit.of(seat.seminar, files())
    db().commit()
    seats.make([seat], kit=kit, hub=hub(), homes=homes())
    if seat.made_at is None:
        seat.made_at, seat.version = now(), kit.version
        commit()


def _check_time() -> None:
    if not guests.may_use_seat(guest()) and guest().seat is not None:
        raise Conflict("This seminar is closed. Your work is kept: look at your seat page.")


def _status(who: Guest) -> Opening:
    seat = who.seat
    if seat is None or seat.made_at is None:
        return Opening("starting", MAKING, 5)
    name = seat.hub_name
    db().close()  # the hub may take long; nothing below needs the database
    try:
        return _reading(_running_or_started(name))
    except HubBusy:
        return Opening("starting", QUEUED, 5)
    except HubUnavailable:
        return Opening("starting", AWAY, 5)
    except HubError as error:
        log.warning("guest's server: %s", error)
        return Opening("failed", FAILED, 0)


def _running_or_started(name: str) -> ServerState:
    """The server's state. One that is stopped without having failed waits in line: ask for it again."""
    state = hub().server_state(name)
    return hub().start_server(name) if state.status == "stopped" and not state.failed else state


def _reading(state: ServerState) -> Opening:
    if state.status == "ready" and state.url:
        return Opening("ready", "Your notebook is ready.", 100, url_for(".enter"))
    if state.failed:
        return Opening("failed", FAILED, 0)
    seconds = max(0, int(now().timestamp()) - _began())
    return Opening("starting", STARTING, min(95, 10 + seconds * 85 // USUAL_SECONDS))


def _server(url: str) -> str:
    return urljoin(f"{settings().hub_url}/", url)


def _path() -> str:
    return f"{seminar().folder}/{seminar().notebook}"


def _began() -> int:
    text = request.args.get("began", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else int(now().timestamp())  # noqa: PLR2004
