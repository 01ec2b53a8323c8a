"""The teacher gives out new and corrected files while guests work: nothing of theirs is lost, and everybody has the newest."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from classroom.db import SessionMaker
from classroom.models import Guest, Seat, Seminar
from classroom.services import seats, seminars
from classroom.services.placing import beside
from hub_bridge.homes import Homes
from hub_bridge.keeping import Keeper
from tests.support.seminar_room import EXERCISES, Room, saved
from tests.support.work import cell

CORRECTED = EXERCISES.replace(b"Exercise 2: three", b"Exercise 2: a three")
NOTEBOOK, DATA = "numbers.ipynb", "data.csv"


def with_cells(given: bytes, *added: dict[str, Any]) -> bytes:
    """A version with more cells at its end."""
    made = json.loads(given)
    return json.dumps(made | {"cells": [*made["cells"], *added]}).encode()


def with_ids(given: bytes) -> bytes:
    """The same with cells that are known by their ids, as JupyterLab makes them."""
    made = json.loads(given)
    return json.dumps(made | {"cells": [one | {"id": f"cell-{n}"} for n, one in enumerate(made["cells"])]}).encode()


FOLLOWED = with_cells(CORRECTED, cell("markdown", "## Exercise 3: four"), cell("code", "z = ..."))


def push(room: Room, seminar: Seminar, data: bytes = CORRECTED, path: str = NOTEBOOK) -> None:
    room.clock.forward(minutes=1)
    seminars.push(room.session, seminar=seminar, material={path: data}, files=room.context.files, now=room.clock())
    room.tick()


def texts(room: Room, guest: Guest, path: str = NOTEBOOK) -> list[str]:
    found = json.loads(room.read(guest, f"data-for-all/{path}") or b'{"cells": []}')["cells"]
    return ["".join(one["source"]) for one in found]


def copies(room: Room, guest: Guest, path: str = NOTEBOOK) -> list[bytes | None]:
    """What is kept of the guest's file, newest first."""
    assert guest.seat is not None
    keeper = Keeper(room.context.homes, guest.seat.hub_name, guest.seat.uid, "data-for-all")
    return [keeper.read(path, copy.name) for copy in keeper.copies(path)]


def told(guest: Guest, path: str = NOTEBOOK) -> str | None:
    """What is noted of the last version, about a file that the guest had changed."""
    assert guest.seat is not None
    noted = guest.seat.given[-1]["files"].get(path)
    return str(noted["outcome"]) if noted else None


def laid_beside(room: Room, guest: Guest) -> list[str]:
    return [name for name in room.names(guest) if ".new-" in name]


@pytest.fixture
def seminar(room: Room) -> Seminar:
    made = room.make(capacity=2)
    room.tick()
    return made


@pytest.fixture
def rosa(room: Room, seminar: Seminar) -> Guest:
    """She has solved the first exercise."""
    guest = room.join(seminar, "Rosa")
    room.write(guest, saved(x="x = 2"))
    return guest


def test_a_corrected_notebook_is_merged_with_what_a_guest_wrote_and_replaces_what_nobody_changed(
    room: Room, seminar: Seminar, rosa: Guest
) -> None:
    idle = room.join(seminar, "Idle")
    push(room, seminar)

    assert room.read(idle) == CORRECTED
    found = texts(room, rosa)
    assert (found[3], found[5]) == ("x = 2", "## Exercise 2: a three")
    assert (told(rosa), told(idle)) == ("merged", None)
    assert laid_beside(room, rosa) == laid_beside(room, idle) == []
    assert (copies(room, rosa), copies(room, idle)) == ([saved(x="x = 2")], [])


def test_where_both_changed_a_cell_both_are_there_and_marked(room: Room, seminar: Seminar) -> None:
    given = with_ids(EXERCISES)
    push(room, seminar, given)
    guest = room.join(seminar)
    room.write(guest, given.replace(b"x = ...", b"x = 2"))
    push(room, seminar, given.replace(b"x = ...", b"x = ...  # a number"))

    found = texts(room, guest)
    assert found[3] == "x = ...  # a number"
    assert "Your teacher changed the cell above" in found[4]
    assert found[5] == "x = 2"
    assert guest.seat is not None
    assert guest.seat.given[-1]["files"][NOTEBOOK]["marked"] == 1


def test_the_same_file_given_out_twice_changes_nothing(room: Room, seminar: Seminar, rosa: Guest) -> None:
    push(room, seminar)
    before = (room.read(rosa), copies(room, rosa), seminar.version)
    push(room, seminar)

    assert (room.read(rosa), copies(room, rosa), seminar.version) == before


def test_two_pushes_with_work_in_between_keep_all_of_it(room: Room, seminar: Seminar, rosa: Guest) -> None:
    push(room, seminar)
    room.write(rosa, (room.read(rosa) or b"").replace(b"y = ...", b"y = 3"))
    push(room, seminar, FOLLOWED)

    found = texts(room, rosa)
    assert found == [
        "# Numbers", "import math", "## Exercise 1: two", "x = 2", "assert x == 2", "## Exercise 2: a three", "y = 3",
        "## Exercise 3: four", "z = ...",
    ]  # fmt: skip
    assert len(copies(room, rosa)) == 2


def test_two_pushes_before_the_clock_ticks_are_one_merge_with_the_newest(room: Room, seminar: Seminar, rosa: Guest) -> None:
    seminars.push(room.session, seminar=seminar, material={NOTEBOOK: CORRECTED}, files=room.context.files, now=room.clock())
    push(room, seminar, FOLLOWED)

    assert texts(room, rosa)[-1] == "z = ..."
    assert len(copies(room, rosa)) == 1


def test_a_push_that_takes_the_one_before_back_gives_the_first_text_again(room: Room, seminar: Seminar, rosa: Guest) -> None:
    push(room, seminar)
    push(room, seminar, EXERCISES)

    assert texts(room, rosa)[3:6] == ["x = 2", "assert x == 2", "## Exercise 2: three"]


def test_an_old_copy_saved_over_the_merged_one_is_merged_with_the_next_push(room: Room, seminar: Seminar, rosa: Guest) -> None:
    push(room, seminar)
    room.write(rosa, saved(x="x = 1 + 1"))
    push(room, seminar, FOLLOWED)

    found = texts(room, rosa)
    assert (found[3], found[5], found[-1]) == ("x = 1 + 1", "## Exercise 2: a three", "z = ...")


def test_a_data_file_that_was_changed_stays_and_the_new_one_lies_beside(room: Room, seminar: Seminar, rosa: Guest) -> None:
    idle = room.join(seminar, "Idle")
    room.write(rosa, b"mine\n", rel="data-for-all/data.csv")
    push(room, seminar, b"a,b\n3,4\n", DATA)

    new = beside(DATA, next(entry["sha256"] for entry in seminar.files if entry["path"] == DATA))
    assert room.read(rosa, "data-for-all/data.csv") == b"mine\n"
    assert room.read(rosa, f"data-for-all/{new}") == b"a,b\n3,4\n"
    assert room.read(idle, "data-for-all/data.csv") == b"a,b\n3,4\n"
    assert (told(rosa, DATA), told(rosa), told(idle, DATA)) == ("beside", None, None)

    push(room, seminar, b"more\n", "more.csv")
    assert laid_beside(room, rosa) == [f"data-for-all/{new}"]
    assert told(rosa, DATA) is None, "the second version brought nothing new of it"


@pytest.mark.parametrize("broken", [b'{"cells": [', b""])
def test_of_a_notebook_that_a_guest_broke_the_new_one_lies_beside(
    room: Room, seminar: Seminar, rosa: Guest, broken: bytes
) -> None:
    room.write(rosa, broken)
    push(room, seminar)

    assert room.read(rosa) == broken
    [new] = laid_beside(room, rosa)
    assert room.read(rosa, new) == CORRECTED
    assert rosa.seat is not None
    assert rosa.seat.given[-1]["files"][NOTEBOOK]["reason"].startswith("Your file could not be read as a notebook.")


def test_a_broken_notebook_that_was_mended_is_merged_with_the_next_push(room: Room, seminar: Seminar, rosa: Guest) -> None:
    room.write(rosa, b"broken")
    push(room, seminar)
    room.write(rosa, saved(x="x = 2"))
    push(room, seminar, FOLLOWED)

    assert (texts(room, rosa)[3], texts(room, rosa)[-1]) == ("x = 2", "z = ...")


def test_a_file_that_a_guest_deleted_comes_with_the_push(room: Room, seminar: Seminar, rosa: Guest) -> None:
    assert rosa.seat is not None
    (room.context.homes.root / rosa.seat.hub_name / "data-for-all" / NOTEBOOK).unlink()
    push(room, seminar)

    assert room.read(rosa) == CORRECTED
    assert told(rosa) is None


def test_a_new_file_whose_name_a_guest_uses_already_lies_beside(room: Room, seminar: Seminar, rosa: Guest) -> None:
    room.write(rosa, saved(x="x = 7"), rel="data-for-all/extra.ipynb")
    push(room, seminar, EXERCISES, "extra.ipynb")

    assert room.read(rosa, "data-for-all/extra.ipynb") == saved(x="x = 7")
    assert len(laid_beside(room, rosa)) == 1
    assert told(rosa, "extra.ipynb") == "beside"


def test_who_joins_after_the_push_has_the_newest_and_a_later_push_is_merged_with_it(room: Room, seminar: Seminar) -> None:
    push(room, seminar)
    late = room.join(seminar, "Late")
    assert room.read(late) == CORRECTED
    room.write(late, CORRECTED.replace(b"x = ...", b"x = 2"))
    push(room, seminar, FOLLOWED)

    found = texts(room, late)
    assert (found[3], found[5], found[-1]) == ("x = 2", "## Exercise 2: a three", "z = ...")


def test_a_seat_that_is_made_after_the_push_was_given_the_newest_alone(room: Room) -> None:
    seminar = room.make(capacity=1)
    push(room, seminar)

    [seat] = room.seats(seminar)
    assert [one["version"] for one in seat.given] == [2]
    assert room.read(room.join(seminar)) == CORRECTED


def test_seats_made_before_it_was_noted_had_their_version(room: Room, seminar: Seminar, rosa: Guest) -> None:
    room.session.execute(update(Seat).values(given=[]))
    room.session.commit()
    push(room, seminar)
    room.write(rosa, b"broken")
    push(room, seminar, FOLLOWED)
    room.write(rosa, saved(x="x = 22"))
    push(room, seminar, FOLLOWED.replace(b"z = ...", b"z = 0"))

    assert rosa.seat is not None
    assert [one["version"] for one in rosa.seat.given] == [1, 2, 3, 4]
    assert (texts(room, rosa)[3], texts(room, rosa)[-1]) == ("x = 22", "z = 0")


class LostWorker(Exception):
    pass


def test_a_worker_that_was_lost_after_the_merge_is_repeated_without_a_trace(
    room: Room, seminar: Seminar, rosa: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_args: object, **_more: object) -> None:
        raise LostWorker

    with monkeypatch.context() as broken:
        broken.setattr(seats, "note", lost)
        push(room, seminar)
    assert rosa.seat is not None
    assert rosa.seat.version == 1
    before = (room.read(rosa), copies(room, rosa))
    assert texts(room, rosa)[5] == "## Exercise 2: a three"
    room.clock.forward(minutes=1)
    room.tick()

    assert (room.read(rosa), copies(room, rosa)) == before
    assert (rosa.seat.version, told(rosa)) == (2, "merged"), "what the lost one did is told"


def test_delivering_again_keeps_what_was_noted(room: Room, seminar: Seminar, rosa: Guest) -> None:
    room.write(rosa, b"mine\n", rel="data-for-all/data.csv")
    push(room, seminar)
    push(room, seminar, b"new\n", DATA)
    assert rosa.seat is not None
    noted = rosa.seat.given
    parcel = seats.pack(seminar, files=room.context.files, now=room.clock.forward(minutes=1))
    again = seats.deliver(rosa.seat, parcel=parcel, homes=room.context.homes)

    assert again == noted
    assert len(laid_beside(room, rosa)) == 1


class SavedMeanwhile(Homes):
    """A guest saves at the moment after the notebook was read for merging."""

    def __init__(self, homes: Homes, data: bytes, uid: int) -> None:
        super().__init__(homes.root)
        self.data: bytes | None = data
        self.uid = uid

    def read(self, name: str, rel: str, *, limit: int) -> bytes | None:
        found = super().read(name, rel, limit=limit)
        if self.data and found == saved(x="x = 2") and limit > 10_000_000:
            data, self.data = self.data, None
            super().place(name, rel, data, uid=self.uid, replace=True)
        return found


def test_what_is_saved_at_the_same_moment_is_merged_as_saved(room: Room, seminar: Seminar, rosa: Guest) -> None:
    assert rosa.seat is not None
    homes = SavedMeanwhile(room.context.homes, saved(x="x = 2", y="y = 3"), rosa.seat.uid)
    room.context = replace(room.context, homes=homes)
    push(room, seminar)

    found = texts(room, rosa)
    assert (found[3], found[5], found[6]) == ("x = 2", "## Exercise 2: a three", "y = 3")


def test_a_guest_whose_home_takes_nothing_holds_up_nobody_and_is_told_to_the_teacher(
    room: Room, seminar: Seminar, rosa: Guest
) -> None:
    other = room.join(seminar, "Other")
    assert rosa.seat is not None
    folder = room.context.homes.root / rosa.seat.hub_name / "data-for-all"
    away = folder.rename(folder.with_name("away"))
    folder.symlink_to("/etc")
    push(room, seminar)
    assert room.read(other) == CORRECTED
    assert (seminar.trouble or "").startswith("Rosa could not be given the new files: data-for-all/")
    assert "It is tried again." in (seminar.trouble or "")

    folder.unlink()
    away.rename(folder)
    room.tick()
    assert seminar.trouble is None
    assert texts(room, rosa)[5] == "## Exercise 2: a three"


def test_a_link_in_the_notebooks_place_is_neither_followed_nor_replaced(room: Room, seminar: Seminar, rosa: Guest) -> None:
    assert rosa.seat is not None
    path = room.context.homes.root / rosa.seat.hub_name / "data-for-all" / NOTEBOOK
    path.unlink()
    path.symlink_to("/etc/passwd")
    push(room, seminar)

    assert str(path.readlink()) == "/etc/passwd"
    assert len(laid_beside(room, rosa)) == 1


def test_who_makes_a_seat_second_notes_nothing(room: Room, sessions: SessionMaker) -> None:
    seminar = room.make(capacity=1)
    room.tick()
    [seat] = room.seats(seminar)
    before = (seat.version, seat.given, seat.made_at)
    with sessions.begin() as session:
        seats.note(session, {seat.id: [{"version": 9, "at": None, "files": {}}]}, made_at=room.clock.forward(minutes=1))
    room.session.expire_all()

    assert (seat.version, seat.given, seat.made_at) == before
