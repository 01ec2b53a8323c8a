"""What the teacher gave out while guests were there, and how it met what they had: for each guest, and counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Seat, Seminar, UpdateOutcome
from classroom.services import manifests
from classroom.services.placing import beside
from classroom.services.seats import given_to


@dataclass(frozen=True, slots=True)
class FileNews:
    """The last that happened to one file. ``outcome`` None: it is in its place as the teacher has it."""

    path: str
    at: datetime
    outcome: UpdateOutcome | None
    marked: int
    """Cells that the guest should look at, in a merged notebook."""
    reason: str
    """Why a notebook could not be merged; empty for others."""
    name: str
    """What the file is called that has the teacher's version: where it lies beside, not ``path``."""

    @property
    def is_notebook(self) -> bool:
        """Whether it may be open in JupyterLab."""
        return self.path.endswith(".ipynb")


@dataclass(frozen=True, slots=True)
class PushCount:
    """How the newest version met the guests who are in, in numbers of them."""

    at: datetime
    """When the teacher gave it out."""
    guests: int
    have: int
    """Those whose home has it. The clock brings it to the others."""
    merged: int
    marked: int
    """Of the merged, those where both had changed the same cell."""
    beside: int


def of_seat(seat: Seat, seminar: Seminar, *, since: datetime) -> list[FileNews]:
    """What came into the seat's home after ``since``, by file: the newest first."""
    newest = {one.path: one for one in _all(seat, seminar)}
    return sorted((one for one in newest.values() if one.at > since), key=lambda one: (-one.at.timestamp(), one.path))


def count(session: Session, *, seminar: Seminar) -> PushCount | None:
    """One query, however many guests there are. None while nobody is in, or nothing was given out after the first version."""
    if seminar.version == 1:
        return None
    taken = (Seat.seminar_id == seminar.id, Seat.guest_id.is_not(None), Seat.made_at.is_not(None), Seat.closed_at.is_(None))
    rows = session.execute(select(Seat.version, Seat.given).where(*taken)).all()
    met = [given[-1]["files"].values() if given else () for version, given in rows if version == seminar.version]
    outcomes = [{told["outcome"] for told in files} for files in met]
    if not rows:
        return None
    return PushCount(
        at=datetime.fromisoformat(seminar.versions[-1]["at"]),
        guests=len(rows),
        have=len(met),
        merged=sum(UpdateOutcome.merged in found for found in outcomes),
        marked=sum(any(told["marked"] for told in files) for files in met),
        beside=sum(UpdateOutcome.beside in found for found in outcomes),
    )


def _all(seat: Seat, seminar: Seminar) -> Iterator[FileNews]:
    """Every change since the seat was made, the oldest first."""
    digests = [manifests.digests(version["files"]) for version in seminar.versions]
    given = given_to(seat)
    for before, entry in pairwise(given):
        old, new = digests[before["version"] - 1], digests[entry["version"] - 1]
        came = {path for path, sha256 in new.items() if old.get(path) != sha256}
        for path in sorted(came | entry["files"].keys()):
            yield _news(path, new.get(path, ""), entry["files"].get(path), entry["at"])


def _news(path: str, sha256: str, told: dict[str, Any] | None, at: str) -> FileNews:
    if told is None:
        return FileNews(path, datetime.fromisoformat(at), None, 0, "", PurePosixPath(path).name)
    outcome = UpdateOutcome(told["outcome"])
    lies_at = beside(path, sha256) if outcome is UpdateOutcome.beside else path
    moment = datetime.fromisoformat(told["at"])
    return FileNews(path, moment, outcome, told["marked"], told["reason"], PurePosixPath(lies_at).name)
