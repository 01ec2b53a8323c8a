"""The code on the wall, for who runs the seminar: a new one, by hand or by the clock, and the end of the old ones."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

import segno
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.config import PORTAL_PREFIX
from classroom.services import join_codes
from classroom.web import audience
from classroom.web.context import db, now, seminar, settings
from classroom.web.seminars.blueprint import blueprint, join_address
from classroom.web.teach.blueprint import act


@blueprint.get("/seminars/<seminar>/code")
@audience.presenter
def way_in() -> str:
    """The part of the page that changes with the code."""
    return render_template("seminars/way_in.html", **facts_of_the_code())


@blueprint.post("/seminars/<seminar>/code")
@audience.presenter
def renew_code() -> ResponseReturnValue:
    """Another code, when this one went where it should not."""
    return _act(
        lambda: join_codes.renew(db(), seminar=seminar(), now=now()),
        "There is a new code. The old one works for ten minutes more.",
    )


@blueprint.post("/seminars/<seminar>/code/close-old")
@audience.presenter
def close_old_codes() -> ResponseReturnValue:
    """Not even ten minutes more."""
    return _act(lambda: join_codes.close_old(db(), seminar=seminar()), "Only the code on the wall lets people in now.")


@blueprint.post("/seminars/<seminar>/code/every")
@audience.presenter
def rotate_code() -> ResponseReturnValue:
    """Have the clock replace it."""
    minutes = request.form.get("code_minutes", -1, type=int)
    sentence = f"A new code comes every {minutes} minutes while the doors are open." if minutes else "The code stays."
    return _act(lambda: join_codes.rotate_every(db(), seminar=seminar(), minutes=minutes, now=now()), sentence)


def every() -> list[tuple[int, str]]:
    """The choices of a form."""
    return [(minutes, f"Every {minutes} minutes" if minutes else "Never") for minutes in join_codes.EVERY]


def facts_of_the_code() -> dict[str, object]:
    """What the pages with the code show of it."""
    what, address = seminar(), join_address(seminar())
    return {
        "seminar": what,
        "address": address,
        "typed_host": settings().portal_url.partition("://")[2],
        "typed_path": f"{PORTAL_PREFIX}/join",
        "picture": str(segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff")),
        "code_changes": _how_soon(what.code_changes_at(now())),
        "over": what.is_over(now()),
    }


def old_codes_until() -> datetime | None:
    """Until when a code that was replaced lets somebody in."""
    return join_codes.old_until(db(), seminar=seminar(), now=now())


def _how_soon(moment: datetime | None) -> str:
    """In whole minutes, so that a piece of page with it changes once a minute."""
    if moment is None:
        return ""
    minutes = math.ceil((moment - now()) / timedelta(minutes=1))
    return f"in {minutes} min" if minutes > 1 else "within a minute"


def _act(change: Callable[[], object], sentence: str) -> ResponseReturnValue:
    def verb() -> str:
        change()
        return sentence

    return act(verb, then=url_for(".present"))
