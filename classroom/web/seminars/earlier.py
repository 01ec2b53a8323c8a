"""Earlier states of a guest's own files, which are kept when the teacher gives out new ones, and the way back to them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import Conflict, HomeroomError
from classroom.models import Seat
from classroom.services import guests, seat_states, updates
from classroom.web import audience
from classroom.web.context import commit, database_left_alone, db, guest, homes, now, seminar
from classroom.web.seminars.blueprint import blueprint
from classroom.web.teach.blueprint import SEE_OTHER
from hub_bridge.homes import HomeFull, HomeRefused
from hub_bridge.keeping import KEPT

LOAD = "If it is open in JupyterLab, press “Load it” above its cells."


@blueprint.get("/s/<seminar>/earlier/")
@audience.guest
def earlier() -> str:
    """What the home of the guest's seat keeps."""
    states = seat_states.find(homes(), seat=_seat(), seminar=seminar())
    return render_template("seminars/earlier.html", seminar=seminar(), states=states, kept=KEPT)


@blueprint.post("/s/<seminar>/earlier/bring-back")
@audience.guest
def bring_back() -> ResponseReturnValue:
    """Put an earlier state in the place of the file, of which a copy is kept."""
    path, copy = request.form.get("path", ""), request.form.get("copy", "")
    try:
        exchange = seat_states.to_bring_back(seat=_seat(), seminar=seminar(), path=path, copy=copy)
        with database_left_alone():
            updates.put_back(homes(), exchange, now=now())
    except Conflict:
        raise
    except (HomeroomError, HomeRefused, HomeFull) as refusal:
        flash(str(refusal), "error")
    else:
        seat_states.note_brought_back(db(), seat=_seat(), path=path, now=now())
        commit()
        flash(f"{path} is as it was then; what was there is among the earlier states. {LOAD}")
    return redirect(url_for(".earlier"), SEE_OTHER)


def _seat() -> Seat:
    """The guest's own, while it stands and has files."""
    seat = guest().seat
    if seat is None or not guests.may_use_seat(guest()):
        raise Conflict("There are no files of yours here: you are not in the room yet, or the seminar is closed.")
    if seat.made_at is None:
        raise Conflict("Your files are being put in place. Open your notebook first.")
    return seat
