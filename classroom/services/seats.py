"""What a seat is made of: a hub user, a home and the seminar's files. Making one twice changes nothing.

New versions of the files come by the rules of students' updates (services/placing.py): nothing that a guest wrote is lost.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from classroom.models import Seat, Seminar, UpdateOutcome
from classroom.services import manifests
from classroom.services.placing import Arrival, History, Parcel, Recipient, Update
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from hub_bridge.keeping import Keeper

Given = list[dict[str, Any]]
"""What one seat was given; see models.Seat.given."""


def pack(seminar: Seminar, *, files: FileStore, now: datetime) -> Parcel:
    """The newest version of a seminar's files: read once, for all seats. Raises Unavailable when the store has lost a file."""
    versions = dict(enumerate((version["files"] for version in seminar.versions), start=1))
    return Parcel(
        release_id=seminar.version,
        folder=seminar.folder,
        contents=manifests.load(files, seminar.files),
        digests={number: manifests.digests(manifest) for number, manifest in versions.items()},
        names={manifests.digest(manifest): number for number, manifest in versions.items()},
        files=files,
        now=now,
    )


def make(seats: Collection[Seat], *, parcel: Parcel, hub: HubClient, homes: Homes) -> dict[int, Given]:
    """Make hub users, homes and files of these seats; returns what each was given, by its id.

    Raises HubError, HomeRefused, HomeFull; then it is done again.
    """
    hub.ensure_users(seat.hub_name for seat in seats)
    given = {}
    for seat in seats:
        homes.ensure(seat.hub_name, seat.uid)
        given[seat.id] = deliver(seat, parcel=parcel, homes=homes)
    return given


def deliver(seat: Seat, *, parcel: Parcel, homes: Homes) -> Given:
    """Put the parcel into the seat's home; returns what the seat was given, this the last. Raises HomeRefused, HomeFull."""
    known = given_to(seat)
    recipient = Recipient(Keeper(homes, seat.hub_name, seat.uid, parcel.folder), parcel, _history(known))
    arrivals = {path: recipient.take(path) for path in parcel.contents}
    before = [one for one in known if one["version"] != parcel.release_id]
    same = [one for one in known if one["version"] == parcel.release_id] or [_entry(parcel.release_id, parcel.now)]
    return [*before, same[0] | {"files": _told(arrivals, same[0]["files"], parcel.now)}]


def given_to(seat: Seat) -> Given:
    """What the seat was given so far. Seats of earlier releases of Homeroom say of it only which version was the last."""
    if seat.given or not seat.version:
        return list(seat.given or [])
    return [_entry(seat.version, seat.made_at)]


def note(session: Session, given: Mapping[int, Given], *, made_at: datetime | None = None) -> None:
    """Write down what seats were given, and when they were made.

    Nothing of a seat that somebody else made meanwhile, or that has a newer version by now.
    """
    for seat_id, one in given.items():
        values: dict[str, Any] = {"version": one[-1]["version"], "given": one}
        wanted = update(Seat).where(Seat.id == seat_id, Seat.version <= values["version"])
        if made_at is not None:
            wanted, values = wanted.where(Seat.made_at.is_(None)), {**values, "made_at": made_at}
        session.execute(wanted.values(values).execution_options(synchronize_session=False))


def _history(given: Given) -> History:
    outcomes = {(one["version"], path): UpdateOutcome(told["outcome"]) for one in given for path, told in one["files"].items()}
    return History([one["version"] for one in given], outcomes)


def _entry(version: int, at: datetime | None) -> dict[str, Any]:
    return {"version": version, "at": at and at.isoformat(), "files": {}}


def _told(arrivals: Mapping[str, Arrival], known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What became of changed files. Some may have been merged by a worker that was lost before it noted that: these say so."""
    lost = {path: Update(path, UpdateOutcome.merged) for path, arrival in arrivals.items() if arrival.says_merged}
    found = {path: arrival.update for path, arrival in arrivals.items() if arrival.update}
    at = now.isoformat()
    words = {
        path: {"outcome": one.outcome, "at": at, "marked": one.marked, "reason": one.reason}
        for path, one in {**lost, **found}.items()
        if path in found or path not in known
    }
    return {**known, **words}
