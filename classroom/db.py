"""The engine and its sessions. Only entry points (web, tasks, cli, stack) open sessions and commit."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

SessionMaker = sessionmaker[Session]


def make_engine(url: str) -> Engine:
    """An engine for ``url``; SQLite gets WAL, foreign keys and a patient lock."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
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


def make_sessions(url: str) -> SessionMaker:
    """The factory every entry point opens its sessions with."""
    return sessionmaker(make_engine(url), expire_on_commit=False)
