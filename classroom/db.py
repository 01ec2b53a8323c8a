"""The engine and its sessions. Only entry points (web, tasks, cli, stack) open sessions and commit."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from classroom.errors import HomeroomError

SessionMaker = sessionmaker[Session]

POSTGRESQL = "For PostgreSQL install Homeroom with its driver: homeroom[postgresql]."


def make_engine(url: str) -> Engine:
    """An engine for ``url``; SQLite gets WAL, foreign keys and a patient lock. Raises HomeroomError for want of a driver."""
    if not url.startswith("sqlite"):
        return _on_a_server(make_url(url))
    # Errors go to logs, and what a statement was given may be a name, a mark or the hash of a password.
    engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        # The driver must not open transactions itself: it would start them as readers, and a reader that turns writer fails
        # at once with "database is locked" instead of waiting.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN" if options.get("homeroom_read_only") else "BEGIN IMMEDIATE")

    return engine


def _on_a_server(url: URL) -> Engine:
    if url.drivername == "postgresql":  # SQLAlchemy 2.0 would look for psycopg2
        url = url.set(drivername="postgresql+psycopg")
    try:
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except ImportError as error:
        raise HomeroomError(f"HOMEROOM_DATABASE_URL needs “{error.name}”, which is not installed. {POSTGRESQL}") from error


def make_sessions(url: str) -> SessionMaker:
    """The factory every entry point opens its sessions with."""
    return sessionmaker(make_engine(url), expire_on_commit=False)
