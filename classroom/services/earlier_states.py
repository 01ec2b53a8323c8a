"""Earlier states of a student's files, which their home keeps: listed, and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment, Submission
from classroom.services import snapshots
from classroom.services.updates import Exchange
from hub_bridge.homes import HomeRefused, Homes
from hub_bridge.keeping import Copy, Keeper


@dataclass(frozen=True, slots=True)
class EarlierStates:
    """One file and its copies, newest first."""

    path: str
    copies: list[Copy]


def known_paths(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[str]:
    """Every file that Homeroom may have replaced here: those of the release, and those that this student handed in."""
    mine = select(Submission.files).where(Submission.enrolment_id == enrolment.id, Submission.assignment_id == assignment.id)
    released = assignment.release.release_files if assignment.release else []
    return sorted({entry["path"] for files in [released, *session.scalars(mine)] for entry in files})


def find(homes: Homes, *, hub_name: str, folder: str, paths: Sequence[str]) -> list[EarlierStates]:
    """The copies there are of these files in ``folder``, by path. What is out of reach has none."""
    keeper = Keeper(homes, hub_name, None, folder)
    found = [EarlierStates(path, _copies(keeper, path)) for path in paths] if homes.exists(hub_name) else []
    return [states for states in found if states.copies]


def to_bring_back(session: Session, *, enrolment: Enrolment, assignment: Assignment, path: str, copy: str) -> Exchange:
    """What is needed to put a copy in the place of the file. Raises HomeroomError when the file is none of this assignment's."""
    if path not in known_paths(session, enrolment=enrolment, assignment=assignment):
        raise HomeroomError("There is no such file in this assignment.")
    return Exchange(enrolment.person, snapshots.folder(assignment), path, copy=copy)


def _copies(keeper: Keeper, path: str) -> list[Copy]:
    try:
        return keeper.copies(path)
    except HomeRefused:
        return []
