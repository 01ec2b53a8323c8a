"""An attempt comes back into the home it was taken from. What is there now is moved aside first; nothing is lost."""

from dataclasses import dataclass
from datetime import datetime

from classroom.models import Submission
from classroom.services import manifests, snapshots
from classroom.services.manifests import Manifest
from grader.files import FileStore
from hub_bridge.homes import Homes
from hub_bridge.keeping import BEFORE, check_room, replace_keeping

KEPT_DEPTH = len(BEFORE.split("/")) + 1


@dataclass(frozen=True, slots=True)
class Restoring:
    """What is about to be restored. Plain data, free of the database."""

    hub_name: str
    uid: int
    folder: str
    attempt: int
    files: Manifest
    what: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. ``changed``: paths in the assignment's folder that were written; ``kept``: where what was there is now."""

    changed: list[str]
    kept: list[str]

    @property
    def kept_in(self) -> str:
        """The folder of what was kept; empty when nothing had to be."""
        return "/".join(self.kept[0].split("/")[:KEPT_DEPTH]) if self.kept else ""


def prepare(submission: Submission, *, now: datetime) -> Restoring:
    """What to put back, and under which name the present state is kept."""
    person = submission.enrolment.person
    return Restoring(
        hub_name=person.hub_name,
        uid=person.uid,
        folder=snapshots.folder(submission.assignment),
        attempt=submission.attempt,
        files=submission.files,
        what=f"{now:%Y-%m-%d-%H%M%S}-restored-attempt-{submission.attempt}",
    )


def restore(restoring: Restoring, *, files: FileStore, homes: Homes) -> Restored:
    """Put the attempt's files back. Files that it did not have stay. Again is the same as once.

    Raises Unavailable, HomeRefused, HomeFull; what was moved aside until then is kept, and trying again goes on.
    """
    contents = manifests.load(files, restoring.files)
    homes.ensure(restoring.hub_name, restoring.uid)
    check_room(homes, restoring.hub_name)
    changed: list[str] = []
    kept: list[str] = []
    for path, data in contents.items():
        rel = f"{restoring.folder}/{path}"
        if homes.holds(restoring.hub_name, rel, data):
            continue
        changed.append(path)
        aside = replace_keeping(homes, restoring.hub_name, rel, data, uid=restoring.uid, what=restoring.what)
        kept += [aside] if aside else []
    return Restored(changed, kept)
