"""Releases looked over by a grading worker: it runs the teacher's own solution and the empty version, and says what is wrong."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.messages import GRADING_QUEUE
from classroom.models import Release, ReleaseCheck
from classroom.services import outbox

log = logging.getLogger(__name__)

CHECK_TASK = "grader.check"
PATIENCE = timedelta(minutes=10)
"""Longer than a check takes behind a short queue; then people may ask again, and the page stops asking every two seconds."""
_MOST_PROBLEMS = 200
_LONGEST_TEXT = 2_000


def ask(session: Session, *, release: Release, now: datetime) -> ReleaseCheck:
    """Have a release looked over, again if it was before."""
    check = check_of(session, release=release) or ReleaseCheck(release_id=release.id)
    check.asked_at, check.done_at, check.problems = now, None, []
    session.add(check)
    arguments = {"release_id": release.id, "source": release.source_files, "limits": release.assignment.limits}
    outbox.enqueue(session, task=CHECK_TASK, queue=GRADING_QUEUE, arguments=arguments, now=now)
    session.flush()
    return check


def check_of(session: Session, *, release: Release) -> ReleaseCheck | None:
    """What is known of a release; None when nobody ever asked."""
    return session.scalar(select(ReleaseCheck).where(ReleaseCheck.release_id == release.id))


def is_awaited(check: ReleaseCheck | None, *, now: datetime) -> bool:
    """Whether an answer may still come soon; a message or a worker can get lost."""
    return check is not None and check.done_at is None and now - check.asked_at < PATIENCE


def record(session: Session, *, release_id: int, problems: object, now: datetime) -> bool:
    """Keep what a worker found; False when nobody asked. The same reply again changes nothing."""
    check = session.scalar(select(ReleaseCheck).where(ReleaseCheck.release_id == release_id))
    if check is None:
        return False
    check.done_at, check.problems = now, list(_read(problems))
    log.info("release %d was looked over: %d problems", release_id, len(check.problems))
    return True


def _read(problems: object) -> Iterator[dict[str, Any]]:
    """Problems without trust in the worker, which ran next to student code: only what has the right shape, errors first."""
    entries = [entry for entry in problems if isinstance(entry, dict)] if isinstance(problems, list) else []
    for entry in sorted(entries, key=lambda entry: entry.get("severity") != "error")[:_MOST_PROBLEMS]:
        cell = entry.get("cell")
        yield {
            **{name: str(entry.get(name) or "")[:_LONGEST_TEXT] for name in ("notebook", "grade_id", "message", "cure")},
            "cell": cell if isinstance(cell, int) else None,
            "severity": "error" if entry.get("severity") == "error" else "warning",
        }
