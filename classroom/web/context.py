"""What a request works with: the database, the clock, the person, and the parts of the system it may call.

Views ask here and nowhere else, so that services stay free of request, clock and settings.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.errors import Forbidden, Unavailable
from classroom.messages import MessageSender
from classroom.models import Course, Enrolment, Guest, Person, Seminar
from classroom.services import outbox
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from hub_bridge.tokens import TokenOwners

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Parts:
    """Everything outside the request that a view may use; made once by create_app."""

    settings: Settings
    sessions: SessionMaker
    sender: MessageSender
    hub: HubClient
    token_owners: TokenOwners
    files: FileStore
    homes: Homes
    clock: Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of a running portal."""
    return datetime.now(UTC)


def init_app(app: Flask, parts: Parts) -> None:
    """Give ``app`` its parts and see that each request's session is closed."""
    app.extensions["homeroom"] = parts
    app.teardown_request(_close)


def parts() -> Parts:
    """The parts of the running application."""
    found: Parts = current_app.extensions["homeroom"]
    return found


def writes(view: View) -> View:
    """Mark a GET view that may write: its transaction starts as a writer, see classroom.db."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def reads(view: View) -> View:
    """Mark a POST view that only reads, so that it does not wait for the database's one writer."""
    view.writes = False  # type: ignore[attr-defined]
    return view


def db() -> Session:
    """The request's session. GET and HEAD read only, POST writes, unless the view is marked ``writes`` or ``reads``."""
    if "session" not in g:
        g.session = parts().sessions() if _may_write() else _reading_session(parts().sessions)
    session: Session = g.session
    return session


def commit() -> None:
    """Commit the request's session, then send the messages it wrote. A broker that is away costs time, not the commit."""
    if not _may_write():
        raise RuntimeError(f"{request.endpoint} commits in a reading request; mark the view with @writes or use POST")
    db().commit()
    try:
        outbox.send_pending(parts().sessions, parts().sender, now=now())
    except Unavailable as error:
        log.warning("messages wait in the outbox for the reaper: %s", error)


@contextmanager
def database_left_alone() -> Iterator[None]:
    """Around work that may take long: the transaction ends before it, so that nobody waits for its lock.

    What was read before counts as out of date afterwards.
    """
    db().commit()
    yield
    db().expire_all()


def now() -> datetime:
    """The moment of this request: the same one all the way through."""
    if "now" not in g:
        g.now = parts().clock()
    moment: datetime = g.now
    return moment


def visitor() -> Person | None:
    """Who is signed in, if anybody; for a notebook server its owner."""
    if "server_person" in g:
        owner: Person = g.server_person
        return owner
    return current_user.person if current_user.is_authenticated else None


def person() -> Person:
    """Who is signed in. Raises Forbidden when nobody is."""
    found = visitor()
    if found is None:
        raise Forbidden("You are signed out. Sign in and try again.")
    return found


def enrolment() -> Enrolment:
    """The signed-in person's enrolment in the course of this page; loaded by classroom.web.audience."""
    found: Enrolment = g.enrolment
    return found


def course() -> Course:
    """The course of this page."""
    return enrolment().course


def seminar() -> Seminar:
    """The seminar of this page, for who runs it and for its guests; loaded by classroom.web.audience."""
    found: Seminar = g.seminar
    return found


def guest() -> Guest:
    """The guest whose seat's cookie this browser has; loaded by classroom.web.audience."""
    found: Guest = g.guest
    return found


def settings() -> Settings:
    """The settings in force."""
    return parts().settings


def files() -> FileStore:
    """The content store."""
    return parts().files


def homes() -> Homes:
    """The students' homes."""
    return parts().homes


def hub() -> HubClient:
    """The hub's API, with the portal's own token."""
    return parts().hub


def _may_write() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    marked: bool = getattr(view, "writes", request.method not in {"GET", "HEAD"})
    return marked


def _reading_session(sessions: SessionMaker) -> Session:
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)
    return sessions(bind=engine.execution_options(homeroom_read_only=True))


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
