"""What the engine does for everybody who uses it."""

import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from classroom.db import make_engine
from classroom.errors import HomeroomError


def test_what_a_failing_statement_was_given_is_not_in_the_error(session: Session) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("insert into nowhere values (:hash)"), {"hash": "$argon2id$secret"})

    assert "secret" not in str(caught.value)


def test_postgresql_is_reached_by_the_driver_we_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_engine("postgresql://tessa@example.org/portal").driver == "psycopg"

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(HomeroomError, match=r"homeroom\[postgresql\]"):
        make_engine("postgresql://tessa@example.org/portal")
