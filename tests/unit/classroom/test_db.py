"""What the engine does for everybody who uses it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session


def test_what_a_failing_statement_was_given_is_not_in_the_error(session: Session) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("insert into nowhere values (:hash)"), {"hash": "$argon2id$secret"})

    assert "secret" not in str(caught.value)
