"""A guest's way into the notebook: the seat is made, its server has a place in line, and a page waits until it is ready."""

import logging
from dataclasses import asdict
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Conflict, HomeroomError
from classroom.models import Guest, Seat
from classroom.services import guests, seats
from classroom.web import audience, people
from classroom.web.context import commit, db, files, guest, homes, hub, now, seminar, settings, visitor, writes
from classroom.web.opening import Opening, Way, status_of, take_place
from classroom.web.seminars.blueprint import blueprint, secret
from classroom.web.teach.blueprint import SEE_OTHER
from hub_bridge.client import HubError
from hub_bridge.homes import HomeFull, HomeRefused

log = logging.getLogger(__name__)

FAILED = "Your notebook could not be started. Press “Try again”. If it fails again, raise your hand: your files are safe."


def prepare(who: Guest) -> bool:
    """Have the guest's seat made and its server started; whether they have a seat. A seat that fails now, the clock makes."""
    seat = who.seat
    if seat is None or not guests.may_use_seat(who):
        return False
    if seat.made_at is None:
        try:
            _make(seat)
        except (HubError, HomeRefused, HomeFull, HomeroomError) as error:
            log.warning("seat %d: %s", seat.id, error)
    take_place(seat)
    return True


@blueprint.post("/s/<seminar>/open")
@audience.guest
def open_notebook() -> ResponseReturnValue:
    """Ask for the server and go to the page that waits for it."""
    _check_time()
    seat = guest().seat
    if seat is not None and seat.made_at is not None:
        try:
            renew(seat)
        except (HomeRefused, HomeFull, HomeroomError) as error:  # theirs to mend, in the notebook that opens
            log.warning("seat %d: %s", seat.id, error)
    prepare(guest())
    return redirect(url_for(".opening"), SEE_OTHER)


@blueprint.get("/s/<seminar>/opening")
@audience.guest
def opening() -> ResponseReturnValue:
    """Waits. With scripts it asks /opening/status each second; without, it loads itself anew."""
    seat = guest().seat
    if seat is None:
        return redirect(url_for(".seat"))
    _check_time()
    what = seminar()
    status = _status(seat)
    page = render_template("seminars/opening.html", seminar=what, opening=status)
    return page, 503 if status.state == "failed" else 200


@blueprint.get("/s/<seminar>/opening/status")
@audience.guest
def opening_status() -> dict[str, Any]:
    """The same as data."""
    _check_time()
    return asdict(_status(_seat()))


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
    way = _way(seat)
    db().close()
    state = hub().server_state(way.hub_name)
    return redirect(url_for(".opening") if state.url is None else way.address(state.url))


def _make(seat: Seat) -> None:
    """Make one seat now, with no lock on the database meanwhile."""
    parcel = seats.pack(seat.seminar, files=files(), now=now())
    db().commit()
    seats.note(db(), seats.make([seat], parcel=parcel, hub=hub(), homes=homes()), made_at=now())
    commit()
    db().refresh(seat)


def renew(seat: Seat) -> None:
    """Bring the newest files to a seat that is made, as the clock does: also what was deleted, or saved over by an old copy.

    Raises HomeRefused, HomeFull, Unavailable.
    """
    parcel = seats.pack(seat.seminar, files=files(), now=now())
    db().commit()
    seats.note(db(), {seat.id: seats.deliver(seat, parcel=parcel, homes=homes())})
    commit()
    db().refresh(seat)


def _check_time() -> None:
    if not guests.may_use_seat(guest()) and guest().seat is not None:
        raise Conflict("This seminar is closed. Your work is kept: look at your seat page.")


def _seat() -> Seat:
    seat = guest().seat
    if seat is None:
        raise Conflict("You are at the door. The teacher lets you in.")
    return seat


def _status(seat: Seat) -> Opening:
    return status_of(_way(seat), seat)


def _way(seat: Seat) -> Way:
    what = seminar()
    return Way(
        hub_name=seat.hub_name,
        folder=what.folder,
        notebook=what.notebook,
        interface=what.interface,
        failed=FAILED,
        door=url_for(".enter"),
        has_home=seat.made_at is not None,
    )
