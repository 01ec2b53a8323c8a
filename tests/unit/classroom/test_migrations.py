"""The migrations make exactly the tables the models describe, may run twice, and go both ways."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from classroom import migrations
from classroom.db import make_engine
from classroom.models import Base


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'portal.sqlite'}"


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
