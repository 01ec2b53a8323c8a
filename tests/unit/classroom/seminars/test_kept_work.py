"""What guests take along."""

import pytest
from sqlalchemy import select

from classroom.errors import HomeroomError, NotFound, TooLarge
from classroom.models import Course, Enrolment, Person, Role, Seat
from classroom.services import kept_work, seminar_codes, seminars
from classroom.services.kept_work import Archives
from tests.support.seminar_room import SECRET, Room, saved


@pytest.fixture
def archives(room: Room) -> Archives:
    return Archives(room.context.settings.archives)


def test_a_zip_has_all_of_the_home_but_what_is_hidden(room: Room, archives: Archives) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    room.write(guest, b"mine", rel="feedback/own.txt")
    room.write(guest, b"cache", rel=".cache/x")

    files = kept_work.unpack(kept_work.zip_of(guest, homes=room.context.homes, archives=archives))

    assert set(files) == {"data-for-all/numbers.ipynb", "data-for-all/data.csv", "feedback/own.txt"}


def test_who_has_no_seat_has_nothing_to_take(room: Room, archives: Archives) -> None:
    guest = room.join(room.make(needs_approval=True))
    with pytest.raises(NotFound):
        kept_work.zip_of(guest, homes=room.context.homes, archives=archives)


def test_of_too_much_the_notebooks_are_kept_and_it_is_said(
    room: Room, archives: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    monkeypatch.setattr(kept_work, "MAX_BYTES", 1_000_000)
    room.write(guest, b"x" * 1_000_001, rel="big")
    files = kept_work.unpack(kept_work.zip_of(guest, homes=room.context.homes, archives=archives))
    assert set(files) == {"data-for-all/numbers.ipynb", kept_work.LEFT_OUT}
    assert b"1 MB" in files[kept_work.LEFT_OUT]
    room.write(guest, b"x" * 1_000_001, rel="big.ipynb")
    with pytest.raises(TooLarge, match="1 MB"):
        kept_work.zip_of(guest, homes=room.context.homes, archives=archives)


def test_a_private_link_works_until_its_day_and_a_new_one_ends_it(room: Room) -> None:
    seminar = room.make()
    guest = room.join(seminar)
    assert kept_work.link_token(guest, SECRET, now=room.clock()) is None
    kept_work.make_link(room.session, guest=guest, days=14, now=room.clock())
    token = kept_work.link_token(guest, SECRET, now=room.clock())
    assert token

    assert kept_work.by_link(room.session, token=token, secret=SECRET, now=room.clock()) is guest
    kept_work.make_link(room.session, guest=guest, days=14, now=room.clock())
    with pytest.raises(NotFound):
        kept_work.by_link(room.session, token=token, secret=SECRET, now=room.clock())
    newer = kept_work.link_token(guest, SECRET, now=room.clock()) or ""
    assert guest.link_until
    with pytest.raises(NotFound):
        kept_work.by_link(room.session, token=newer, secret=SECRET, now=guest.link_until)


@pytest.mark.parametrize("token", ["", "1", "1.", "99.abc", "1.é", "x.y"])
def test_a_made_up_link_opens_nothing(room: Room, token: str) -> None:
    room.join(room.make())
    with pytest.raises(NotFound):
        kept_work.by_link(room.session, token=token, secret=SECRET, now=room.clock())


def test_a_cookie_is_no_private_link(room: Room) -> None:
    guest = room.join(room.make())
    kept_work.make_link(room.session, guest=guest, days=1, now=room.clock())
    token = seminar_codes.seal(SECRET, "cookie", guest.id, guest.nonce)
    with pytest.raises(NotFound):
        kept_work.by_link(room.session, token=token, secret=SECRET, now=room.clock())


def test_the_work_moves_into_a_real_account_and_replaces_nothing(room: Room, archives: Archives) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    room.write(guest, saved(x="x = 2"))
    sam = Person(hub_name="sam", display_name="Sam", created_at=room.clock())
    room.session.add(sam)
    room.session.flush()
    homes = room.context.homes
    with pytest.raises(HomeroomError, match="no home folder"):
        kept_work.claim(guest, person=sam, homes=homes, archives=archives)
    homes.ensure("sam", sam.uid)
    folder, files = kept_work.claim(guest, person=sam, homes=homes, archives=archives)
    homes.place("sam", f"{folder}/data-for-all/data.csv", b"my own", uid=sam.uid, replace=True)

    assert files == 2
    assert homes.read("sam", f"{folder}/data-for-all/numbers.ipynb", limit=100_000) == saved(x="x = 2")
    assert kept_work.claim(guest, person=sam, homes=homes, archives=archives) == (folder, 0)
    assert homes.read("sam", f"{folder}/data-for-all/data.csv", limit=100) == b"my own"


def test_a_closed_seminars_work_is_read_from_the_archive(room: Room, archives: Archives) -> None:
    seminar = room.make()
    room.tick()
    guest = room.join(seminar)
    room.write(guest, saved(x="x = 2"))
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()

    files = kept_work.unpack(kept_work.zip_of(guest, homes=room.context.homes, archives=archives))

    assert files["data-for-all/numbers.ipynb"] == saved(x="x = 2")


def test_a_seat_is_in_no_course(room: Room) -> None:
    room.session.add(Course(slug="bio1", title="Biology", created_at=room.clock()))
    seminar = room.make()
    room.tick()
    room.join(seminar)
    names = set(room.session.scalars(select(Seat.hub_name)))

    assert not set(room.session.scalars(select(Person.hub_name))) & names
    assert room.session.scalars(select(Enrolment).where(Enrolment.role == Role.student)).all() == []
