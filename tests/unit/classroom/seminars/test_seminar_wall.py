"""The wall: sorted by who needs the teacher, with one query."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from classroom.services import guests, seminar_wall, server_line
from classroom.services.seminar_progress import State
from classroom.services.seminar_wall import Ticks
from tests.support.seminar_room import Room

CountQueries = Callable[[], AbstractContextManager[list[str]]]
ONE = "exercise-1-two"


def test_hands_come_first_then_who_is_stuck_then_names(room: Room) -> None:
    seminar = room.make(capacity=10)
    calm, stuck, asking = (room.join(seminar, name) for name in ("Abel", "Zora", "Yuri"))
    seminar_wall.record_check(room.session, guest_id=stuck.id, states={ONE: State.error}, now=room.clock())
    room.session.expire_all()
    guests.raise_hand(room.session, guest=asking, up=True, now=room.clock())
    now = room.clock.forward(minutes=7)

    wall = seminar_wall.read(room.session, seminar=seminar, files=room.context.files, now=now)

    assert [row.name for row in wall.rows] == ["Yuri", "Zora", calm.name]
    assert [row.stuck for row in wall.rows] == [None, 7, None]
    assert wall.rows[0].hand_minutes == 7
    assert wall.hands == 1
    assert wall.counts[0][State.error] == 1


def test_those_at_the_door_and_free_seats_are_told(room: Room) -> None:
    seminar = room.make(needs_approval=True, capacity=2, prewarm=1)
    room.tick()
    guest = room.join(seminar, "Rosa")

    wall = seminar_wall.read(room.session, seminar=seminar, files=room.context.files, now=room.clock())

    assert wall.waiting == [(guest.id, "Rosa")]
    assert (wall.rows, wall.ready, wall.warm) == ([], 2, 1)


def test_servers_that_were_to_run_beforehand_and_did_not_start_are_told_until_their_guest_asks(room: Room) -> None:
    seminar = room.make(capacity=3, prewarm=2)
    room.tick()
    failing = room.seats(seminar)[0]
    start = server_line.start_of(room.session, owner=failing)
    assert start is not None
    server_line.failed(start, reason="The disk is full.", now=room.clock())
    room.session.commit()

    def told() -> tuple[seminar_wall.NotWarmed | None, int]:
        wall = seminar_wall.read(room.session, seminar=seminar, files=room.context.files, now=room.clock())
        return wall.not_warmed, wall.warm

    assert told() == (seminar_wall.NotWarmed(count=1, asked=2, reason="The disk is full"), 1)
    server_line.ask(room.session, owner=failing, now=room.clock())
    assert told() == (None, 2)


def test_a_look_costs_the_same_with_one_guest_and_with_many(room: Room, count_queries: CountQueries) -> None:
    seminar = room.make(capacity=30)

    def cost() -> int:
        room.session.commit()
        with count_queries() as queries:
            seminar_wall.read(room.session, seminar=seminar, files=room.context.files, now=room.clock())
        return len(queries)

    room.join(seminar)
    few = cost()
    for _ in range(20):
        room.join(seminar)

    assert cost() == few


def test_all_who_look_within_a_tick_see_the_same_answer() -> None:
    time, made = [0.0], []
    ticks: Ticks[int] = Ticks(seconds=2, clock=lambda: time[0])

    def make() -> int:
        made.append(1)
        return len(made)

    assert [ticks.get("wall", make) for _ in range(5)] == [1] * 5
    assert ticks.get("another", make) == 2
    time[0] = 2.0
    assert ticks.get("wall", make) == 3
    ticks.forget("wall")
    assert ticks.get("wall", make) == 4
