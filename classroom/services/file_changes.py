"""What a new version did to the notebooks in one home, as the notebook server is told: so an open one can say what happened."""

from typing import TypedDict

from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment, Seminar
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


def of_guests(seminar: Seminar) -> dict[str, FileChange]:
    """The notebooks that the newest version brought or changed, by path; none while there is but the first."""
    if seminar.version == 1:
        return {}
    before, newest = (_digests(version["files"]) for version in seminar.versions[-2:])
    at = seminar.versions[-1]["at"]
    changed = [path for path, sha256 in newest.items() if before.get(path) != sha256]
    return {path: FileChange(how="given", at=at) for path in changed if path.endswith(".ipynb")}


def _digests(manifest: manifests.Manifest) -> dict[str, str]:
    return {entry["path"]: entry["sha256"] for entry in manifest}
