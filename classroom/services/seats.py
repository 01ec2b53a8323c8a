"""What a seat is made of: a hub user, a home and the seminar's files. Making one twice changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

from classroom.models import Seat, Seminar
from classroom.services import manifests
from classroom.services.placing import beside
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import HomeRefused, Homes, Placed


@dataclass(frozen=True, slots=True)
class Kit:
    """What lies in each home of one seminar: read once, for all seats."""

    folder: str
    version: int
    contents: dict[str, bytes]
    digests: list[dict[str, str]]
    """For each version, the oldest first: sha256 by path."""

    @classmethod
    def of(cls, seminar: Seminar, files: FileStore) -> Self:
        """The kit of the newest version. Raises Unavailable when the store has lost a file."""
        digests = [_digests(version["files"]) for version in seminar.versions]
        return cls(seminar.folder, seminar.version, manifests.load(files, seminar.files), digests)


def make(seats: Collection[Seat], *, kit: Kit, hub: HubClient, homes: Homes) -> None:
    """Make hub users, homes and files of these seats. Raises HubError, HomeRefused, HomeFull; then it is done again."""
    hub.ensure_users(seat.hub_name for seat in seats)
    for seat in seats:
        homes.ensure(seat.hub_name, seat.uid)
        deliver(seat, kit=kit, homes=homes)


def deliver(seat: Seat, *, kit: Kit, homes: Homes) -> list[str]:
    """Put the newest version into the seat's home; returns the paths where the guest's own version stayed.

    What the guest changed is never replaced: ours lies beside it then. (Where notebooks are merged cell by cell, this is
    the place.) Raises HomeRefused, HomeFull.
    """
    return [path for path in kit.contents if not _place(seat, kit, homes, path)]


def _place(seat: Seat, kit: Kit, homes: Homes, path: str) -> bool:
    data, ours = kit.contents[path], kit.digests[-1][path]
    earlier = {digests[path] for digests in kit.digests if path in digests} - {ours}
    rel = f"{kit.folder}/{path}"
    if homes.place(seat.hub_name, rel, data, uid=seat.uid, over=earlier) is not Placed.exists:
        return True
    had = kit.digests[seat.version - 1].get(path) if seat.version else None
    if had == ours or _holds(homes, seat, rel, data):
        return True  # they have this version already, changed or not
    homes.place(seat.hub_name, f"{kit.folder}/{beside(path, ours)}", data, uid=seat.uid)
    return False


def _holds(homes: Homes, seat: Seat, rel: str, data: bytes) -> bool:
    try:
        return homes.read(seat.hub_name, rel, limit=len(data)) == data
    except HomeRefused:  # larger, or no plain file: not ours
        return False


def _digests(manifest: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["path"]: entry["sha256"] for entry in manifest}
