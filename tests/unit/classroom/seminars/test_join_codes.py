"""The code on the wall and those before it: replaced by hand and by the clock."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as some
from sqlalchemy import select

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import OldCode, Seminar
from classroom.services import guests, join_codes, seminar_codes, seminars
from classroom.services.guests import Gate
from classroom.services.throttle import TooManyTries
from tests.support.seminar_room import SECRET, Room


@pytest.mark.parametrize("change", [str, str.lower, lambda code: f" {code[:3]}-{code[3:]} "])
def test_the_code_is_understood_however_it_is_typed(room: Room, change: Any) -> None:
    seminar = room.make()

    assert join_codes.by_code(room.session, change(seminar.code), now=room.clock()) is seminar


def test_a_new_code_lets_the_old_one_in_for_ten_minutes_more(room: Room) -> None:
    seminar = room.make()
    old = seminar.code
    join_codes.renew(room.session, seminar=seminar, now=room.clock())

    assert seminar.code != old
    assert join_codes.by_code(room.session, old, now=room.clock()) is seminar
    assert join_codes.by_code(room.session, old, now=room.clock.forward(minutes=11)) is None
    assert join_codes.by_code(room.session, seminar.code, now=room.clock()) is seminar


def test_a_code_ends_with_its_seminar(room: Room) -> None:
    seminar = room.make()

    assert join_codes.by_code(room.session, seminar.code, now=seminar.ends_at) is None


def test_a_code_that_was_replaced_is_given_to_no_other_seminar(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first = room.make()
    old = first.code
    join_codes.renew(room.session, seminar=first, now=room.clock())
    codes = iter([old, first.code, "ZZZZZZ"])
    monkeypatch.setattr(seminar_codes, "new_code", lambda: next(codes))

    assert room.make().code == "ZZZZZZ"


def test_each_code_that_was_replaced_has_its_own_ten_minutes(room: Room) -> None:
    seminar = room.make()
    first = seminar.code
    join_codes.renew(room.session, seminar=seminar, now=room.clock())
    second = seminar.code
    join_codes.renew(room.session, seminar=seminar, now=room.clock.forward(minutes=6))

    assert lets_in(room, seminar, first)
    assert lets_in(room, seminar, second)
    room.clock.forward(minutes=5)
    assert not lets_in(room, seminar, first)
    assert lets_in(room, seminar, second)


def test_codes_that_leaked_are_closed_at_once_and_those_who_are_in_stay_in(room: Room) -> None:
    seminar, other = room.make(), room.make()
    old, elsewhere = seminar.code, other.code
    guest = room.join(seminar)
    join_codes.renew(room.session, seminar=seminar, now=room.clock())
    join_codes.renew(room.session, seminar=other, now=room.clock())
    assert join_codes.old_until(room.session, seminar=seminar, now=room.clock()) == room.clock() + join_codes.GRACE
    for _ in range(2):
        join_codes.close_old(room.session, seminar=seminar)

    assert not lets_in(room, seminar, old)
    assert lets_in(room, seminar, seminar.code)
    assert lets_in(room, other, elsewhere)
    assert join_codes.old_until(room.session, seminar=seminar, now=room.clock()) is None
    assert guests.by_cookie(room.session, slug=seminar.slug, token=guests.cookie_of(guest, SECRET), secret=SECRET) is guest


def test_the_clock_replaces_the_code_while_the_doors_are_open(room: Room) -> None:
    seminar = room.make(starts_at=room.clock() + timedelta(minutes=45), minutes=30, code_minutes=10)
    seen = [seminar.code]
    for _ in range(18):
        room.clock.forward(minutes=5)
        room.tick()
        if seminar.code != seen[-1]:
            seen.append(seminar.code)
            assert lets_in(room, seminar, seen[-2]), "the one before works on"

    assert len(seen) == 5, "at 40, 50, 60 and 70 minutes: the doors open at 30, the end is at 75"
    assert room.session.scalars(select(OldCode.code)).all() == [seen[3]], "what has expired is forgotten"


def test_a_code_that_stays_is_not_replaced(room: Room) -> None:
    seminar = room.make()
    code = seminar.code
    room.clock.forward(minutes=40)
    room.tick()

    assert seminar.code == code
    assert seminar.code_changes_at(room.clock()) is None


def test_two_workers_at_once_replace_a_code_once(room: Room) -> None:
    seminar = room.make(code_minutes=5)
    first = seminar.code
    room.clock.forward(minutes=6)
    with room.context.sessions() as session:
        read_before = session.get_one(Seminar, seminar.id)
        session.expunge(read_before)
    room.tick()
    second = seminar.code
    room.session.commit()

    with room.context.sessions.begin() as session:
        session.add(read_before)
        assert join_codes.is_due(read_before, now=room.clock())
        assert not join_codes.rotate(session, seminar=read_before, now=room.clock())
        assert read_before.code == second != first
    assert room.session.scalars(select(OldCode.code)).all() == [first]


def test_a_new_code_by_hand_begins_the_time_anew(room: Room) -> None:
    seminar = room.make(code_minutes=5)
    room.clock.forward(minutes=4)
    join_codes.renew(room.session, seminar=seminar, now=room.clock())
    code = seminar.code
    room.clock.forward(minutes=4)
    room.tick()

    assert seminar.code == code
    assert seminar.code_changes_at(room.clock()) == room.clock() + timedelta(minutes=1)


def test_a_teacher_turns_it_on_and_off(room: Room) -> None:
    seminar = room.make()
    room.clock.forward(minutes=20)
    join_codes.rotate_every(room.session, seminar=seminar, minutes=10, now=room.clock())
    assert seminar.code_changes_at(room.clock()) == room.clock() + timedelta(minutes=10)
    join_codes.rotate_every(room.session, seminar=seminar, minutes=0, now=room.clock())
    assert seminar.code_changes_at(room.clock()) is None

    for minutes in (-1, 1, 7):
        with pytest.raises(HomeroomError, match="or never"):
            join_codes.rotate_every(room.session, seminar=seminar, minutes=minutes, now=room.clock())
    seminars.end(room.session, seminar=seminar, now=room.clock())
    with pytest.raises(Conflict, match="over"):
        join_codes.rotate_every(room.session, seminar=seminar, minutes=5, now=room.clock())


def test_no_code_is_promised_for_after_the_end(room: Room) -> None:
    seminar = room.make(minutes=45, code_minutes=30)
    assert seminar.code_changes_at(room.clock()) == room.clock() + timedelta(minutes=30)
    room.clock.forward(minutes=31)
    room.tick()

    assert seminar.code_changes_at(room.clock()) is None


def test_a_new_code_is_no_fresh_start_for_who_guesses(room: Room) -> None:
    seminar = room.make()
    for _ in range(3):
        for _ in range(10):
            with pytest.raises(Forbidden, match="out of date"):
                room.join(seminar, code="AAAAAA")
        join_codes.renew(room.session, seminar=seminar, now=room.clock())

    with pytest.raises(TooManyTries):
        room.join(seminar)
    with pytest.raises(TooManyTries):
        guests.find(room.session, code=seminar.code, address="here", gate=room.gate, now=room.clock())


def test_all_codes_of_a_seminar_together_let_a_bounded_number_ask(room: Room) -> None:
    seminar = room.make(capacity=1, needs_approval=True)
    room.gate = Gate(joins=1000)
    for number in range(52):
        if number % 20 == 0:
            join_codes.renew(room.session, seminar=seminar, now=room.clock())
        room.join(seminar)

    with pytest.raises(Conflict, match="Too many people"):
        room.join(seminar)


@pytest.fixture
def day_long(room: Room) -> Seminar:
    """A seminar for all examples of a property; its code is replaced every five minutes."""
    return room.make(minutes=24 * 60, code_minutes=5)


@bounds(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(steps=some.lists(some.tuples(some.integers(0, 7), some.sampled_from(["clock", "renew", "close", "wait"])), max_size=9))
def test_whatever_happens_a_code_works_for_ten_minutes_more_unless_it_was_closed(
    room: Room, day_long: Seminar, steps: list[tuple[int, str]]
) -> None:
    seminar = day_long
    join_codes.close_old(room.session, seminar=seminar)
    until: dict[str, Any] = {}
    for minutes, step in steps:
        room.clock.forward(minutes=minutes)
        before = seminar.code
        if step == "renew":
            join_codes.renew(room.session, seminar=seminar, now=room.clock())
        elif step == "close":
            join_codes.close_old(room.session, seminar=seminar)
            until = dict.fromkeys(until, room.clock())
        elif step == "clock":
            join_codes.rotate(room.session, seminar=seminar, now=room.clock())
        if seminar.code != before:
            until[before] = room.clock() + join_codes.GRACE

        assert lets_in(room, seminar, seminar.code)
        assert {code for code in until if lets_in(room, seminar, code)} == {
            code for code, end in until.items() if end > room.clock()
        }


def lets_in(room: Room, seminar: Seminar, code: str) -> bool:
    """By both ways in: the address of the QR code, and the form."""
    try:
        by_address = guests.find(room.session, code=code, address=code, gate=room.gate, now=room.clock()) is seminar
    except NotFound:
        by_address = False
    by_form = join_codes.lets_in(room.session, seminar=seminar, code=code, now=room.clock())
    assert by_address == by_form
    return by_form
