"""Earlier states of a guest's files, which the home of their seat keeps: listed, and brought back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Seat, Seminar, UpdateOutcome
from classroom.services import earlier_states, seats
from classroom.services.earlier_states import EarlierStates
from classroom.services.updates import Exchange
from hub_bridge.homes import Homes


def find(homes: Homes, *, seat: Seat, seminar: Seminar) -> list[EarlierStates]:
    """The copies there are of the seminar's files, by path."""
    return earlier_states.find(homes, hub_name=seat.hub_name, folder=seminar.folder, paths=_paths(seminar))


def to_bring_back(*, seat: Seat, seminar: Seminar, path: str, copy: str) -> Exchange:
    """What updates.put_back needs to put a copy in the place of the file. Raises HomeroomError for a file that is no such."""
    if path not in _paths(seminar):
        raise HomeroomError("There is no such file in this seminar.")
    return Exchange(seat, seminar.folder, path, copy=copy)


def note_brought_back(session: Session, *, seat: Seat, path: str, now: datetime) -> None:
    """From now on the newest version of the file does not come again by itself; the next one that the teacher gives out does."""
    *before, last = seats.given_to(seat)
    told = {"outcome": UpdateOutcome.undone, "at": now.isoformat(), "marked": 0, "reason": ""}
    seat.given = [*before, last | {"files": last["files"] | {path: told}}]
    session.flush()


def _paths(seminar: Seminar) -> Sequence[str]:
    return sorted({entry["path"] for version in seminar.versions for entry in version["files"]})
