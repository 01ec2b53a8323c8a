"""One file of a release on its way into one home, and what becomes of it where something is there already.

What nobody touched is replaced. A notebook that the student changed is merged with the new one, cell by cell. Any other file
stays as the student has it, and ours is put beside it. The same holds for a seminar's guests: there a version is what a release
is to students.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from classroom.models import UpdateOutcome
from grader.files import FileStore, MissingFile
from grader.merging import Merged, Unmergeable, merge, origin_of, release_of
from grader.reading import SIZE_LIMIT
from hub_bridge.homes import HomeRefused, Placed
from hub_bridge.keeping import Keeper

_TRIES = 3
_RESTLESS = "The file was being saved again and again while the new version came."


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is delivered: read once, for everyone. ``release_id``: of students' files the release's, of guests' the version's."""

    release_id: int
    folder: str
    contents: dict[str, bytes]
    digests: dict[int, dict[str, str]]
    """For each release of the assignment: sha256 by path."""
    names: dict[str, int]
    """The release of each digest."""
    files: FileStore
    now: datetime

    def has_versions(self, path: str) -> bool:
        """Whether it was not always the same in every release that had it."""
        return len({digests.get(path) for digests in self.digests.values()} - {None}) > 1


@dataclass(slots=True)
class History:
    """What one home was given before, oldest first, and what became of files that met a changed one."""

    received: list[int] = field(default_factory=list)
    outcomes: dict[tuple[int, str], UpdateOutcome] = field(default_factory=dict)

    def plain(self, parcel: Parcel, path: str) -> list[str]:
        """The versions of ``path`` that were put into the home as they are, the newest first, each once: their sha256."""
        apart = {UpdateOutcome.merged, UpdateOutcome.beside, UpdateOutcome.undone}
        plain = [one for one in self.received if path in parcel.digests[one] and self.outcomes.get((one, path)) not in apart]
        return list(dict.fromkeys(parcel.digests[one][path] for one in reversed(plain)))


@dataclass(frozen=True, slots=True)
class Update:
    """What became of a file that the student had changed; see models.FileUpdate."""

    path: str
    outcome: UpdateOutcome
    changes: list[dict[str, Any]] = field(default_factory=list)
    marked: int = 0
    reason: str = ""
    kept_as: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one file. ``stayed``: the student's version is in its place, and nothing of ours came into it now.

    ``says_merged``: it says that it has this release in it already, perhaps from a delivery that was not noted any more.
    """

    stayed: bool = False
    update: Update | None = None
    says_merged: bool = False


def beside(path: str, sha256: str) -> str:
    """The name under which our version of a file lies beside the student's."""
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}.new-{sha256[:8]}{pure.suffix}"))


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody's home when a parcel comes. What touches the home raises HomeRefused and HomeFull."""

    keeper: Keeper
    """Whose home it is, and the parcel's folder in it."""
    parcel: Parcel
    history: History

    def take(self, path: str) -> Arrival:
        """Bring one file of the parcel into the home."""
        data, ours = self.parcel.contents[path], self._ours(path)
        untouched = {digests[path] for digests in self.parcel.digests.values() if path in digests} - {ours}
        if self._put(path, data, over=untouched) is not Placed.exists or self._holds(path, data):
            return Arrival()
        if not path.endswith(".ipynb"):
            return self._lay_beside(path)
        if self._has_had(path):
            return Arrival(stayed=True)
        try:
            return self._merge(path)
        except Unmergeable as error:
            return self._lay_beside(path, error.sentence)
        except HomeRefused as error:
            return self._lay_beside(path, str(error))

    def _has_had(self, path: str) -> bool:
        """Whether there is nothing to bring: they took this version back, or were given it and there never was another."""
        if self.history.outcomes.get((self.parcel.release_id, path)) is UpdateOutcome.undone:
            return True
        return not self.parcel.has_versions(path) and any(path in self.parcel.digests[one] for one in self.history.received)

    def _merge(self, path: str) -> Arrival:
        parcel, data = self.parcel, self.parcel.contents[path]
        for _ in range(_TRIES):
            theirs = self.keeper.homes.read(self.keeper.name, self._at(path), limit=SIZE_LIMIT)
            if theirs is None:
                self._put(path, data)
                return Arrival()
            base = self._base(path, theirs)
            if base == self._ours(path):
                return Arrival(stayed=True, says_merged=parcel.names.get(release_of(theirs) or "") == parcel.release_id)
            merged = self._merged(base, theirs, data)
            over = {hashlib.sha256(theirs).hexdigest()}
            if name := self.keeper.replace_version(path, merged.data, over=over, now=parcel.now):
                changes = [{"kind": change.kind.value, "cell": change.cell} for change in merged.changes]
                marked = sum(change.is_marked for change in merged.changes)
                return Arrival(update=Update(path, UpdateOutcome.merged, changes, marked, kept_as=name))
        raise Unmergeable(_RESTLESS)

    def _base(self, path: str, theirs: bytes) -> str:
        """The sha256 of the version that the student's file came from.

        A merged file says itself which release is in it: so it may be an older copy that a student put back, or that an open
        JupyterLab saved over a newer one. What it says is only ever used for that student's own file. One that says nothing came
        from one of those that were put there as they are; JupyterLab may have saved an older one over the newest, so its lines
        are asked.
        """
        parcel = self.parcel
        named = parcel.names.get(release_of(theirs) or "")
        if named and path in parcel.digests[named]:
            return parcel.digests[named][path]
        plain = self.history.plain(parcel, path)
        if not plain:
            raise Unmergeable("You had a file of that name before there was one from your teacher.")
        return plain[0] if len(plain) == 1 else plain[origin_of(theirs, [self._given(one) for one in plain])]

    def _merged(self, base: str, theirs: bytes, new: bytes) -> Merged:
        parcel = self.parcel
        name = next(digest for digest, release_id in parcel.names.items() if release_id == parcel.release_id)
        return merge(self._given(base), theirs, new, release=name)

    def _given(self, sha256: str) -> bytes:
        try:
            return self.parcel.files.get(sha256)
        except MissingFile as error:
            raise Unmergeable("The version that you were given before is not in the store any more.") from error

    def _lay_beside(self, path: str, reason: str = "") -> Arrival:
        ours = self._ours(path)
        if any(self.parcel.digests[release_id].get(path) == ours for release_id in self.history.received):
            return Arrival(stayed=True)
        self._put(beside(path, ours), self.parcel.contents[path])
        return Arrival(stayed=True, update=Update(path, UpdateOutcome.beside, reason=reason))

    def _put(self, path: str, data: bytes, over: Collection[str] = ()) -> Placed:
        keeper = self.keeper
        return keeper.homes.place(keeper.name, self._at(path), data, uid=keeper.uid, over=over)

    def _holds(self, path: str, data: bytes) -> bool:
        return self.keeper.homes.holds(self.keeper.name, self._at(path), data)

    def _at(self, path: str) -> str:
        return f"{self.keeper.folder}/{path}"

    def _ours(self, path: str) -> str:
        return self.parcel.digests[self.parcel.release_id][path]
