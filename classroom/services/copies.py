"""Copies in a home of what was there before Homeroom wrote over it: hidden, so that they are not handed in, and not too many."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath

from classroom.errors import Conflict, HomeroomError
from classroom.models import Person
from hub_bridge.homes import Homes, Placed

KEPT = 10
"""Copies of one file that are kept."""
TRIES = 3
SIZE_LIMIT = 50_000_000
"""The largest file that is copied, in bytes: what may be handed in at all."""
_FOLDER = ".homeroom/before"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}(\.\w{1,20})?")


def keep(homes: Homes, person: Person, *, folder: str, path: str, data: bytes, now: datetime) -> str:
    """Put ``data``, which the file ``path`` of the assignment's ``folder`` holds, among its copies; returns the copy's name.

    Raises HomeRefused, HomeFull.
    """
    suffix = PurePosixPath(path).suffix if re.fullmatch(r"\.\w{1,20}", PurePosixPath(path).suffix) else ""
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(data).hexdigest()[:12]}{suffix}"
    homes.place(person.hub_name, f"{folder}/{_FOLDER}/{path}/{name}", data, uid=person.uid)
    homes.thin_out(person.hub_name, f"{folder}/{_FOLDER}/{path}", keep=KEPT, ours=lambda leaf: bool(_NAME.fullmatch(leaf)))
    return name


def read(homes: Homes, person: Person, *, folder: str, path: str, name: str) -> bytes | None:
    """The copy called ``name``; None when it is not there any more. Raises HomeRefused."""
    return homes.read(person.hub_name, f"{folder}/{_FOLDER}/{path}/{name}", limit=SIZE_LIMIT)


def exchange(homes: Homes, person: Person, *, folder: str, path: str, data: bytes, now: datetime) -> str | None:
    """Put ``data`` in the place of what the file holds, and that among the copies; returns the copy's name.

    None when there was nothing to copy. Raises Conflict when somebody writes the file at the same time, HomeRefused, HomeFull.
    """
    rel, name = f"{folder}/{path}", None
    for _ in range(TRIES):
        there = homes.read(person.hub_name, rel, limit=SIZE_LIMIT)
        if there == data:
            return name
        if there is not None:
            name = keep(homes, person, folder=folder, path=path, data=there, now=now)
        over = {hashlib.sha256(there).hexdigest()} if there is not None else set()
        if homes.place(person.hub_name, rel, data, uid=person.uid, over=over) is not Placed.exists:
            return name
    raise Conflict(f"{path} is being saved at this moment. Close it in JupyterLab and try again.")


def gone(path: str) -> HomeroomError:
    """What is said when a copy was wanted that is not there."""
    return HomeroomError(f"The copy of {path} from before the update is not there any more, so nothing was changed.")
