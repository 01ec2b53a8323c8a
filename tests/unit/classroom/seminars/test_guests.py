"""Joining, coming back, and being nobody else."""

from datetime import timedelta

import pytest

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import GuestState
from classroom.services import guests, join_codes, seminar_codes, seminars
from classroom.services.guests import Gate
from classroom.services.throttle import TooManyTries
from tests.support.seminar_room import SECRET, Room


def test_a_name_is_enough_for_a_seat(room: Room) -> None:
    guest = room.join(room.make(), "  Rosa   from the third row ")

    assert guest.name == "Rosa from the third row"
    assert guest.state == GuestState.admitted
    assert guest.seat is not None
    assert guest.seat.hub_name.startswith("guest-")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_name_must_be_one(room: Room, name: str) -> None:
    with pytest.raises(HomeroomError, match="name"):
        room.join(room.make(), name)


def test_the_doors_open_a_quarter_of_an_hour_before_the_start_and_close_at_the_end(room: Room) -> None:
    seminar = room.make(starts_at=room.clock() + timedelta(minutes=16))
    with pytest.raises(Conflict, match="not open yet"):
        room.join(seminar)
    room.clock.forward(minutes=1)
    room.join(seminar)
    room.clock.forward(hours=3)
    with pytest.raises(Conflict, match="over"):
        room.join(seminar, "Late")


def test_a_teacher_opens_the_doors_by_hand(room: Room) -> None:
    seminar = room.make(starts_at=room.clock() + timedelta(days=1))
    seminars.open_doors(room.session, seminar=seminar, now=room.clock())

    assert room.join(seminar).seat


def test_two_with_the_same_name_have_a_seat_each(room: Room) -> None:
    seminar = room.make()
    one, other = room.join(seminar), room.join(seminar)

    assert one.seat
    assert other.seat
    assert one.seat.hub_name != other.seat.hub_name
    assert guests.personal_code(one, SECRET) != guests.personal_code(other, SECRET)


def test_there_are_so_many_seats_and_no_more(room: Room) -> None:
    seminar = room.make(capacity=2)
    room.join(seminar)
    room.join(seminar)
    with pytest.raises(Conflict, match="seats are taken"):
        room.join(seminar)


def test_a_passphrase_keeps_others_out_and_tries_are_counted(room: Room) -> None:
    seminar = room.make(passphrase="blue horses")
    room.gate = Gate(joins=100)
    for _ in range(30):
        with pytest.raises(Forbidden, match="passphrase"):
            room.join(seminar, passphrase="red horses")
    with pytest.raises(TooManyTries):
        room.join(seminar, passphrase="blue horses")
    assert room.join(seminar, passphrase="blue horses", address="elsewhere").seat


def test_wrong_codes_are_counted_for_each_address(room: Room) -> None:
    seminar = room.make()
    for _ in range(30):
        with pytest.raises(NotFound):
            guests.find(room.session, code="AAAAAA", address="here", gate=room.gate, now=room.clock())
    with pytest.raises(TooManyTries):
        guests.find(room.session, code=seminar.code, address="here", gate=room.gate, now=room.clock())
    assert guests.find(room.session, code=seminar.code, address="there", gate=room.gate, now=room.clock()) is seminar


def test_joins_from_one_address_are_limited(room: Room) -> None:
    seminar = room.make(capacity=10)
    room.gate = Gate(joins=2)
    room.join(seminar)
    room.join(seminar)
    with pytest.raises(TooManyTries):
        room.join(seminar)


def test_a_form_with_a_code_that_was_replaced_long_ago_lets_nobody_in(room: Room) -> None:
    seminar = room.make()
    old = seminar.code
    join_codes.renew(room.session, seminar=seminar, now=room.clock())
    assert room.join(seminar, code=old).seat
    room.clock.forward(minutes=11)
    with pytest.raises(Forbidden, match="out of date"):
        room.join(seminar, code=old)


@pytest.mark.parametrize("email", ["", "rosa@school.example.evil.org", "@school.example", "r@SCHOOL.org", "a b@school.example"])
def test_where_a_domain_is_set_the_address_must_end_with_it(room: Room, email: str) -> None:
    with pytest.raises(HomeroomError, match=r"school\.example"):
        room.join(room.make(email_domain="@School.example"), email=email)


def test_an_address_of_the_domain_is_kept(room: Room) -> None:
    assert room.join(room.make(email_domain="school.example"), email=" Rosa@School.example ").email == "rosa@school.example"
    assert room.join(room.make(), email="not@asked.for").email is None


def test_with_approval_a_guest_waits_without_a_seat(room: Room) -> None:
    guest = room.join(room.make(needs_approval=True))

    assert (guest.state, guest.seat) == (GuestState.waiting, None)
    guests.admit(room.session, guest=guest, now=room.clock())
    guests.admit(room.session, guest=guest, now=room.clock())
    assert guest.seat is not None


def test_no_more_are_admitted_than_there_are_seats(room: Room) -> None:
    seminar = room.make(needs_approval=True, capacity=1)
    one, other = room.join(seminar), room.join(seminar)
    guests.admit(room.session, guest=one, now=room.clock())
    with pytest.raises(Conflict):
        guests.admit(room.session, guest=other, now=room.clock())


def test_a_code_makes_a_bounded_number_of_rows(room: Room) -> None:
    seminar = room.make(needs_approval=True, capacity=1)
    for number in range(52):
        room.join(seminar, address=f"address {number}")
    with pytest.raises(Conflict, match="Too many people"):
        room.join(seminar, address="one more")


def test_the_cookie_is_the_guests_in_this_seminar_only(room: Room) -> None:
    seminar, other = room.make(), room.make()
    guest = room.join(seminar)
    token = guests.cookie_of(guest, SECRET)

    def who(slug: str, token: str, secret: str = SECRET) -> object:
        return guests.by_cookie(room.session, slug=slug, token=token, secret=secret)

    assert who(seminar.slug, token) is guest
    assert who(other.slug, token) is None
    assert who(seminar.slug, token, "another secret") is None
    number, _, seal = token.partition(".")
    neighbour = room.join(seminar)
    assert who(seminar.slug, f"{neighbour.id}.{seal}") is None
    for wrong in ("", ".", "x", number, f"{number}.", f"{'9' * 50}.{seal}", f"{number}.é", token[:-1]):
        assert who(seminar.slug, wrong) is None


def test_a_cookie_is_no_ticket_and_no_ticket_a_cookie(room: Room) -> None:
    guest = room.join(room.make())
    ticket = guests.make_ticket(room.session, guest=guest, secret=SECRET, now=room.clock())
    cookie = guests.cookie_of(guest, SECRET)

    with pytest.raises(Forbidden):
        guests.use_ticket(room.session, token=f"seat.{cookie}", secret=SECRET, now=room.clock())
    slug = guest.seminar.slug
    assert guests.by_cookie(room.session, slug=slug, token=ticket.removeprefix("seat."), secret=SECRET) is None


def test_a_personal_code_brings_back_to_ones_own_seat(room: Room) -> None:
    seminar = room.make()
    guest, _neighbour = room.join(seminar), room.join(seminar)
    code = guests.personal_code(guest, SECRET)

    def back(text: str) -> object:
        return guests.by_personal_code(room.session, seminar=seminar, text=text, secret=SECRET, address="here", gate=room.gate)

    assert back(code) is guest
    assert back(code.lower().replace("-", " ")) is guest
    for wrong in ("", "1", f"2{code[1:]}", code[:-1] + ("A" if code[-1] != "A" else "B"), "²-ABCD-EFGH"):
        with pytest.raises(NotFound):
            back(wrong)


def test_guessing_a_personal_code_ends_after_ten_tries_from_wherever(room: Room) -> None:
    seminar = room.make()
    guest = room.join(seminar)

    def back(text: str, address: str) -> object:
        return guests.by_personal_code(room.session, seminar=seminar, text=text, secret=SECRET, address=address, gate=room.gate)

    for number in range(10):
        with pytest.raises(NotFound):
            back("1-AAAA-AAAA", f"address {number}")
    with pytest.raises(TooManyTries):
        back(guests.personal_code(guest, SECRET), "another address")


def test_a_ticket_works_once_and_for_a_minute(room: Room) -> None:
    guest = room.join(room.make())
    ticket = guests.make_ticket(room.session, guest=guest, secret=SECRET, now=room.clock())

    assert guests.is_ticket(ticket)
    assert guests.use_ticket(room.session, token=ticket, secret=SECRET, now=room.clock()) is guest
    with pytest.raises(Forbidden):
        guests.use_ticket(room.session, token=ticket, secret=SECRET, now=room.clock())
    late = guests.make_ticket(room.session, guest=guest, secret=SECRET, now=room.clock())
    with pytest.raises(Forbidden):
        guests.use_ticket(room.session, token=late, secret=SECRET, now=room.clock.forward(minutes=1))


@pytest.mark.parametrize("token", ["seat.", "seat.x", "seat.1.", "seat.99999.abc", "seat." + "9" * 60 + ".a"])
def test_a_made_up_ticket_opens_nothing(room: Room, token: str) -> None:
    room.join(room.make())
    with pytest.raises(Forbidden):
        guests.use_ticket(room.session, token=token, secret=SECRET, now=room.clock())


def test_who_is_shown_out_has_no_way_back(room: Room) -> None:
    seminar = room.make()
    guest = room.join(seminar)
    cookie, code = guests.cookie_of(guest, SECRET), guests.personal_code(guest, SECRET)
    ticket = guests.make_ticket(room.session, guest=guest, secret=SECRET, now=room.clock())
    guests.refuse(room.session, guest=guest)

    assert guests.by_cookie(room.session, slug=seminar.slug, token=cookie, secret=SECRET) is None
    with pytest.raises(NotFound):
        guests.by_personal_code(room.session, seminar=seminar, text=code, secret=SECRET, address="a", gate=room.gate)
    with pytest.raises(Forbidden):
        guests.use_ticket(room.session, token=ticket, secret=SECRET, now=room.clock())
    assert not guests.may_use_seat(guest)


def test_a_raised_hand_keeps_its_time(room: Room) -> None:
    guest = room.join(room.make())
    guests.raise_hand(room.session, guest=guest, up=True, now=room.clock())
    first = guest.hand_raised_at
    guests.raise_hand(room.session, guest=guest, up=True, now=room.clock.forward(minutes=2))

    assert guest.hand_raised_at == first
    guests.raise_hand(room.session, guest=guest, up=False, now=room.clock())
    assert guest.hand_raised_at is None


def test_codes_have_no_letters_that_look_alike() -> None:
    assert not set("ILO01") & set(seminar_codes.LETTERS)
    assert len({seminar_codes.new_code() for _ in range(200)}) == 200
