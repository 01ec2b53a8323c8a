"""The blueprint of all pages of staff, and what their buttons have in common."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from classroom.errors import Forbidden, HomeroomError, NotFound
from classroom.web.context import commit, db

blueprint = Blueprint("teach", __name__, url_prefix="/courses/<course>/teach")

SEE_OTHER = 303
"""After a POST: look there, with GET."""


def act(verb: Callable[[], str], *, then: str) -> ResponseReturnValue:
    """What a button does: ``verb`` acts and returns a sentence about it. A refusal is shown as a sentence too.

    Either way the reader goes on at ``then``.
    """
    try:
        sentence = verb()
        commit()
    except (NotFound, Forbidden):
        raise  # what somebody may not know of or do is no news about a button
    except HomeroomError as refusal:
        db().rollback()
        flash(str(refusal), "error")
    else:
        flash(sentence)
    return redirect(then, SEE_OTHER)
