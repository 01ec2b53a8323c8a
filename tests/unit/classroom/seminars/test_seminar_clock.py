"""What happens by the clock, each of it twice."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from classroom.errors import NotFound
from classroom.models import Guest, GuestState, Seat, ServerStart
from classroom.services import guests, kept_work, seminars, server_line
from classroom.services.seminar_progress import State
from tests.support.seminar_room import SECRET, Room, saved


def test_before_the_doors_open_nothing_is_made(room: Room) -> None:
    seminar = room.make(starts_at=room.clock() + timedelta(minutes=16))

    assert room.tick() == 0
    assert room.seats(seminar) == []


def test_seats_are_made_for_everybody_and_some_are_warmed(room: Room) -> None:
    seminar = room.make(capacity=3, prewarm=2)
    room.tick()
    room.serve()
    calls = len(room.hub.calls)
    room.tick()

    seats = room.seats(seminar)
    assert len(seats) == 3
    assert {seat.hub_name for seat in seats} == room.hub.users
    assert all(room.context.homes.read(seat.hub_name, "data-for-all/data.csv", limit=100) == b"a,b\n1,2\n" for seat in seats)
    assert sorted(room.hub.started) == sorted(seat.hub_name for seat in seats[:2])
    assert len(room.hub.calls) == calls, "the second tick asks nothing of the hub"


def test_homes_belong_to_users_far_from_peoples(room: Room) -> None:
    seminar = room.make()
    room.tick()
    seat = room.seats(seminar)[0]

    assert seat.uid > 1_000_000
    if os.geteuid() == 0:
        assert (room.context.homes.root / seat.hub_name).stat().st_uid == seat.uid


def test_a_guest_sits_down_on_a_warm_seat(room: Room) -> None:
    seminar = room.make(prewarm=1)
    room.tick()
    room.serve()
    guest = room.join(seminar)

    assert guest.seat is not None
    assert guest.seat.hub_name == room.hub.started[0]


def test_a_seat_whose_server_runs_goes_before_one_that_is_still_in_line(room: Room) -> None:
    seminar = room.make(prewarm=2)
    room.tick()
    last = room.seats(seminar)[1]
    start = server_line.start_of(room.session, owner=last)
    assert start is not None
    server_line.ready(start, now=room.clock())
    room.session.commit()
    guest = room.join(seminar)

    assert guest.seat is not None
    assert guest.seat.hub_name == last.hub_name


def test_servers_that_are_only_warmed_leave_places_to_people(room: Room) -> None:
    room.make(prewarm=3)
    room.context = replace(room.context, settings=room.context.settings.model_copy(update={"spawn_limit": 2}))
    room.tick()
    room.serve()
    before = len(room.hub.started)
    for _ in range(6):
        room.serve()

    assert (before, len(room.hub.started)) == (1, 3)


def test_after_the_end_nobodys_server_is_started_any_more(room: Room) -> None:
    seminar = room.make(prewarm=1)
    room.tick()
    guest = room.join(seminar)
    assert guest.seat is not None
    server_line.ask(room.session, owner=guest.seat, now=room.clock())
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()
    room.serve()

    assert room.hub.started == []
    assert room.session.query(ServerStart).count() == 0


def test_a_guest_who_is_shown_out_leaves_the_line(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    assert guest.seat is not None
    server_line.ask(room.session, owner=guest.seat, now=room.clock())
    guests.refuse(room.session, guest=guest)
    room.tick()
    room.serve()

    assert (room.hub.started, room.hub.stopped) == ([], [guest.seat.hub_name])


def test_somebody_who_asks_while_their_seat_is_cleared_gets_no_server(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    seat = guest.seat
    assert seat is not None
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)

    def ask_once() -> None:
        if room.hub.calls[-1][0] == "stop":
            with room.context.sessions.begin() as session:
                server_line.ask(session, owner=session.get_one(Seat, seat.id), now=room.clock())

    room.hub.when_asked = ask_once
    room.tick()
    room.hub.when_asked = lambda: None
    room.serve()

    assert room.hub.started == []


def test_a_hub_that_is_away_is_told_to_the_teacher_and_tried_again(room: Room) -> None:
    seminar = room.make()
    room.hub.answers_for = 0
    room.tick()
    assert "does not answer" in (seminar.trouble or "")
    room.hub.answers_for = 10_000
    room.tick()

    assert seminar.trouble is None
    assert all(seat.made_at for seat in room.seats(seminar))


def test_two_workers_never_work_at_one_seminar(room: Room) -> None:
    seminar = room.make()
    seminar.worked_until = room.clock() + timedelta(seconds=30)
    assert room.tick() == 0
    room.clock.forward(seconds=31)

    assert room.tick() == 1, "a worker that died is not waited for"


def test_the_wall_reads_what_was_saved_since_the_last_look(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    room.tick()
    assert guest.progress["exercise-1-two"]["state"] == State.untouched
    room.write(guest, saved(x="x = 3", error=True))
    began = room.clock.forward(minutes=1)
    room.tick()
    room.clock.forward(minutes=5)
    room.tick()

    assert guest.progress["exercise-1-two"] == {"state": "error", "since": began.isoformat(), "by": "notebook"}


def test_a_notebook_that_is_a_link_or_too_large_or_no_notebook_harms_nothing(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    assert guest.seat is not None
    path = room.context.homes.root / guest.seat.hub_name / "data-for-all" / "numbers.ipynb"
    for attack in ("link", "pipe", "large", "junk", "gone"):
        path.unlink(missing_ok=True)
        if attack == "link":
            path.symlink_to("/etc/passwd")
        elif attack == "pipe":
            os.mkfifo(path)
        elif attack != "gone":
            path.write_bytes(b"[" * (6_000_000 if attack == "large" else 100))
        assert room.tick() == 1
        assert (seminar.trouble, guest.progress) == (None, {})


def test_the_end_stops_servers_keeps_work_and_forgets_users(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest, waiting = room.join(seminar), room.join(seminar, "Other")
    room.write(guest, saved(x="x = 2"))
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=14)
    room.tick()
    assert room.hub.users
    assert guest.archived_at is None
    room.clock.forward(minutes=1)
    room.tick()
    calls = len(room.hub.calls)
    room.tick()

    assert room.hub.users == set()
    assert list(room.context.homes.root.iterdir()) == []
    assert seminar.closed_at == room.clock()
    assert waiting.archived_at == room.clock()
    data = kept_work.zip_of(guest, homes=room.context.homes, archives=kept_work.Archives(room.context.settings.archives))
    assert saved(x="x = 2") in kept_work.unpack(data).values()
    assert not guests.may_use_seat(guest)
    assert len(room.hub.calls) == calls


def test_an_end_that_was_interrupted_goes_on(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.hub.answers_for = len(room.hub.calls) + 3
    room.tick()
    assert seminar.closed_at is None
    room.hub.answers_for = 10_000
    room.tick()

    assert seminar.closed_at is not None
    assert guest.archived_at is not None
    assert room.hub.users == set()


def test_too_much_work_to_put_away_stays_in_its_home_until_the_last_day(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    monkeypatch.setattr(kept_work, "MAX_BYTES", 1_000_000)
    room.write(guest, bytes(1_000_001), rel="big.bin")
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()
    assert "1 MB" in (guest.archive_problem or "")
    assert guest.archived_at is not None, "the notebooks are put away"
    assert guest.seat is not None
    assert room.context.homes.exists(guest.seat.hub_name)
    room.clock.forward(days=14)
    room.tick()

    assert not room.context.homes.exists(guest.seat.hub_name)


def test_after_two_weeks_work_and_names_are_deleted(room: Room) -> None:
    seminar = room.make(email_domain="school.example")
    room.tick()
    guest = room.join(seminar, "Rosa Example", email="rosa@school.example")
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()
    room.clock.forward(days=14)
    room.tick()

    assert seminar.removed_at == room.clock()
    assert (guest.name, guest.email, guest.progress) == ("Guest", None, {})
    assert not any(room.context.settings.archives.rglob("*.zip"))
    code = guests.personal_code(guest, SECRET)
    with pytest.raises(NotFound, match="deleted"):
        guests.by_personal_code(room.session, seminar=seminar, text=code, secret=SECRET, address="here", gate=room.gate)
    room.session.commit()
    assert room.tick() == 0


def test_who_is_shown_out_is_forgotten_by_the_hub_and_their_work_kept(room: Room) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    assert guest.seat is not None
    name = guest.seat.hub_name
    guests.refuse(room.session, guest=room.session.get_one(Guest, guest.id))
    room.tick()
    assert name not in room.hub.users
    assert room.context.homes.exists(name)
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()

    assert guest.archived_at is not None


def test_who_waited_at_the_door_until_the_end_is_out(room: Room) -> None:
    seminar = room.make(needs_approval=True)
    guest = room.join(seminar)
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()

    assert guest.state == GuestState.refused
