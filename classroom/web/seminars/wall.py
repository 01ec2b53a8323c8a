"""The live wall: people and exercises, as a piece of page that is sent when it has changed, or fetched every two seconds."""

from flask import Response, current_app, render_template

from classroom.services import seminar_wall
from classroom.services.seminar_wall import Ticks, Wall
from classroom.web import audience, streams
from classroom.web.context import db, files, now, seminar
from classroom.web.seminars.blueprint import blueprint

_TICKS = "homeroom-wall"


@blueprint.get("/seminars/<seminar>/wall")
@audience.presenter
def wall() -> str:
    """The wall as it is now."""
    return render_template("seminars/wall.html", seminar=seminar(), wall=now_on_the_wall(), over=seminar_is_over())


@blueprint.get("/seminars/<seminar>/wall/live")
@audience.presenter
def wall_live() -> Response:
    """The same, as a stream."""
    return streams.stream(wall, over=seminar_is_over)


def seminar_is_over() -> bool:
    """Whether there is anything to come."""
    return seminar().is_over(now())


def now_on_the_wall() -> Wall:
    """What this process saw last, at most one tick ago."""
    what = seminar()
    return _ticks().get(what.id, lambda: seminar_wall.read(db(), seminar=what, files=files(), now=now()))


def wall_has_changed() -> None:
    """A button was pressed: who pressed it sees what came of it."""
    _ticks().forget(seminar().id)


def _ticks() -> Ticks[Wall]:
    if _TICKS not in current_app.extensions:
        current_app.extensions[_TICKS] = Ticks[Wall]()
    found: Ticks[Wall] = current_app.extensions[_TICKS]
    return found
