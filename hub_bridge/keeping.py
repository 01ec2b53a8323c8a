"""Replacing a file of a home without losing what was there: that is among the file's copies then, hidden and not too many.

The copies of ``bio1/growth/growth.ipynb`` are in ``.homeroom/before/bio1/growth/growth.ipynb/``, named after the time. Homes
of earlier versions have copies elsewhere, too: those of updates are still found by name, beside the assignment; what was
restored over stays where it is, for its owner.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from hub_bridge.homes import MAX_DEPTH, HomeRefused, Homes, Placed

BEFORE = ".homeroom/before"
"""Where in a home copies are. Hidden, and never part of what is handed in."""

KEPT = 10
"""Copies of one file that are kept; the oldest go."""

SIZE_LIMIT = 50_000_000
"""The largest copy that is read, in bytes: what may be handed in at all."""

_TRIES = 9
"""Times that a file may be saved while it is being replaced. Fewer than copies are kept, so that none of these goes."""
_DEEPEST = MAX_DEPTH - len(BEFORE.split("/")) - 1
"""Parts of a path that its copies' folder is named after; of deeper ones the last so many."""
_NAME = re.compile(r"\d{8}T\d{6}Z-\d-[0-9a-f]{8}(\.\w{1,20})?")
_EARLIER_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}(\.\w{1,20})?")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of one file; ``kept_at`` is when it was replaced."""

    name: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Keeper:
    """What replaces files in the folder ``folder`` (``course/assignment``) of one home. All raise HomeRefused, HomeFull."""

    homes: Homes
    name: str
    uid: int | None
    folder: str

    def replace(self, path: str, data: bytes, *, now: datetime) -> str | None:
        """Put ``data`` in the place of whatever ``path`` is; returns the name of the copy of that.

        None when there was nothing to keep: no file, or this one already. No moment loses anything, also when the owner saves
        meanwhile: what was saved in between is kept, too, and the newest copy's name is returned.
        """
        newest = None
        for number in range(1, _TRIES + 1):
            if self.homes.holds(self.name, f"{self.folder}/{path}", data):
                return newest
            done, copy = self._exchange(path, data, number, now)
            newest = copy or newest
            if done:
                self._thin_out(path)
                return newest
        raise HomeRefused(f"{path} is being saved all the time. Close it in JupyterLab and try again.")

    def replace_version(self, path: str, data: bytes, *, over: Collection[str], now: datetime) -> str | None:
        """The same once, and only where the sha256 of what is there is one of ``over``; None when it is not (any more)."""
        done, copy = self._exchange(path, data, 1, now, over=over)
        if done:
            self._thin_out(path)
        return copy if done else None

    def keep(self, path: str, data: bytes, *, now: datetime) -> str:
        """Put ``data`` among the copies of a file, which stays as it is; returns the copy's name."""
        copy = self._new_name(path, 1, now)
        self.homes.place(self.name, f"{self._folder_of(path)}/{copy}", data, uid=self.uid)
        self._thin_out(path)
        return copy

    def copies(self, path: str) -> list[Copy]:
        """The copies of a file, newest first."""
        found = [
            name
            for folder, pattern in ((self._folder_of(path), _NAME), (self._earlier_folder_of(path), _EARLIER_NAME))
            for name in self.homes.names(self.name, folder)
            if pattern.fullmatch(name)
        ]
        copies = [Copy(name, datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)) for name in found]
        return sorted(copies, key=lambda copy: copy.name, reverse=True)

    def read(self, path: str, copy: str, *, limit: int = SIZE_LIMIT) -> bytes | None:
        """A copy of a file by its name; None when it is not there any more, or never was."""
        if _NAME.fullmatch(copy):
            return self.homes.read(self.name, f"{self._folder_of(path)}/{copy}", limit=limit)
        if _EARLIER_NAME.fullmatch(copy):
            return self.homes.read(self.name, f"{self._earlier_folder_of(path)}/{copy}", limit=limit)
        return None

    def where(self, path: str) -> str:
        """The folder in the home that has the copies of a file."""
        return self._folder_of(path)

    def _exchange(
        self, path: str, data: bytes, number: int, now: datetime, over: Collection[str] | None = None
    ) -> tuple[bool, str | None]:
        copy = self._new_name(path, number, now)
        placed, is_kept = self.homes.exchange(
            self.name, f"{self.folder}/{path}", data, aside=f"{self._folder_of(path)}/{copy}", uid=self.uid, over=over
        )
        return placed is not Placed.exists, copy if is_kept else None

    def _new_name(self, path: str, number: int, now: datetime) -> str:
        suffix = PurePosixPath(path).suffix
        ending = suffix if re.fullmatch(r"\.\w{1,20}", suffix) else ""
        return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{number}-{secrets.token_hex(4)}{ending}"

    def _thin_out(self, path: str) -> None:
        self.homes.thin_out(self.name, self._folder_of(path), keep=KEPT, ours=lambda leaf: bool(_NAME.fullmatch(leaf)))

    def _folder_of(self, path: str) -> str:
        return "/".join([BEFORE, *f"{self.folder}/{path}".split("/")[-_DEEPEST:]])

    def _earlier_folder_of(self, path: str) -> str:
        return f"{self.folder}/{BEFORE}/{path}"
