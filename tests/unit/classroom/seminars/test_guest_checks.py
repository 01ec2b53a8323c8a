"""Checks of a guest's notebook: asked for, answered by exercise, shown on the wall."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from classroom.models import Guest, GuestCheck, OutboxMessage, Seminar
from classroom.services import guest_answers, guest_checks, lost_checks, seminar_wall, submissions
from classroom.services.exercise_checks import NOT_REACHED, Run, verdicts
from classroom.services.seminar_progress import State
from classroom.services.work_checks import PATIENCE, TooManyChecks
from tests.support.seminar_room import EXERCISES, Room, saved
from tests.support.work import answered, source_notebook

NOTEBOOK = "numbers.ipynb"


@pytest.fixture
def seminar(room: Room) -> Seminar:
    return room.make()


@pytest.fixture
def rosa(room: Room, seminar: Seminar) -> Guest:
    guest = room.join(seminar)
    room.tick()
    return guest


def ask(room: Room, guest: Guest, work: bytes | None = None) -> GuestCheck:
    if work is not None:
        room.write(guest, work)
    what = guest_checks.work_of(guest, NOTEBOOK)
    taken = submissions.take(what, files=room.context.files, homes=room.context.homes, limits=room.context.settings)
    settings, now = room.context.settings, room.clock()
    return guest_checks.ask(room.session, guest=guest, notebook=NOTEBOOK, manifest=taken, settings=settings, now=now)


def answer(room: Room, check: GuestCheck, **reply: Any) -> bool:
    told = {"status": "checked", "ran": [], **reply}
    return guest_checks.record(room.session, check_id=check.id, reply=told, files=room.context.files, now=room.clock())


def marks(room: Room, seminar: Seminar) -> list[tuple[State, bool]]:
    room.session.expire_all()
    wall = seminar_wall.read(room.session, seminar=seminar, files=room.context.files, now=room.clock())
    return [(mark.state, mark.checked) for mark in wall.rows[0].marks]


def test_a_check_goes_where_students_checks_go_with_the_files_as_given_out(room: Room, seminar: Seminar, rosa: Guest) -> None:
    check = ask(room, rosa, saved(x="x = 2"))

    message = room.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "grader.check_work")).one()
    assert (message.queue, message.arguments["whose"], message.arguments["check_id"]) == ("checks", "guest", check.id)
    assert [file["path"] for file in message.arguments["job"]["source"]] == ["data.csv", NOTEBOOK]
    assert message.arguments["released"] == seminar.files


def test_what_is_found_is_on_the_wall_and_says_that_a_check_found_it(room: Room, seminar: Seminar, rosa: Guest) -> None:
    check = ask(room, rosa, saved(x="x = 2", ran=False))
    assert marks(room, seminar) == [(State.untouched, False)] * 2

    assert answer(room, check, ran=[2, 4, 5, 7])
    assert marks(room, seminar) == [(State.passed, True), (State.untouched, False)]
    assert not answer(room, check), "a second reply changes nothing"


def test_an_error_counts_where_the_exercise_was_begun_and_is_not_told_where_it_was_not(
    room: Room, seminar: Seminar, rosa: Guest
) -> None:
    check = ask(room, rosa, saved(x="x = 3"))
    wrong = [{"notebook": NOTEBOOK, "cell": 5, "message": "AssertionError"}, {"notebook": NOTEBOOK, "cell": 7, "message": "X"}]
    answer(room, check, ran=[2, 4], stumbles=wrong)

    told = guest_answers.answer_of(check, now=room.clock())

    assert marks(room, seminar)[0] == (State.error, True)
    assert [(one.state, one.message) for one in told.questions] == [("fails", "AssertionError"), ("untouched", "")]
    assert [place.cell for place in told.stumbles] == [5]


def test_a_test_that_was_changed_deleted_or_not_reached_passes_nothing() -> None:
    def state(work: bytes, *ran: int) -> tuple[State, str]:
        verdict, _part = verdicts(work, EXERCISES, Run({}, {}, frozenset(ran)))[0]
        return verdict.state, verdict.message

    changed: dict[str, Any] = json.loads(saved(x="x = 3"))
    changed["cells"][4]["source"] = "assert True"
    deleted: dict[str, Any] = json.loads(saved(x="x = 3"))
    del deleted["cells"][4]

    assert state(saved(x="x = 2"), 4, 5) == (State.passed, "")
    assert state(saved(x="x = 2"), 4) == (State.working, NOT_REACHED)
    assert state(json.dumps(changed).encode(), 4, 5)[0] == State.working
    assert state(json.dumps(deleted).encode(), 4, 5)[0] == State.working


def test_tests_in_nbgraders_format_speak_for_their_exercise() -> None:
    def state(word: str) -> State:
        run = Run({"test_x": {"state": word, "message": "no"}}, {}, frozenset())
        verdict, _part = verdicts(answered(), source_notebook(), run)[0]
        return verdict.state

    assert [state(word) for word in ("passes", "fails", "partial", "not_run")] == [
        State.passed,
        State.error,
        State.working,
        State.working,
    ]


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {"status": "checked", "ran": "all", "stumbles": [{"cell": [], "notebook": {}}], "questions": {"a": 1}},
        {"status": ["checked"], "ran": [True, None, 10**30, {}]},
        {"status": "checked", "questions": [{"notebook": NOTEBOOK, "state": ["passes"], "grade_id": 3}, 7, None]},
    ],
)
def test_a_reply_of_any_shape_is_taken_and_paints_nothing_green(room: Room, seminar: Seminar, rosa: Guest, reply: object) -> None:
    check = ask(room, rosa, saved(x="x = 2", ran=False))

    assert guest_checks.record(room.session, check_id=check.id, reply=reply, files=room.context.files, now=room.clock())
    assert guest_answers.answer_of(check, now=room.clock()).sentence
    assert State.passed not in [state for state, _ in marks(room, seminar)]


def test_guests_have_the_pace_of_students_each_their_own(room: Room, seminar: Seminar, rosa: Guest) -> None:
    first = ask(room, rosa, saved(x="x = 1"))
    assert ask(room, rosa).id == first.id, "the same files are not run twice"
    with pytest.raises(TooManyChecks, match="still running"):
        ask(room, rosa, saved(x="x = 2"))

    ben = room.join(seminar, "Ben")
    ask(room, ben)
    answer(room, first)
    for number in range(3, 2 + room.context.settings.checks_at_most):
        answer(room, ask(room, rosa, saved(x=f"x = {number}")))
    with pytest.raises(TooManyChecks, match="Check again in 10 min"):
        ask(room, rosa, saved(x="x = 100"))


def test_a_check_that_got_lost_counts_as_lost_and_the_next_one_goes_ahead(room: Room, rosa: Guest) -> None:
    lost = ask(room, rosa, saved(x="x = 1"))
    room.clock.forward(minutes=PATIENCE / timedelta(minutes=1) + 1)
    assert guest_answers.answer_of(lost, now=room.clock()).state == "lost"

    assert ask(room, rosa).id != lost.id


def test_old_checks_are_forgotten_and_all_of_them_with_the_seminar(room: Room, seminar: Seminar, rosa: Guest) -> None:
    def count() -> int | None:
        return room.session.scalar(select(func.count(GuestCheck.id)))

    answer(room, ask(room, rosa, saved(x="x = 1")))
    guest_checks.forget(room.session, before=room.clock())
    assert count() == 1
    room.session.commit()

    room.clock.forward(days=room.context.settings.seminar_days + 1)
    room.tick()  # closes
    room.tick()  # deletes
    assert count() == 0


def test_a_guests_lost_check_is_sent_again_and_no_students_of_the_same_number_for_it(room: Room, rosa: Guest) -> None:
    check = ask(room, rosa, saved(x="x = 2"))
    wanted = select(OutboxMessage).where(OutboxMessage.task == "grader.check_work").order_by(OutboxMessage.id)
    mine = room.session.scalars(wanted).one()
    mine.sent_at = room.clock()
    students = {**mine.arguments, "whose": "student"}
    room.session.add(
        OutboxMessage(task=mine.task, queue=mine.queue, arguments=students, created_at=room.clock(), sent_at=room.clock())
    )
    room.clock.forward(seconds=70)

    assert lost_checks.send_again(room.session, now=room.clock()) == 1
    last = room.session.scalars(wanted).all()[-1]
    assert (last.arguments["whose"], last.arguments["check_id"]) == ("guest", check.id)
