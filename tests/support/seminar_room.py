"""A seminar as its teacher made it, for tests of what guests do in it."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Guest, Person, Seat, Seminar
from classroom.services import guests, seminar_clock, seminar_material, seminars, server_starts
from classroom.services.guests import Application, Gate
from classroom.services.operation_context import OperationContext
from classroom.services.seminars import Terms
from tests.support.hub_twin import HubTwin
from tests.support.work import Clock, cell, notebook

SECRET = "a secret of the tests"
EXERCISES = notebook(
    cell("markdown", "# Numbers"),
    cell("code", "import math"),
    cell("markdown", "## Exercise 1: two"),
    cell("code", "x = ..."),
    cell("code", "assert x == 2"),
    cell("markdown", "## Exercise 2: three"),
    cell("code", "y = ..."),
)


def saved(*, x: str = "x = ...", ran: bool = True, error: bool = False, y: str = "y = ...") -> bytes:
    """The notebook as a guest saved it."""
    data: dict[str, Any] = json.loads(EXERCISES)
    cells = data["cells"]
    cells[3]["source"], cells[6]["source"] = x, y
    if ran:
        for number in (3, 4):
            cells[number]["execution_count"] = number
    if error:
        cells[4]["outputs"] = [{"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": []}]
    return json.dumps(data).encode()


@dataclass
class Room:
    """The seminar and the outside world it happens in. What it does is committed."""

    session: Session
    context: OperationContext
    clock: Clock
    hub: HubTwin
    teacher: Person
    gate: Gate = field(default_factory=lambda: Gate(joins=100))

    def make(self, **terms: Any) -> Seminar:
        """A seminar that starts in ten minutes."""
        usual: dict[str, Any] = {"title": "Data for all", "minutes": 60, "capacity": 3}
        seminar = seminars.create(
            self.session,
            owner=self.teacher,
            terms=Terms(**{"starts_at": self.clock() + timedelta(minutes=10), **usual, **terms}),
            material=seminar_material.make({"numbers.ipynb": EXERCISES, "data.csv": b"a,b\n1,2\n"}),
            files=self.context.files,
            secret=SECRET,
            most_guests=100,
            offered=self.context.settings.offered_environments,
            now=self.clock(),
        )
        self.session.commit()
        return seminar

    def join(self, seminar: Seminar, name: str = "Rosa", *, code: str | None = None, address: str = "here", **more: str) -> Guest:
        """Somebody joins."""
        application = Application(name=name, code=seminar.code if code is None else code, **more)
        guest = guests.join(
            self.session,
            seminar=seminar,
            application=application,
            secret=SECRET,
            address=address,
            gate=self.gate,
            now=self.clock(),
        )
        self.session.commit()
        return guest

    def tick(self) -> int:
        """The clock ticks, in a worker with sessions of its own; what this session knew is out of date then."""
        self.session.commit()
        done = seminar_clock.tick(self.context)
        self.session.expire_all()
        return done

    def serve(self) -> None:
        """The line for servers is worked off, one round."""
        self.session.commit()
        server_starts.serve(self.context)
        self.session.expire_all()

    def seats(self, seminar: Seminar) -> list[Seat]:
        """All seats, the first made first."""
        found = list(self.session.scalars(select(Seat).where(Seat.seminar_id == seminar.id).order_by(Seat.id)))
        self.session.commit()
        return found

    def write(self, guest: Guest, data: bytes, *, rel: str = "data-for-all/numbers.ipynb") -> None:
        """The guest saves a file."""
        seat = self.seat(guest)
        self.context.homes.place(seat.hub_name, rel, data, uid=seat.uid, replace=True)

    def read(self, guest: Guest, rel: str = "data-for-all/numbers.ipynb") -> bytes | None:
        """What lies in the guest's home."""
        return self.context.homes.read(self.seat(guest).hub_name, rel, limit=10_000_000)

    def names(self, guest: Guest) -> list[str]:
        """All files of the guest's home."""
        tree = self.context.homes.tree(
            self.seat(guest).hub_name, "", max_bytes=10_000_000, max_files=100, skip=lambda _path: False
        )
        return [file.path for file in tree]

    def seat(self, guest: Guest) -> Seat:
        """Where the guest sits."""
        seat = guest.seat
        self.session.commit()  # what was read must not hold up the portal
        assert seat is not None
        return seat
