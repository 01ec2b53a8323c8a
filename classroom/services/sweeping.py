"""The content store gives back the room of files that nothing refers to any more, such as those of old checks."""

import json
import logging
import re
from datetime import timedelta

from sqlalchemy import JSON, Column, String, select
from sqlalchemy.orm import Session

from classroom.models.base import Base
from classroom.services.operation_context import OperationContext

log = logging.getLogger(__name__)

SPARED = timedelta(days=1)
"""A file put so recently stays whatever the database says: its row may be about to be written."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AT_ONCE = 500


def sweep(context: OperationContext) -> int:
    """Remove files of the content store that no row mentions and that nobody has put for a day; returns how many.

    A database that mentions no file at all has nothing removed.
    """
    before = context.now() - SPARED
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        wanted = mentioned(session)
    if not wanted:  # a new database, or the wrong one: then the files are the only trace of people's work
        return 0
    removed = context.files.sweep(wanted=wanted, before=before.timestamp())
    log.info("content store: %d files mentioned, %d removed", len(wanted), removed)
    return removed


def mentioned(session: Session) -> set[str]:
    """Whatever looks like a sha256 in any row of any table: rather too much than too little, also of tables yet to come."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if _may_mention(column)]
        if columns:
            for row in session.execute(select(*columns), execution_options={"yield_per": _AT_ONCE}):
                found.update(digest for value in row if value for digest in _DIGEST.findall(_text(value)))
    return found


def _may_mention(column: Column[object]) -> bool:
    return isinstance(column.type, JSON | String)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
