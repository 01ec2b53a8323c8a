"""Databases for tests: a SQLite file each, or, where HOMEROOM_TEST_DATABASE_URL names a PostgreSQL server, a database each there.

    HOMEROOM_TEST_DATABASE_URL=postgresql://postgres@127.0.0.1/postgres pytest tests/unit/classroom

The URL's own database is only connected to; the role must be allowed to create databases.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from classroom.config import Settings
from classroom.db import make_engine
from classroom.models import Base

SERVER = os.environ.get("HOMEROOM_TEST_DATABASE_URL", "")

_numbers = count(1)


class Databases:
    """Makes databases that have all tables and no rows, by copying one: making the tables takes longer than most tests."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "portal.sqlite"
        self._template = f"homeroom_test_{os.getpid()}"
        if SERVER:
            _run(f'CREATE DATABASE "{self._template}"')
        engine = make_engine(at(self._template) if SERVER else f"sqlite:///{self._file}")
        Base.metadata.create_all(engine)
        engine.dispose()  # also brings everything from SQLite's write-ahead log into the file

    def reserved(self) -> str:
        """What the settings of a test say about its database; empty for SQLite's, which is in the state folder."""
        return at(f"{self._template}_{next(_numbers)}") if SERVER else ""

    @contextmanager
    def made(self, settings: Settings) -> Iterator[str]:
        """The database that ``settings`` name, new and empty, for the length of the block; its URL."""
        settings.state.mkdir(parents=True)
        if not SERVER:
            shutil.copyfile(self._file, settings.state / "portal.sqlite")
            yield settings.database
            return
        name = make_url(settings.database).database
        _run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        try:
            yield settings.database
        finally:
            drop(str(name))

    def close(self) -> None:
        """Leave nothing behind on the server."""
        if SERVER:
            drop(self._template)


@contextmanager
def without_tables(folder: Path) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    if not SERVER:
        yield f"sqlite:///{folder / 'portal.sqlite'}"
        return
    name = f"homeroom_test_{os.getpid()}_bare_{next(_numbers)}"
    _run(f'CREATE DATABASE "{name}"')
    try:
        yield at(name)
    finally:
        drop(name)


def of_stack(state: Path) -> str:
    """The URL of the database of the stack on ``state``, made when it is not there yet; empty for SQLite."""
    if not SERVER:
        return ""
    name = f"homeroom_stack_{sha256(str(state.resolve()).encode()).hexdigest()[:16]}"
    if not rows(SERVER, "SELECT 1 FROM pg_database WHERE datname = ?", name):
        _run(f'CREATE DATABASE "{name}"')
    return at(name)


def rows(url: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query with question marks for its values says."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql.replace("?", "%s"), values)]
    finally:
        engine.dispose()


def at(name: str) -> str:
    """The URL of the database ``name`` on the tests' server."""
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def drop(name: str) -> None:
    """Remove the database ``name``, whoever is still connected to it."""
    _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(statement: str) -> None:
    engine = make_engine(SERVER)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
