"""Making a seminar, and its code on the wall."""

import json
from datetime import timedelta
from typing import Any

import pytest

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import Person
from classroom.services import join_codes, seminar_material, seminars
from tests.support.seminar_room import SECRET, Room
from tests.support.work import cell, notebook, source_notebook


def test_who_may_not_make_courses_may_not_make_seminars(room: Room) -> None:
    room.teacher.creates_courses = False

    with pytest.raises(Forbidden):
        room.make()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "  "},
        {"minutes": 0},
        {"minutes": 100_000},
        {"capacity": 0},
        {"capacity": 101},
        {"prewarm": -1},
        {"interface": "classic"},
        {"environment": "Elsewhere"},
        {"code_minutes": 7},
        {"email_domain": "not a domain"},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(HomeroomError, match=r"\.$"):
        room.make(**wrong)


def test_one_that_would_be_over_already_is_refused(room: Room) -> None:
    with pytest.raises(HomeroomError, match="over already"):
        room.make(starts_at=room.clock() - timedelta(hours=2))


def test_a_passphrase_is_not_stored(room: Room) -> None:
    seminar = room.make(passphrase="blue horses")

    assert "blue" not in (seminar.passphrase_hash or "")
    assert room.make(passphrase="blue horses").passphrase_hash != seminar.passphrase_hash
    assert not seminars.is_passphrase(seminar, "blue horses", secret="another secret")
    assert seminars.is_passphrase(seminar, " blue horses ", secret=SECRET)
    assert not seminars.is_passphrase(seminar, "", secret=SECRET)
    assert seminars.is_passphrase(room.make(), "anything, where none is set", secret=SECRET)


def test_solutions_are_taken_out_of_what_guests_get() -> None:
    made = seminar_material.make({"growth.ipynb": source_notebook()})

    assert b"x = 2" not in made.files["growth.ipynb"]


def test_the_notebook_that_opens_first_is_the_one_named_or_the_first_on_top() -> None:
    plain = seminar_material.example_files()["first-look.ipynb"]
    files = {"z.ipynb": plain, "a/b.ipynb": plain, "m.ipynb": plain}

    assert seminar_material.make(files).notebook == "m.ipynb"
    assert seminar_material.make(files, notebook="a/b.ipynb").notebook == "a/b.ipynb"
    with pytest.raises(HomeroomError, match="not among the notebooks"):
        seminar_material.make(files, notebook="other.ipynb")
    with pytest.raises(HomeroomError, match="no notebook"):
        seminar_material.make({"data.csv": b"1"})


def test_a_notebook_that_names_no_kernel_gets_one_so_that_no_guest_is_asked() -> None:
    usual = json.loads(notebook(cell("code", "1 + 1"))) | {"nbformat_minor": 4}
    plain = json.dumps(usual | {"metadata": {}}).encode()
    in_r = json.dumps(usual | {"metadata": {"language_info": {"name": "R"}}}).encode()

    made = seminar_material.make({"plain.ipynb": plain, "r.ipynb": in_r})

    assert json.loads(made.files["plain.ipynb"])["metadata"]["kernelspec"]["name"] == "python3"
    assert "kernelspec" not in json.loads(made.files["r.ipynb"])["metadata"]


def test_the_example_is_a_seminar() -> None:
    made = seminar_material.make(seminar_material.example_files())

    assert made.notebook == "first-look.ipynb"
    assert set(made.files) == {"first-look.ipynb", "walks.csv"}


def test_a_seminar_is_its_owners_alone(room: Room) -> None:
    seminar = room.make()
    other = Person(hub_name="otto", display_name="Otto", creates_courses=True, created_at=room.clock())
    room.session.add(other)
    room.session.flush()

    assert seminars.owned(room.session, person=room.teacher, slug=seminar.slug) is seminar
    with pytest.raises(NotFound):
        seminars.owned(room.session, person=other, slug=seminar.slug)
    assert seminars.of_owner(room.session, person=other) == []


def test_what_is_over_can_not_be_changed(room: Room) -> None:
    seminar = room.make()
    seminars.end(room.session, seminar=seminar, now=room.clock())

    for change in (join_codes.renew, seminars.open_doors):
        with pytest.raises(Conflict):
            change(room.session, seminar=seminar, now=room.clock())
    seminars.end(room.session, seminar=seminar, now=room.clock.forward(minutes=5))
    assert seminar.ends_at == room.clock() - timedelta(minutes=5)


def test_more_time_is_added_to_the_end(room: Room) -> None:
    seminar = room.make()
    end = seminar.ends_at
    seminars.prolong(room.session, seminar=seminar, minutes=15, now=room.clock())

    assert seminar.ends_at == end + timedelta(minutes=15)


def test_pushing_the_same_files_again_makes_no_new_version(room: Room) -> None:
    seminar = room.make()

    def push() -> int:
        material = {"extra.csv": b"1\n"}
        return seminars.push(room.session, seminar=seminar, material=material, files=room.context.files, now=room.clock())

    assert push() == 2
    assert push() == 2
    assert [entry["path"] for entry in seminar.files] == ["data.csv", "extra.csv", "numbers.ipynb"]
