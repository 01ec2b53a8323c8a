"""What a new version did to the notebooks in one home, as the notebook server is told: so an open one can say what happened."""

from typing import TypedDict

from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment
from classroom.services import manifests, updates


class FileChange(TypedDict):
    """``how``: ``given`` as it is, or an UpdateOutcome; ``at``: since when, in ISO 8601."""

    how: str
    at: str


def of_student(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> dict[str, FileChange]:
    """The notebooks of the current release, by path. ``at`` of a given one is when the release was made."""
    release = assignment.release
    if release is None:
        return {}
    given = FileChange(how="given", at=release.created_at.isoformat())
    changed = updates.own_updates(session, enrolment=enrolment, assignment=assignment)
    mine = {row.path: FileChange(how=row.outcome.value, at=row.happened_at.isoformat()) for row in changed}
    return {path: mine.get(path, given) for path in manifests.notebooks(release.release_files)}
