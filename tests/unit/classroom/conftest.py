"""A course on a real database (tests/support/databases.py): sessions, a fixed time, a teacher and a student.

Everything the fixtures make is committed, so a test may open further sessions. A test that wrote through ``session`` commits
before anything else opens one: SQLite has one writer.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker, make_sessions
from classroom.models import Course, Enrolment, Person, Role
from grader.files import FileStore
from tests.support.databases import Databases

CountQueries = Callable[[], AbstractContextManager[list[str]]]
MakeEnrolment = Callable[..., Enrolment]


@pytest.fixture
def now() -> datetime:
    """The time at which every test happens."""
    return datetime(2026, 9, 7, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where fresh databases come from."""
    made = Databases(tmp_path_factory.mktemp("database"))
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, databases: Databases) -> Settings:
    """Settings over a state folder of the test's own."""
    return Settings(
        state=tmp_path / "state",
        database_url=databases.reserved(),
        secret_key=SecretStr("a secret of the tests"),
        hub_token=SecretStr("hub token"),
    )


@pytest.fixture
def sessions(settings: Settings, databases: Databases) -> Iterator[SessionMaker]:
    """The session factory over a fresh database."""
    with databases.made(settings) as url:
        factory = make_sessions(url)
        engine = factory.kw["bind"]
        assert isinstance(engine, Engine)
        yield factory
        engine.dispose()


@pytest.fixture
def session(sessions: SessionMaker) -> Iterator[Session]:
    """One session, closed at the end; what the test did not commit is gone."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def files(settings: Settings) -> FileStore:
    """An empty content store."""
    return FileStore(settings.files)


@pytest.fixture
def course(session: Session, now: datetime) -> Course:
    """The course everything happens in."""
    made = Course(slug="bio1", title="Biology 1", created_at=now)
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def make_enrolment(session: Session, course: Course, now: datetime) -> MakeEnrolment:
    """A function that adds somebody to the course (or to another one) and commits."""

    def make(name: str, role: Role = Role.student, *, into: Course | None = None, student_id: str | None = None) -> Enrolment:
        person = Person(hub_name=name, display_name=name.title(), email=f"{name}@example.org", created_at=now)
        target = into or course
        made = Enrolment(
            course=target, person=person, role=role, roster_key=student_id or person.email, student_id=student_id, created_at=now
        )
        session.add_all([person, made])
        session.commit()
        return made

    return make


@pytest.fixture
def teacher(make_enrolment: MakeEnrolment) -> Enrolment:
    """The owner of the course."""
    return make_enrolment("tessa", Role.owner)


@pytest.fixture
def student(make_enrolment: MakeEnrolment) -> Enrolment:
    """A student of the course."""
    return make_enrolment("sam", student_id="1001")


@pytest.fixture
def count_queries(sessions: SessionMaker) -> CountQueries:
    """``with count_queries() as queries:`` collects the SQL statements sent inside the block."""
    engine = sessions.kw["bind"]

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
