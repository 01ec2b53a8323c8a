"""The page of who runs a seminar: how to get in, who waits, and the buttons."""

from collections.abc import Callable

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError
from classroom.models import Guest
from classroom.services import guests, seminar_material, seminars
from classroom.web import audience, streams
from classroom.web.context import db, files, now, seminar, settings
from classroom.web.security import takes_upload
from classroom.web.seminars import environment, join_codes
from classroom.web.seminars.blueprint import blueprint
from classroom.web.seminars.join_codes import facts_of_the_code
from classroom.web.seminars.making import read_files
from classroom.web.seminars.wall import now_on_the_wall, seminar_is_over, wall_has_changed
from classroom.web.teach.blueprint import act

GIVEN_OUT = (
    "Everybody gets it within seconds. What guests wrote in a notebook stays, with your new cells in it; "
    "of any other file that somebody changed yours lies beside. The room below tells how it went."
)


@blueprint.get("/seminars/<seminar>/")
@audience.presenter
def present() -> str:
    """Everything on one page: the way in, the wall, what to say and give."""
    limit = settings().notebook_upload_limit
    return render_template(
        "seminars/present.html",
        limit=limit,
        environment=environment.choice(),
        every=join_codes.every(),
        old_codes_until=join_codes.old_codes_until(),
        **_facts(),
    )


@blueprint.get("/seminars/<seminar>/projector")
@audience.presenter
def projector() -> str:
    """For the wall of the room: large, with nothing on it that guests should not see."""
    return render_template("seminars/projector.html", **_facts())


@blueprint.get("/seminars/<seminar>/projector/now")
@audience.presenter
def projector_now() -> str:
    """The part of it that changes."""
    return render_template("seminars/projector_now.html", **_facts())


@blueprint.get("/seminars/<seminar>/projector/live")
@audience.presenter
def projector_live() -> Response:
    """The same, as a stream."""
    return streams.stream(projector_now, over=seminar_is_over)


@blueprint.post("/seminars/<seminar>/doors")
@audience.presenter
def open_doors() -> ResponseReturnValue:
    """Let people in now."""
    return _act(lambda: seminars.open_doors(db(), seminar=seminar(), now=now()), "The doors are open.")


@blueprint.post("/seminars/<seminar>/prolong")
@audience.presenter
def prolong() -> ResponseReturnValue:
    """A little longer."""
    minutes = request.form.get("minutes", 15, type=int)
    return _act(lambda: seminars.prolong(db(), seminar=seminar(), minutes=minutes, now=now()), f"{minutes} minutes more.")


@blueprint.post("/seminars/<seminar>/end")
@audience.presenter
def end() -> ResponseReturnValue:
    """That was it."""
    return _act(
        lambda: seminars.end(db(), seminar=seminar(), now=now()),
        f"The seminar is over. Servers stop in {settings().seminar_grace} minutes; everybody's work is kept.",
    )


@blueprint.post("/seminars/<seminar>/announcement")
@audience.presenter
def announce() -> ResponseReturnValue:
    """A sentence for everybody."""
    text = request.form.get("announcement", "")
    shown = "Everybody sees it within seconds, on their seat page and above their notebook."
    sentence = shown if text.strip() else "The announcement is taken away."
    return _act(lambda: seminars.announce(db(), seminar=seminar(), text=text, now=now()), sentence)


@blueprint.post("/seminars/<seminar>/push")
@audience.presenter
@takes_upload("notebook_upload_limit")
def push() -> ResponseReturnValue:
    """A new or corrected file for everybody."""

    def give() -> None:
        material = seminar_material.students_files(read_files("upload"))
        if not material:
            raise HomeroomError("There is nothing to give out among these files.")
        seminars.push(db(), seminar=seminar(), material=material, files=files(), now=now())

    return _act(give, GIVEN_OUT)


@blueprint.post("/seminars/<seminar>/guests/<int:guest_id>/admit")
@audience.presenter
def admit(guest_id: int) -> ResponseReturnValue:
    """Let one in."""
    return _act(lambda: guests.admit(db(), guest=_guest(guest_id), now=now()), "They are in.")


@blueprint.post("/seminars/<seminar>/guests/admit")
@audience.presenter
def admit_all() -> ResponseReturnValue:
    """Let everybody in who waits."""

    def let_in() -> None:
        for one in guests.waiting(db(), seminar=seminar()):
            guests.admit(db(), guest=one, now=now())

    return _act(let_in, "Everybody is in.")


@blueprint.post("/seminars/<seminar>/guests/<int:guest_id>/refuse")
@audience.presenter
def refuse(guest_id: int) -> ResponseReturnValue:
    """Not let one in, or show one out."""
    return _act(lambda: guests.refuse(db(), guest=_guest(guest_id)), "They are out.")


@blueprint.post("/seminars/<seminar>/guests/<int:guest_id>/hand")
@audience.presenter
def lower_hand(guest_id: int) -> ResponseReturnValue:
    """Somebody was helped."""
    return _act(lambda: guests.raise_hand(db(), guest=_guest(guest_id), up=False, now=now()), "Done.")


def _guest(guest_id: int) -> Guest:
    return guests.in_seminar(db(), seminar=seminar(), guest_id=guest_id)


def _act(change: Callable[[], object], sentence: str) -> ResponseReturnValue:
    def verb() -> str:
        change()
        return sentence

    answer = act(verb, then=url_for(".present"))
    wall_has_changed()
    return answer


def _facts() -> dict[str, object]:
    return {
        **facts_of_the_code(),
        "wall": now_on_the_wall(),
        "doors_open": seminar().doors_open(now()),
    }
