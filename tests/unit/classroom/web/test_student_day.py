"""What students see of their own deadlines, requests and news, and what they decide for themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from classroom.config import Settings
from classroom.models import Assignment, Enrolment, ExtensionRequest, MailRhythm, Notification, RegradeRequest
from classroom.services import announcements, extensions, feedback, opt_out
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab, answered, cell, notebook

GROWTH = "/courses/bio1/a/growth/"
TEACH = "/courses/bio1/teach/"


@pytest.fixture
def browser(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> PageClient:
    """Ada's, who has the assignment to do."""
    return sign_in(ada)


@pytest.fixture
def tessa(sign_in: SignIn, lab: Lab) -> PageClient:
    """The owner's."""
    return sign_in(lab.teacher)


def give(lab: Lab, assignment: Assignment, student: Enrolment, days: int = 2) -> None:
    extensions.give(lab.session, assignment=assignment, enrolment_ids=[student.id], minutes=days * 1440, actor=None, now=lab.now)
    lab.session.commit()


def returned(lab: Lab, ada: Enrolment, assignment: Assignment, why: str = "Because cells divide.") -> str:
    submission = lab.hand_in(ada, assignment, answered(why=why))
    lab.grade(submission)
    feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)
    lab.session.commit()
    return f"{GROWTH}attempts/{submission.id}/"


def announce(lab: Lab) -> None:
    announcements.announce_due(lab.session, now=lab.now)
    lab.session.commit()


@pytest.mark.parametrize("address", ["/", "/courses/bio1/", GROWTH])
def test_the_own_deadline_comes_with_its_arithmetic(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment, address: str
) -> None:
    give(lab, assignment, ada)

    text = text_of(browser.get(address))

    assert "Due Wed 16 Sep 2026, 10:00 (UTC) Mon 14 Sep 2026, 10:00 (UTC) , plus your 2 days" in text


def test_opening_is_the_sign_that_work_has_begun(browser: PageClient, lab: Lab) -> None:
    before = text_of(browser.get("/"))
    browser.post(f"{GROWTH}open")
    first = text_of(browser.get("/"))
    lab.clock.forward(hours=5)
    browser.post(f"{GROWTH}open")

    assert "Not opened yet" in before
    assert "In progress since Mon 7 Sep 2026, 10:00" in first
    assert "In progress since Mon 7 Sep 2026, 10:00" in text_of(browser.get("/"))


def test_work_is_handed_in_then_being_graded_then_graded(
    browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    submission = lab.hand_in(ada, assignment)
    first = text_of(browser.get("/"))
    lab.clock.forward(days=8)
    second = text_of(browser.get("/"))
    lab.grade(submission)
    feedback.release_feedback(lab.session, assignment=assignment, actor=None, now=lab.now)
    lab.session.commit()

    assert "Nothing is due at the moment" in first
    assert "Handed in Mon 7 Sep 2026, 10:00 (UTC) , attempt 1 Handed in" in first
    assert "attempt 1 Being graded" in second
    assert "Graded 5 / 5 See feedback" in text_of(browser.get("/"))


def test_the_next_to_do_comes_first(browser: PageClient, lab: Lab) -> None:
    sooner = lab.publish(slug="decay", title="Decay")
    sooner.due_at = lab.now + timedelta(days=1)
    lab.session.commit()

    titles = [link.get_text() for link in soup_of(browser.get("/")).select("#todo ~ .agenda .agenda-what a")]

    assert titles == ["Decay", "Growth"]


def test_times_stand_on_the_browsers_clock_and_name_it_where_it_differs(browser: PageClient) -> None:
    browser.flask.set_cookie("homeroom-zone", "Asia/Tokyo")
    there = text_of(browser.get("/"))
    browser.flask.set_cookie("homeroom-zone", "UTC")
    same = text_of(browser.get("/"))
    browser.flask.set_cookie("homeroom-zone", "../../etc/passwd")

    assert "Due Mon 14 Sep 2026, 19:00 (Asia/Tokyo)" in there
    assert "Due Mon 14 Sep 2026, 10:00 Not opened" in same
    assert "Due Mon 14 Sep 2026, 10:00 (UTC)" in text_of(browser.get("/"))


def test_a_chosen_zone_wins_over_the_browsers(browser: PageClient) -> None:
    browser.flask.set_cookie("homeroom-zone", "Asia/Tokyo")
    browser.post("/account", {"timezone": "Europe/Lisbon", "mail_rhythm": "daily"})

    page = browser.get("/")

    assert "Due Mon 14 Sep 2026, 11:00 (Europe/Lisbon)" in text_of(page)
    assert soup_of(page).html is not None
    assert 'data-zone="Europe/Lisbon"' in page.text.split("<head>")[0]


@pytest.mark.parametrize("form", [{"timezone": "Middle/Earth", "mail_rhythm": "daily"}, {"mail_rhythm": "hourly"}])
def test_preferences_that_do_not_exist_are_refused(browser: PageClient, lab: Lab, ada: Enrolment, form: dict[str, str]) -> None:
    assert browser.post("/account", form).status_code == 400

    lab.session.refresh(ada.person)
    assert (ada.person.timezone, ada.person.mail_rhythm) == (None, MailRhythm.daily)


def test_a_student_asks_for_more_time_and_the_teacher_grants_another_date(
    browser: PageClient, tessa: PageClient, lab: Lab, ada: Enrolment
) -> None:
    browser.flask.set_cookie("homeroom-zone", "Asia/Tokyo")
    asked = browser.post(f"{GROWTH}more-time/", {"until": "2026-09-17T19:00", "reason": "I was ill."})
    request = lab.session.scalars(select(ExtensionRequest)).one()
    lab.session.commit()
    waiting = text_of(browser.get(f"{GROWTH}more-time/"))
    listed = text_of(tessa.get(f"{TEACH}requests/"))
    overview = text_of(tessa.get(TEACH))
    tessa.post(
        f"{TEACH}requests/time/{request.id}", {"verdict": "grant", "until": "2026-09-16T10:00", "answer": "Get well soon."}
    )

    assert asked.status_code == 303
    assert "Waiting for an answer I was ill." in waiting
    assert "Ada: Growth Until Thu 17 Sep 2026, 10:00" in listed
    assert "1 request for more time" in overview
    answer = text_of(browser.get(f"{GROWTH}more-time/"))
    assert "Granted I was ill. Get well soon." in answer
    assert "plus your 2 days" in answer


def test_a_refused_request_keeps_what_was_typed(browser: PageClient) -> None:
    answer = browser.post(f"{GROWTH}more-time/", {"until": "2026-09-08T10:00", "reason": "My bus was late."})

    assert answer.status_code == 400
    assert "later than your due date" in text_of(answer)
    assert "My bus was late." in answer.text


def test_a_teacher_declines_with_words_that_the_student_reads(browser: PageClient, tessa: PageClient, lab: Lab) -> None:
    browser.post(f"{GROWTH}more-time/", {"until": "2026-09-17T10:00", "reason": "I was <b>ill</b>."})
    request = lab.session.scalars(select(ExtensionRequest)).one()
    lab.session.commit()
    mute = text_of(tessa.get(tessa.post(f"{TEACH}requests/time/{request.id}", {"verdict": "decline"}).location))
    tessa.post(f"{TEACH}requests/time/{request.id}", {"verdict": "decline", "answer": "The exam is on Monday."})

    assert "Say why in a sentence" in mute
    assert "Declined I was <b>ill</b>. The exam is on Monday." in text_of(browser.get(f"{GROWTH}more-time/"))
    assert "The exam is on Monday." in text_of(tessa.get(f"{TEACH}requests/?show=answered"))


def test_a_student_withdraws_only_their_own_request(browser: PageClient, sign_in: SignIn, lab: Lab) -> None:
    browser.post(f"{GROWTH}more-time/", {"until": "2026-09-17T10:00", "reason": "I was ill."})
    request = lab.session.scalars(select(ExtensionRequest)).one()
    lab.session.commit()

    assert sign_in(lab.student("ben")).post(f"{GROWTH}more-time/{request.id}/withdraw").status_code == 404
    assert browser.post(f"{GROWTH}more-time/{request.id}/withdraw").status_code == 303
    assert "Withdrawn" in text_of(browser.get(f"{GROWTH}more-time/"))


def test_a_teacher_gives_time_to_several_and_takes_it_back(
    tessa: PageClient, browser: PageClient, lab: Lab, ada: Enrolment
) -> None:
    ben = lab.student("ben")
    here = f"{TEACH}assignments/growth/extensions/"
    form = {"student": [str(ada.id), str(ben.id)], "days": "1", "hours": "6", "note": "Away with the team."}
    given = text_of(tessa.get(tessa.post(here, form).location))
    row = soup_of(tessa.get(here)).find("form", action=lambda address: "take-back" in str(address))
    assert row is not None
    tessa.post(str(row["action"]))

    assert "2 students can work longer now" in given
    assert "Ada 1 day 6 hours Tue 15 Sep 2026, 16:00 (UTC) Away with the team." in given
    assert "plus your" not in text_of(browser.get("/"))
    assert "Away with the team" not in text_of(browser.get(f"{GROWTH}more-time/"))


def test_the_list_of_submissions_shows_who_still_has_time(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    give(lab, assignment, ada)

    assert "Ada – due Wed 16 Sep 2026, 10:00 (UTC) Nothing handed in" in text_of(  # noqa: RUF001 - a dash for no attempt
        tessa.get(f"{TEACH}assignments/growth/submissions/")
    )


def test_time_taken_back_after_the_due_date_says_that_nothing_is_collected_by_itself(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    give(lab, assignment, ada)
    lab.clock.forward(days=8)
    here = f"{TEACH}assignments/growth/extensions/"
    row = soup_of(tessa.get(here)).find("form", action=lambda address: "take-back" in str(address))
    assert row is not None

    assert "press Collect now" in text_of(tessa.get(tessa.post(str(row["action"])).location))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"days": "2"}, "Choose at least one student"),
        ({"student": "ada"}, "Say how much more time"),
        ({"student": "ada", "days": "2", "until": "2026-09-20T10:00"}, "not both"),
        ({"student": "ada", "days": "two"}, "no whole number"),
        ({"student": "ada", "until": "2026-09-10T10:00"}, "later than the common due date"),
    ],
)
def test_a_form_that_says_too_little_is_refused_and_kept(
    tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment, form: dict[str, str], sentence: str
) -> None:
    fields = {name: str(ada.id) if name == "student" else value for name, value in form.items()}

    answer = tessa.post(f"{TEACH}assignments/growth/extensions/", {**fields, "note": "Kept."})

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "Kept." in answer.text


def test_feedback_goes_from_attempt_to_attempt(browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    first = returned(lab, ada, assignment, why="First words.")
    second = returned(lab, ada, assignment, why="Second words.")

    page = browser.get(f"{second}feedback")

    assert "Second words." in text_of(page)
    other = soup_of(page).find("a", string="Attempt 1")
    assert other is not None
    assert str(other["href"]) == f"/portal{first}feedback"


def test_the_mark_scheme_stands_with_the_feedback_only_where_the_teacher_says_so(
    browser: PageClient, tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    scheme = "Plot it.\n### BEGIN MARK SCHEME\nOne point for labels.\n### END MARK SCHEME"
    task = cell("markdown", scheme, grade_id="plot", task=True, points=1)
    lab.release(
        {"growth.ipynb": notebook(task, cell("markdown", "Because.", grade_id="why", grade=True, solution=True, points=3))}
    )
    submission = lab.hand_in(ada, assignment)
    lab.grade(submission)
    lab.score(submission, "plot", 1.0)
    feedback.release_feedback(lab.session, submission=submission, actor=None, now=lab.now)
    lab.session.commit()
    here = f"{GROWTH}attempts/{submission.id}/"
    before = text_of(browser.get(f"{here}feedback"))
    tessa.post(f"{TEACH}assignments/growth/requests", {"regrade_days": "7", "shows_scheme": "1"})

    assert "One point for labels." not in before
    assert "One point for labels." in text_of(browser.get(f"{here}feedback"))


def test_a_student_asks_for_a_second_look_and_reads_the_answer(
    browser: PageClient, tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    here = returned(lab, ada, assignment)
    browser.post(f"{here}regrade", {"question": "growth.ipynb::why", "reason": "Look at line two."})
    request = lab.session.scalars(select(RegradeRequest)).one()
    lab.session.commit()
    waiting = text_of(browser.get(f"{here}feedback"))
    submission = text_of(tessa.get(f"{TEACH}assignments/growth/submissions/{request.submission_id}/"))
    listed = text_of(tessa.get(f"{TEACH}requests/"))
    tessa.post(f"{TEACH}requests/points/{request.id}", {"verdict": "unchanged", "answer": "Line two repeats line one."})

    assert "Waiting for an answer Look at line two." in waiting
    assert "Asks for a second look" in submission
    assert "Look at line two." in listed
    assert "Points stay Look at line two. Line two repeats line one." in text_of(browser.get(f"{here}feedback"))


def test_a_refused_question_keeps_what_was_typed(browser: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    here = returned(lab, ada, assignment)

    answer = browser.post(f"{here}regrade", {"question": "growth.ipynb::why", "reason": "x" * 2001})

    assert answer.status_code == 400
    assert "write at most 2,000" in text_of(answer)
    assert "x" * 2001 in answer.text


def test_where_nobody_may_ask_the_page_says_nothing_of_it(
    browser: PageClient, tessa: PageClient, lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    tessa.post(f"{TEACH}assignments/growth/requests", {"regrade_days": "0"})
    here = returned(lab, ada, assignment)

    assert "Something wrong with the points?" not in text_of(browser.get(f"{here}feedback"))
    assert browser.post(f"{here}regrade", {"reason": "Please."}).status_code == 400


def test_the_bell_counts_and_following_a_notification_reads_it(browser: PageClient, lab: Lab) -> None:
    announce(lab)
    one = lab.session.scalars(select(Notification)).one()
    lab.session.commit()
    before = soup_of(browser.get("/")).select_one(".bell")
    listed = text_of(browser.get("/notifications/"))
    target = browser.get(f"/notifications/{one.id}").location

    assert before is not None
    assert before.get_text(" ").split() == ["Notifications", "1", "unread"]
    assert "New: Growth." in listed
    assert target == f"/portal{GROWTH}"
    after = soup_of(browser.get("/")).select_one(".bell")
    assert after is not None
    assert "unread" not in after.get_text(" ")


def test_everything_is_marked_as_read_at_once(browser: PageClient, lab: Lab) -> None:
    announce(lab)

    page = browser.get(browser.post("/notifications/read").location)

    assert "Everything is marked as read" in text_of(page)
    assert "New" not in [badge.get_text() for badge in soup_of(page).select(".badge")]


def test_nothing_to_be_told_says_so(browser: PageClient) -> None:
    assert "Nothing yet" in text_of(browser.get("/notifications/"))


def test_mail_is_stopped_by_a_button_without_signing_in(sign_in: SignIn, lab: Lab, ada: Enrolment, settings: Settings) -> None:
    stranger = sign_in(None)
    address = f"/mail/stop/{opt_out.token_of(ada.person, settings.secret_key.get_secret_value())}"
    page = stranger.get(address)
    lab.session.refresh(ada.person)
    looked = ada.person.mail_rhythm
    lab.session.commit()
    field = soup_of(page).find("input", {"name": "csrf_token"})
    assert field is not None
    answer = stranger.post(address, token=str(field["value"]))

    assert looked is MailRhythm.daily
    assert "No more mail" in text_of(answer)
    assert "Ada" not in text_of(answer)
    lab.session.refresh(ada.person)
    assert ada.person.mail_rhythm is MailRhythm.off
    assert stranger.get(f"{address}x").status_code == 404
