"""The migrations make exactly the tables the models describe, may run twice, and go both ways."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from classroom import migrations
from classroom.db import make_engine
from classroom.models import Base, Seat
from tests.support.databases import without_tables

LATER = {"sqlite": "PRAGMA defer_foreign_keys=ON", "postgresql": "SET session_replication_role = replica"}
"""Assignments and releases point to each other."""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with without_tables(tmp_path) as made:
        yield made


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_new_database_gets_every_table(url: str) -> None:
    migrations.upgrade(url)
    assert tables(url) == {*Base.metadata.tables, "alembic_version"}


def test_upgrading_twice_changes_nothing(url: str) -> None:
    migrations.upgrade(url)
    migrations.upgrade(url)
    assert tables(url) == {*Base.metadata.tables, "alembic_version"}


def test_models_and_migrations_agree(url: str) -> None:
    migrations.upgrade(url)
    migrations.check(url)


def test_every_migration_can_be_taken_back(url: str) -> None:
    migrations.upgrade(url)
    migrations.downgrade(url, "base")
    assert tables(url) == {"alembic_version"}


def test_what_students_had_before_notifications_is_no_news_after_the_upgrade(url: str) -> None:
    migrations.upgrade(url, "0003")
    engine = make_engine(url)
    rows = [
        (
            "INSERT INTO person (id, hub_name, display_name, active, creates_courses, created_at)"
            " VALUES (1, 'a', 'A', true, false, :now)"
        ),
        "INSERT INTO course (id, slug, title, timezone, created_at) VALUES (1, 'bio1', 'Biology', 'UTC', :now)",
    ]
    assignment = (
        "INSERT INTO assignment (id, course_id, slug, title, position, created_at, accepts_late, limits, opens_at, published_at,"
        " release_id) VALUES ({0}, 1, 'hw{0}', 'HW', 0, :now, true, '{{}}', {1}, {2}, {0})"
    )
    release = (
        "INSERT INTO release (id, assignment_id, digest, source_files, release_files, questions, max_score, created_at)"
        " VALUES ({0}, {0}, '{0}', '[]', '[]', '[]', 0, :now)"
    )
    for number, opens, published in ((1, "NULL", ":now"), (2, "'2999-01-01 00:00:00'", ":now"), (3, "NULL", "NULL")):
        rows += [assignment.format(number, opens, published), release.format(number)]
    with engine.begin() as connection:
        connection.exec_driver_sql(LATER[engine.dialect.name])
        for row in rows:
            connection.execute(text(row), {"now": "2026-09-07 10:00:00"} if ":now" in row else {})

    migrations.upgrade(url)

    with engine.connect() as connection:
        told = connection.execute(text("SELECT id FROM release WHERE announced_at IS NOT NULL")).scalars().all()
        rhythm = connection.execute(text("SELECT mail_rhythm, timezone FROM person")).one()
    engine.dispose()
    assert list(told) == [1]
    assert tuple(rhythm) == ("daily", None)


def test_seats_of_before_say_that_nothing_was_noted(url: str) -> None:
    migrations.upgrade(url, "0011")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO person (id, hub_name, display_name, active, creates_courses, created_at)"
            " VALUES (1, 'a', 'A', true, true, '2026-09-07')"
        )
        connection.exec_driver_sql(
            "INSERT INTO seminar (id, slug, owner_id, title, folder, notebook, interface, timezone, versions, created_at,"
            " starts_at, ends_at, capacity, prewarm, code, needs_approval, announcement) VALUES (1, 's', 1, 'S', 's', 'n.ipynb',"
            " 'lab', 'UTC', '[]', '2026-09-07', '2026-09-07', '2026-09-07', 1, 0, 'ABCDEF', false, '')"
        )
        connection.exec_driver_sql("INSERT INTO seat (id, seminar_id, hub_name, version) VALUES (1, 1, 'guest-a', 2)")

    migrations.upgrade(url)
    with engine.connect() as connection:
        noted = connection.execute(select(Seat.version, Seat.given)).one()
    migrations.downgrade(url, "0011")
    with engine.connect() as connection:
        seats = connection.execute(text("SELECT id, version FROM seat")).all()
    engine.dispose()

    assert tuple(noted) == (2, [])
    assert [tuple(seat) for seat in seats] == [(1, 2)]


def test_a_join_code_that_was_just_replaced_still_works_after_the_upgrade(url: str) -> None:
    migrations.upgrade(url, "0011")
    engine = make_engine(url)
    person = (
        "INSERT INTO person (id, hub_name, display_name, active, creates_courses, created_at, mail_rhythm)"
        " VALUES (1, 'a', 'A', true, true, :now, 'daily')"
    )
    seminar = (
        "INSERT INTO seminar (id, slug, owner_id, title, folder, notebook, interface, timezone, versions, created_at, starts_at,"
        " ends_at, capacity, prewarm, code, old_code, old_code_until, needs_approval, announcement)"
        " VALUES ({0}, 's{0}', 1, 'S', 's', 'n.ipynb', 'lab', 'UTC', '[]', :now, :now, :now, 1, 0, {1}, {2}, {3}, false, '')"
    )
    guest = (
        "INSERT INTO guest (id, seminar_id, number, name, state, nonce, joined_at, progress, seen)"
        " VALUES (1, 1, 1, 'Rosa', 'admitted', 'n', :now, '{}', '')"
    )
    rows = [person, seminar.format(1, "'NEW111'", "'OLD111'", ":now"), seminar.format(2, "'NEW222'", "NULL", "NULL"), guest]
    with engine.begin() as connection:
        for row in rows:
            connection.execute(text(row), {"now": "2026-09-07 10:00:00"})

    migrations.upgrade(url)
    with engine.connect() as connection:
        carried = connection.execute(text("SELECT code, seminar_id FROM old_code")).all()
        new = connection.execute(text("SELECT environment, code_minutes, code_since FROM seminar WHERE id = 1")).one()
        guests = connection.execute(text("SELECT count(*) FROM guest")).scalar_one()
    migrations.downgrade(url, "0011")
    with engine.connect() as connection:
        back = connection.execute(text("SELECT old_code, old_code_until IS NULL FROM seminar ORDER BY id")).all()
    engine.dispose()

    assert [tuple(row) for row in carried] == [("OLD111", 1)]
    assert tuple(new) == ("Python", 0, None)
    assert guests == 1
    assert [(code, bool(missing)) for code, missing in back] == [("OLD111", False), (None, True)]
