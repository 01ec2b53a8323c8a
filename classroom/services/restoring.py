"""An attempt comes back into the home it was taken from. What is there now is kept; nothing is lost."""

from dataclasses import dataclass
from datetime import datetime

from classroom.models import Submission
from classroom.services import manifests, snapshots
from classroom.services.manifests import Manifest
from grader.files import FileStore
from hub_bridge.homes import Homes
from hub_bridge.keeping import Keeper


@dataclass(frozen=True, slots=True)
class Restoring:
    """What is about to be restored. Plain data, free of the database."""

    hub_name: str
    uid: int
    folder: str
    attempt: int
    files: Manifest
    at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. ``changed``: paths in the assignment's folder that were written; ``kept``: those that there is a copy of."""

    changed: list[str]
    kept: list[str]


def prepare(submission: Submission, *, now: datetime) -> Restoring:
    """What to put back."""
    person = submission.enrolment.person
    return Restoring(
        hub_name=person.hub_name,
        uid=person.uid,
        folder=snapshots.folder(submission.assignment),
        attempt=submission.attempt,
        files=submission.files,
        at=now,
    )


def restore(restoring: Restoring, *, files: FileStore, homes: Homes) -> Restored:
    """Put the attempt's files back. Files that it did not have stay. Again is the same as once.

    Raises Unavailable, HomeRefused, HomeFull; what was moved aside until then is kept, and trying again goes on.
    """
    contents = manifests.load(files, restoring.files)
    homes.ensure(restoring.hub_name, restoring.uid)
    keeper = Keeper(homes, restoring.hub_name, restoring.uid, restoring.folder)
    changed: list[str] = []
    kept: list[str] = []
    for path, data in contents.items():
        if homes.holds(restoring.hub_name, f"{restoring.folder}/{path}", data):
            continue
        changed.append(path)
        if keeper.replace(path, data, now=restoring.at):
            kept.append(path)
    return Restored(changed, kept)
