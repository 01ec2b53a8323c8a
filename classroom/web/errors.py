"""What went wrong, as a page with a plain sentence and a way on; as JSON for the hub and for scripts."""

import logging
from dataclasses import dataclass

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from classroom.errors import HomeroomError
from hub_bridge.client import HubError
from hub_bridge.homes import HomeFull, HomeRefused

log = logging.getLogger(__name__)

FORBIDDEN, SERVER_FAULT, UNAVAILABLE, DISK_FULL = 403, 500, 503, 507


@dataclass(frozen=True)
class _Words:
    title: str
    sentence: str


WORDS = {
    400: _Words("That did not work", "Something in what was sent is missing or wrong. Go back, check it and try again."),
    403: _Words("Not for you", "You may not open this. If you think you should, ask your teacher."),
    404: _Words("Nothing here", "There is no such page, or it is not for you. Check the address, or start from your courses."),
    405: _Words("That did not work", "This page cannot be used that way. Start from your courses."),
    409: _Words("Somebody was faster", "This has changed in the meantime. Look at it again before you go on."),
    413: _Words("Too large", "What you sent is larger than this page accepts. Send less at once."),
    429: _Words("Too many tries", "There were too many tries in a short time. Wait a minute, then try again."),
    500: _Words(
        "Our fault", "Something in Homeroom broke. Your work is safe. Try again; if that does not help, tell your teacher."
    ),
    503: _Words("Not available now", "A part of Homeroom does not answer. Your work is safe. Try again in a minute."),
    507: _Words("The disk is full", "There is no room left to write to. Nothing was lost; please tell your teacher."),
}

CSRF_SENTENCE = "This form was too old, or you signed in anew after opening it. Go back, reload the page and send it again."


def init_app(app: Flask) -> None:
    """Answer every error with words."""
    app.register_error_handler(HomeroomError, _refusal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(HubError, _hub)
    app.register_error_handler(HomeRefused, _home)
    app.register_error_handler(HomeFull, _disk_full)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DataError, _no_value)
    app.register_error_handler(Exception, _bug)


def page(status: int, sentence: str = "") -> ResponseReturnValue:
    """The answer for ``status``; ``sentence`` says more than the usual one."""
    words = WORDS.get(status) or WORDS[SERVER_FAULT if status >= SERVER_FAULT else 400]
    sentence = sentence or words.sentence
    if _wants_json():
        return jsonify(message=sentence), status
    # layouts/plain.html asks the database nothing: it may be what failed.
    return render_template("errors/error.html", status=status, title=words.title, sentence=sentence), status


def _wants_json() -> bool:
    return request.blueprint in {"identity", "own_server", "own_seat"} or request.accept_mimetypes.best == "application/json"


def _refusal(error: HomeroomError) -> ResponseReturnValue:
    return page(error.status, str(error))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return page(400, CSRF_SENTENCE)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are no errors
        return error.get_response()
    return page(error.code)


def _no_value(error: DataError) -> ResponseReturnValue:
    """PostgreSQL takes no NUL in a text and no number beyond its column; SQLite takes both."""
    log.warning("refused by the database: %s", error.orig)
    return page(400)


def _hub(error: HubError) -> ResponseReturnValue:
    log.warning("hub: %s", error)
    return page(UNAVAILABLE, "The notebook hub does not answer at this moment. Your work is safe. Try again in a minute.")


def _home(error: HomeRefused) -> ResponseReturnValue:
    return page(400, str(error))


def _disk_full(error: HomeFull) -> ResponseReturnValue:
    log.error("disk full: %s", error)
    return page(DISK_FULL)


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("database: %s", error)
    return page(UNAVAILABLE)


def _bug(error: Exception) -> ResponseReturnValue:
    # The rule, not the address: addresses hold sign-in links.
    log.error("%s %s failed", request.method, request.url_rule, exc_info=error)
    return page(SERVER_FAULT)
