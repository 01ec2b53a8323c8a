"""What a guest takes along: a zip at any time, a private link that works for a while, a copy in a real account.

While the seat stands, the work is what lies in its home; after that, the zip that was put away when the seminar was closed.
"""

import io
import secrets
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classroom.errors import HomeroomError, NotFound, TooLarge, Unavailable
from classroom.models import Guest, Person, Seminar
from classroom.services import seminar_codes
from grader.files import write_whole
from hub_bridge.homes import HomeRefused, Homes, Placed

MAX_FILES = 2_000
MAX_BYTES = 50_000_000
"""Most that is taken out of a guest's home."""
LEFT_OUT = "what-was-left-out.txt"
"""A note in a zip that does not hold all there was."""
_LINK = "link"


class Archives:
    """Where the zips of closed seminars lie: ``<root>/<seminar id>/<guest id>.zip``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, guest: Guest, data: bytes) -> None:
        """Keep a guest's zip; whole or not at all. Raises OSError."""
        write_whole(self._path(guest), data)

    def get(self, guest: Guest) -> bytes | None:
        """A guest's zip, None when there is none."""
        try:
            return self._path(guest).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, seminar: Seminar) -> None:
        """Delete all zips of a seminar; nothing happens when they are gone."""
        folder = self._root / str(seminar.id)
        if folder.is_dir():
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()

    def _path(self, guest: Guest) -> Path:
        return self._root / str(guest.seminar_id) / f"{guest.id}.zip"


def zip_of(guest: Guest, *, homes: Homes, archives: Archives) -> bytes:
    """The guest's work as a zip. Raises NotFound when there is none any more, TooLarge, Unavailable."""
    if (kept := archives.get(guest)) is not None:
        return kept
    files, _problem = _files(guest, homes)
    return pack(files)


def pack(files: dict[str, bytes]) -> bytes:
    """A zip of these files; equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files in a zip that :func:`pack` made."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(guest: Guest, *, homes: Homes, archives: Archives, now: datetime) -> None:
    """Put the guest's work away. Where it is too much, the problem is noted and the home has to stay. Twice changes nothing."""
    if guest.archived_at is not None:
        return
    problem: str | None = None
    try:
        files, problem = _files(guest, homes)
        archives.put(guest, pack(files))
    except NotFound:
        pass  # they never had a home
    except (TooLarge, Unavailable, OSError) as error:
        guest.archive_problem = str(error)[:500]
        return
    guest.archived_at, guest.archive_problem = now, problem and problem[:500]


def make_link(session: Session, *, guest: Guest, days: int, now: datetime) -> None:
    """Make the guest's private link work, until so many days after the end. A link made before stops working."""
    guest.link_nonce, guest.link_until = secrets.token_hex(16), max(now, guest.seminar.ends_at) + timedelta(days=days)
    session.flush()


def link_token(guest: Guest, secret: str, *, now: datetime) -> str | None:
    """What the private link carries; None when there is none that works."""
    if guest.link_nonce is None or guest.link_until is None or guest.link_until <= now:
        return None
    return seminar_codes.seal(secret, _LINK, guest.id, guest.link_nonce)


def by_link(session: Session, *, token: str, secret: str, now: datetime) -> Guest:
    """The guest whose private link this is, with seminar and seat. Raises NotFound, also when its time is up."""
    wanted = select(Guest).where(Guest.id == (seminar_codes.number_in(token) or 0))
    guest = session.scalar(wanted.options(joinedload(Guest.seminar), joinedload(Guest.seat)))
    known = link_token(guest, secret, now=now) if guest else None
    if guest is None or known is None or not seminar_codes.is_sealed(token, secret, _LINK, guest.id, guest.link_nonce or ""):
        raise NotFound("This private link is not valid, or its time is up.")
    return guest


def claim(guest: Guest, *, person: Person, homes: Homes, archives: Archives) -> tuple[str, int]:
    """Copy the guest's work into a person's home; returns the folder there and how many files came new.

    What the person has there stays. Raises HomeRefused, HomeFull, and what :func:`zip_of` does.
    """
    if not homes.exists(person.hub_name):
        raise HomeroomError("Your account has no home folder yet. It gets one when a teacher adds you to a course.")
    folder = f"seminars/{guest.seminar.slug}"
    files = unpack(zip_of(guest, homes=homes, archives=archives))
    placed = [homes.place(person.hub_name, f"{folder}/{path}", data, uid=person.uid) for path, data in files.items()]
    return folder, sum(one is Placed.written for one in placed)


def _files(guest: Guest, homes: Homes) -> tuple[dict[str, bytes], str | None]:
    """What lies in the guest's home; where that is too much, the notebooks alone and a sentence about the rest."""
    if guest.seat is None or not homes.exists(guest.seat.hub_name):
        raise NotFound("There is no work to take along: you were not in the room yet, or it was deleted.")
    try:
        return _read(homes, guest.seat.hub_name, _is_hidden), None
    except TooLarge as error:
        problem = str(error)
    notebooks = _read(homes, guest.seat.hub_name, _is_no_notebook)
    return {**notebooks, LEFT_OUT: f"Only notebooks are in this zip. {problem}\n".encode()}, problem


def _read(homes: Homes, hub_name: str, skip: Callable[[str], bool]) -> dict[str, bytes]:
    try:
        found = homes.tree(hub_name, "", max_bytes=MAX_BYTES, max_files=MAX_FILES, skip=skip)
    except HomeRefused as error:
        raise TooLarge(str(error)) from error
    except OSError as error:
        raise Unavailable(f"The files could not be read ({error.strerror}). Try again in a minute.") from error
    return {file.path: file.data for file in found}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))


def _is_no_notebook(path: str) -> bool:
    return _is_hidden(path) or not path.endswith((".ipynb", "/"))
