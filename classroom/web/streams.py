"""A piece of page that is sent when it has changed: server-sent events, for the few who watch.

An open stream holds one of the web server's threads. So there are few places, each stream ends after some minutes (the browser
connects again, and who may look is asked as for any page), and whoever finds no place polls the same piece of page instead.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import generate_csrf

from classroom.errors import HomeroomError

PLACES = 4
"""Open streams for each process: a quarter of its threads (classroom.stack.portal_process)."""

TICK = 1.0
"""Seconds between two looks. Each look sends something, so that a closed tab is noticed and its thread is free."""

LENGTH = 300
"""Looks until a stream ends and the browser connects again: five minutes."""

BEAT = b": still here\n\n"
"""A comment, which browsers pass over."""

_STREAMS = "homeroom-streams"


@dataclass(frozen=True)
class Streams:
    """The streams of one process: how many there may be, and how they wait."""

    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(PLACES))
    length: int = LENGTH
    pause: Callable[[], None] = lambda: time.sleep(TICK)


def init_app(app: Flask, streams: Streams | None = None) -> None:
    """Give ``app`` its places."""
    app.extensions[_STREAMS] = streams or Streams()


def event(piece: str) -> bytes:
    """``piece`` as one event. The format ends a line at any kind of line break, and an event at an empty line."""
    lines = piece.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ("".join(f"data: {line}\n" for line in lines) + "\n").encode()


def stream(piece: Callable[[], str], *, over: Callable[[], bool]) -> Response:
    """Answer the request with what ``piece`` renders, now and whenever it has changed, until it is ``over``.

    Both are called inside a request like this one, once for each look, after its audience was checked anew; between two looks
    nothing is held but the thread. 204 tells the browser that there is nothing to come, 503 that all places are taken.
    """
    if over():
        return Response(status=204)
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    streams: Streams = current_app.extensions[_STREAMS]
    if not streams.places.acquire(blocking=False):
        return Response("All places for live pages are taken. Poll.\n", 503, {"Retry-After": "60"}, mimetype="text/plain")
    try:
        look = _look(current_app._get_current_object(), piece, over)  # type: ignore[attr-defined]  # noqa: SLF001
        answer = Response(_events(streams, piece(), look), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
        answer.call_on_close(streams.places.release)
    except BaseException:
        streams.places.release()
        raise
    return answer


def _look(app: Flask, piece: Callable[[], str], over: Callable[[], bool]) -> Callable[[], tuple[str, bool]]:
    """A function that renders the piece anew and says whether that was the last time. Raises HomeroomError for who may no more.

    The token of the piece's forms stays the same: it holds the time it was made at, and would be a change each time.
    """
    environ, token = request.environ, generate_csrf()

    def look() -> tuple[str, bool]:
        with app.request_context(environ):
            g.csrf_token = token
            if app.preprocess_request() is not None:
                raise HomeroomError("This stream is for who is signed in.")
            return piece(), over()

    return look


def _events(streams: Streams, shown: str, look: Callable[[], tuple[str, bool]]) -> Iterator[bytes]:
    yield b"retry: 1000\n" + event(shown)
    for _ in range(streams.length):
        streams.pause()
        try:
            fresh, last = look()
        except HomeroomError:
            return
        yield BEAT if fresh == shown else event(fresh)
        shown = fresh
        if last:
            return
