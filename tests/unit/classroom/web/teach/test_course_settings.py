"""A course's settings: where notebooks open, and the timetable."""

from classroom.models import ClassTime, Enrolment, Section
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import PageClient, SignIn, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/settings/"
GROWTH = "/courses/bio1/a/growth/"
MONDAY = {"weekday": "0", "begins": "10:15", "minutes": "90", "timezone": "Europe/Berlin"}


def test_a_class_is_added_shown_and_removed(tessa: PageClient, lab: Lab) -> None:
    empty = text_of(tessa.get(HERE))
    added = tessa.post(f"{HERE}class-times", MONDAY)
    shown = text_of(tessa.get(added.location))
    found = lab.session.query(ClassTime).one()
    lab.session.commit()
    gone = tessa.post(f"{HERE}class-times/{found.id}/remove")

    assert "No classes yet" in empty
    assert "Monday, 10:15 Europe/Berlin The whole course 90 Mon 14 Sep 2026, 10:15 (Europe/Berlin)" in shown
    assert "Mon 14 Sep 2026, 10:05 (Europe/Berlin)" in shown
    assert "No classes yet" in text_of(tessa.get(gone.location))


def test_what_was_typed_wrong_is_said_and_stays_in_the_form(tessa: PageClient) -> None:
    answer = tessa.post(f"{HERE}class-times", {**MONDAY, "begins": "quarter past ten"})

    assert answer.status_code == 400
    assert "is no time of day" in text_of(answer)
    assert "Europe/Berlin" in answer.get_data(as_text=True)


def test_a_class_of_a_section_names_it(tessa: PageClient, lab: Lab) -> None:
    section = Section(course_id=lab.course.id, name="Lab A")
    lab.session.add(section)
    lab.session.commit()

    tessa.post(f"{HERE}class-times", {**MONDAY, "section": str(section.id)})

    assert "Lab A" in text_of(tessa.get(HERE))


def test_graders_read_the_timetable_and_change_nothing(gus: PageClient) -> None:
    assert gus.get(HERE).status_code == 200
    assert gus.post(f"{HERE}class-times", MONDAY).status_code == 403
    assert gus.post(f"{HERE}interface", {"interface": "notebook"}).status_code == 403


def opened_in(browser: PageClient) -> str:
    return str(browser.get(f"{GROWTH}opening/status").get_json()["url"])


def test_notebooks_open_where_the_course_says_and_the_person_says_otherwise(
    tessa: PageClient, sign_in: SignIn, lab: Lab, ada: Enrolment, hub: HubStandIn
) -> None:
    lab.publish()
    hub.server = "ready"
    student = sign_in(ada)
    usual = opened_in(student)
    tessa.post(f"{HERE}interface", {"interface": "notebook"})
    by_course = opened_in(student)
    student.post("/account/interface", {"interface": "lab"})
    by_person = opened_in(student)
    student.post("/account/interface", {"interface": ""})

    assert "ui=" not in usual
    assert by_course.endswith("&ui=notebook")
    assert "ui=" not in by_person
    assert opened_in(student) == by_course


def test_nothing_but_the_two_can_be_chosen(tessa: PageClient) -> None:
    answer = tessa.post("/account/interface", {"interface": "emacs"})

    assert "Choose where notebooks open" in text_of(tessa.get(answer.location))
