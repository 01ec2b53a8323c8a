from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment, GradeJob, Operation, OperationKind
from classroom.services import release_checks
from tests.support.big_class import BigClass
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/assignments/"


def kinds(session: Session) -> list[OperationKind]:
    session.expire_all()
    return list(session.scalars(select(Operation.kind).order_by(Operation.id)))


def said(browser: PageClient, address: str) -> str:
    return text_of(browser.get(browser.post(address).location))


def test_a_release_is_published_and_on_its_way(tessa: PageClient, lab: Lab, session: Session) -> None:
    lab.release()

    page = said(tessa, f"{HERE}growth/publish")

    assert "Growth is published and on its way." in page
    assert kinds(session) == [OperationKind.deliver]


def test_dates_are_read_on_the_clock_of_the_course(tessa: PageClient, lab: Lab, session: Session) -> None:
    lab.course.timezone = "Europe/Berlin"
    lab.release()

    tessa.post(f"{HERE}growth/", {"title": "Growth!", "opens_at": "", "due_at": "2026-09-30T23:59", "accepts_late": "1"})
    session.expire_all()
    assignment = session.scalars(select(Assignment)).one()
    page = tessa.get(f"{HERE}growth/")

    assert assignment.due_at == datetime(2026, 9, 30, 21, 59, tzinfo=UTC)
    assert (assignment.title, assignment.accepts_late) == ("Growth!", True)
    assert 'value="2026-09-30T23:59"' in page.text
    assert "Europe/Berlin" in text_of(page)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"title": ""}, "needs a title"),
        ({"title": "Growth", "due_at": "soon"}, "is no date and time"),
        ({"title": "Growth", "opens_at": "2026-10-02T10:00", "due_at": "2026-10-01T10:00"}, "must come after"),
    ],
)
def test_wrong_dates_are_refused_and_stay_in_the_form(
    typed: dict[str, str], reason: str, tessa: PageClient, assignment: Assignment
) -> None:
    refused = tessa.post(f"{HERE}growth/", typed)

    assert refused.status_code == 400
    assert reason in text_of(refused)
    assert f'value="{typed.get("due_at", "")}"' in refused.text


def test_limits_of_an_assignment_are_kept_within_those_of_the_server(
    tessa: PageClient, assignment: Assignment, session: Session
) -> None:
    refused = tessa.post(f"{HERE}growth/limits", {"cell_seconds": "100000", "memory_mb": "2048"})
    nonsense = tessa.post(f"{HERE}growth/limits", {"cell_seconds": "-1"})
    session.expire_all()
    before = dict(assignment.limits)
    session.rollback()  # SQLite has one writer, and the next line is to be it
    saved = tessa.post(f"{HERE}growth/limits", {"cell_seconds": "", "memory_mb": "2048"})
    session.expire_all()

    assert (refused.status_code, nonsense.status_code, saved.status_code) == (400, 400, 303)
    assert "cell_seconds can be at most 300 on this server" in text_of(refused)
    assert 'value="100000"' in refused.text
    assert before == {}
    assert assignment.limits == {"memory_mb": 2048}
    assert 'value="2048"' in tessa.get(f"{HERE}growth/").text


def test_an_assignment_is_delivered_collected_and_graded_again(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment, session: Session
) -> None:
    lab.run()
    lab.grade(lab.hand_in(ada, assignment))

    delivered = said(tessa, f"{HERE}growth/deliver")
    collected = said(tessa, f"{HERE}growth/collect")
    regraded = said(tessa, f"{HERE}growth/regrade")

    assert "Nobody's changes are replaced." in delivered
    assert "Collecting" in collected
    assert "1 submission will be graded again." in regraded
    assert kinds(session)[-2:] == [OperationKind.deliver, OperationKind.collect]
    assert len(session.scalars(select(GradeJob)).all()) == 2


def test_what_is_not_published_can_be_neither_delivered_nor_collected(tessa: PageClient, lab: Lab) -> None:
    lab.release()

    assert "nothing to deliver" in said(tessa, f"{HERE}growth/deliver")
    assert "not published" in said(tessa, f"{HERE}growth/collect")


def test_feedback_is_released_to_those_whose_grade_is_finished(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    lab.grade(lab.hand_in(ada, assignment))

    first = said(tessa, f"{HERE}growth/release-feedback")
    second = said(tessa, f"{HERE}growth/release-feedback")

    assert "1 student can see score and feedback now." in first
    assert "There is no finished grade" in second


def test_grading_is_live_while_it_goes_on_and_then_the_page_is_loaded_again(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    submission = lab.hand_in(ada, assignment)

    going_on = tessa.get(f"{HERE}growth/grading")
    lab.grade(submission)
    done = tessa.get(f"{HERE}growth/grading")

    assert "data-poll=" in going_on.text
    assert "0 of 1 submissions" in text_of(going_on)
    assert "data-reload" in done.text


def test_scores_are_drawn(tessa: PageClient, many: BigClass) -> None:
    page = tessa.get(f"{HERE}growth/")
    words = soup_of(page).select_one("#histogram-words")

    assert words is not None
    assert "80 to 90 percent: 41." in words.text
    assert "199 finished grades" in text_of(page)


def test_an_assignment_that_opens_later_waits(tessa: PageClient, lab: Lab, session: Session) -> None:
    lab.release().assignment.opens_at = lab.now + timedelta(days=1)
    session.commit()

    page = said(tessa, f"{HERE}growth/publish")

    assert "it is delivered when it opens" in page
    assert "Opens later" in page
    assert kinds(session) == []


def test_a_teacher_reads_what_the_check_of_a_release_found(tessa: PageClient, lab: Lab) -> None:
    release = lab.release()
    waiting = tessa.get(f"{HERE}growth/")
    problem = {"notebook": "growth.ipynb", "cell": 3, "grade_id": "test_x", "message": "It uses a magic.", "cure": "Take it out."}

    release_checks.record(lab.session, release_id=release.id, problems=[problem], now=lab.now)
    lab.session.commit()
    part = tessa.get(f"{HERE}growth/check")

    assert "Running your own solution" in text_of(waiting)
    assert soup_of(waiting).select_one("[data-poll$='growth/check']")
    assert "Note test_x cell 3 of growth.ipynb It uses a magic. Take it out." in text_of(part)
    assert not soup_of(part).select("[data-poll]")


def test_a_release_can_be_checked_again(tessa: PageClient, lab: Lab) -> None:
    release = lab.release()
    release_checks.record(lab.session, release_id=release.id, problems=[], now=lab.now)
    lab.session.commit()

    assert "Nothing found" in text_of(tessa.get(f"{HERE}growth/"))
    assert "Running your own solution" in said(tessa, f"{HERE}growth/check")


def test_a_check_without_an_answer_can_be_asked_for_again(tessa: PageClient, lab: Lab) -> None:
    release = lab.release()
    check = release_checks.check_of(lab.session, release=release)
    assert check
    check.asked_at -= timedelta(minutes=11)
    lab.session.commit()

    lost = tessa.get(f"{HERE}growth/")

    assert "there is no answer" in text_of(lost)
    assert not soup_of(lost).select("[data-poll$='growth/check']")
    assert soup_of(lost).select_one("form[action$='growth/check'] button")
    assert "Running your own solution" in said(tessa, f"{HERE}growth/check")


def test_what_students_see_of_failed_tests_is_a_setting(tessa: PageClient, assignment: Assignment, session: Session) -> None:
    tessa.post(f"{HERE}growth/", {"title": "Growth", "shown": "nothing"})
    refused = tessa.post(f"{HERE}growth/", {"title": "Growth", "shown": "everything"})
    session.expire_all()

    assert assignment.shown == "nothing"
    assert refused.status_code == 400
    assert "Choose what students see" in text_of(refused)
