"""Links to an assignment that stand in an LMS or a mail."""

from datetime import timedelta

import pytest

from classroom.models import Assignment, Course, Enrolment, Role, ServerStart
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import SignIn, soup_of, text_of
from tests.support.work import Lab
from tests.unit.classroom.web.conftest import MakeEnrolment

LINK = "/open/bio1/growth"


def test_a_link_does_what_the_button_does(sign_in: SignIn, ada: Enrolment, lab: Lab, assignment: Assignment) -> None:
    answer = sign_in(ada).get(LINK)

    assert answer.location == "/portal/courses/bio1/a/growth/opening?notebook=growth.ipynb"
    assert lab.names(ada) == ["data/cells.csv", "growth.ipynb"]
    assert [start.person_id for start in lab.session.query(ServerStart)] == [ada.person_id]


def test_following_it_twice_is_following_it_once(sign_in: SignIn, ada: Enrolment, lab: Lab, assignment: Assignment) -> None:
    for _ in range(2):
        sign_in(ada).get(LINK)

    assert lab.session.query(ServerStart).count() == 1


def test_a_link_may_name_the_notebook(sign_in: SignIn, ada: Enrolment, assignment: Assignment) -> None:
    browser = sign_in(ada)

    assert browser.get(f"{LINK}/growth.ipynb").location.endswith("notebook=growth.ipynb")
    assert browser.get(f"{LINK}/other.ipynb").status_code == 404


def test_somebody_who_is_signed_out_comes_back_to_it_after_signing_in(sign_in: SignIn, assignment: Assignment) -> None:
    answer = sign_in(None).get(f"{LINK}/growth.ipynb")

    assert answer.location == "/portal/sign-in?next=/portal/open/bio1/growth/growth.ipynb"


def test_before_it_opens_students_read_when_it_does(sign_in: SignIn, ada: Enrolment, lab: Lab, assignment: Assignment) -> None:
    assignment.opens_at = lab.now + timedelta(days=1)
    lab.session.commit()

    early = sign_in(ada).get(LINK)
    lab.clock.forward(days=1)

    assert early.status_code == 403
    assert "It opens Tue 8 Sep 2026, 10:00 (UTC)" in text_of(early)
    assert sign_in(ada).get(LINK).status_code == 302


def test_staff_try_a_link_before_students_can(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    assignment.opens_at = lab.now + timedelta(days=1)
    lab.session.commit()

    assert sign_in(lab.teacher).get(LINK).status_code == 302


@pytest.mark.parametrize("address", ["/open/bio1/nothing", "/open/none/growth"])
def test_a_link_that_is_wrong_says_so(sign_in: SignIn, ada: Enrolment, assignment: Assignment, address: str) -> None:
    answer = sign_in(ada).get(address)

    assert answer.status_code == 404
    assert "There is no such" in text_of(answer)


def test_an_unpublished_assignment_does_not_exist_for_students(sign_in: SignIn, ada: Enrolment, lab: Lab) -> None:
    lab.release()

    assert sign_in(ada).get(LINK).status_code == 404


def test_somebody_of_another_course_gets_nowhere(
    sign_in: SignIn, make_enrolment: MakeEnrolment, lab: Lab, assignment: Assignment, hub: HubStandIn
) -> None:
    other = Course(slug="chem1", title="Chemistry 1", created_at=lab.now)
    eli = make_enrolment("eli", Role.owner, into=other)

    assert sign_in(eli).get(LINK).status_code == 404
    assert lab.session.query(ServerStart).count() == 0


def test_a_page_of_another_website_may_link_there_but_not_frame_it(
    sign_in: SignIn, ada: Enrolment, assignment: Assignment
) -> None:
    browser = sign_in(ada)
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert browser.get(LINK, headers={**headers, "Sec-Fetch-Dest": "document"}).status_code == 302
    assert browser.get(LINK, headers={**headers, "Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_the_teacher_finds_the_link_to_copy(sign_in: SignIn, lab: Lab, assignment: Assignment) -> None:
    page = soup_of(sign_in(lab.teacher).get("/courses/bio1/teach/assignments/growth/"))

    field = page.find("input", {"name": "address", "readonly": True})
    assert field
    assert field["value"] == "http://localhost:8000/portal/open/bio1/growth"
