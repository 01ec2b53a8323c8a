"""Earlier states of a student's files, which their home keeps: listed beside what is there now, and brought back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Assignment, Enrolment, Submission
from classroom.services import snapshots
from classroom.services.updates import Exchange
from grader.reading import UnreadableNotebook, read_notebook
from hub_bridge.homes import HomeRefused, Homes
from hub_bridge.keeping import Copy, Keeper

COMPARED, COMPARED_TOGETHER = 5_000_000, 30_000_000
"""Bytes of the largest file whose states are compared, and of all that one page compares: what they hold is up to students."""


@dataclass(frozen=True, slots=True)
class State:
    """A copy beside the file as it is now. ``lines``: what it has and the file lacks, in its order; None where nobody can say."""

    name: str
    kept_at: datetime
    is_now: bool
    lines: list[str] | None


@dataclass(frozen=True, slots=True)
class EarlierStates:
    """One file and its copies, newest first."""

    path: str
    copies: list[State]


def known_paths(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[str]:
    """Every file that Homeroom may have replaced here: those of the release, and those that this student handed in."""
    mine = select(Submission.files).where(Submission.enrolment_id == enrolment.id, Submission.assignment_id == assignment.id)
    released = assignment.release.release_files if assignment.release else []
    return sorted({entry["path"] for files in [released, *session.scalars(mine)] for entry in files})


def find(
    homes: Homes, *, hub_name: str, folder: str, paths: Sequence[str], compared: int = COMPARED_TOGETHER
) -> list[EarlierStates]:
    """The copies there are of these files in ``folder``, by path. What is out of reach has none.

    ``compared`` bounds the bytes that are read to compare them.
    """
    keeper = Keeper(homes, hub_name, None, folder)
    copies = {path: _copies(keeper, path) for path in paths} if homes.exists(hub_name) else {}
    reader = _Reader(keeper, compared)
    return [EarlierStates(path, reader.beside_now(path, mine)) for path, mine in copies.items() if mine]


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


@dataclass(slots=True)
class _Reader:
    """Reads states, until it has read enough."""

    keeper: Keeper
    left: int

    def beside_now(self, path: str, copies: Sequence[Copy]) -> list[State]:
        now = self._read(path, None)
        here = _lines(path, now)
        return [_state(path, copy, self._read(path, copy.name), now, here) for copy in copies]

    def _read(self, path: str, copy: str | None) -> bytes | None:
        """A copy, or the file itself; None for one that is gone, out of reach or too large."""
        limit, keeper = min(COMPARED, self.left), self.keeper
        try:
            if copy is None:
                data = keeper.homes.read(keeper.name, f"{keeper.folder}/{path}", limit=limit)
            else:
                data = keeper.read(path, copy, limit=limit)
        except HomeRefused:
            return None
        self.left -= len(data or b"")
        return data


def _state(path: str, copy: Copy, data: bytes | None, now: bytes | None, here: list[str] | None) -> State:
    there = _lines(path, data)
    lines = None if there is None or here is None else _only_in(there, here)
    return State(copy.name, copy.kept_at, is_now=data is not None and data == now, lines=lines)


def _only_in(there: list[str], here: list[str]) -> list[str]:
    known, only = Counter(here), []
    for line in there:
        if known[line]:
            known[line] -= 1
        else:
            only.append(line)
    return only


def _lines(path: str, data: bytes | None) -> list[str] | None:
    """What somebody typed into a notebook, or the lines of a text, without blank ones; None for anything else."""
    if data is None:
        return None
    try:
        texts = [cell["source"] for cell in read_notebook(data)["cells"]] if path.endswith(".ipynb") else [data.decode()]
    except (UnreadableNotebook, UnicodeDecodeError):
        return None
    return [line for text in texts for line in text.splitlines() if line.strip()]
