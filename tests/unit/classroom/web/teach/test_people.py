from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Course, Enrolment, EnrolmentStatus, Person, Role, SignInLink
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/people/"


def test_people_are_found_by_name_role_and_state(tessa: PageClient, ada: Enrolment, student: Enrolment) -> None:
    by_name = text_of(tessa.get(f"{HERE}?search=ADA"))
    by_role = text_of(tessa.get(f"{HERE}?role=owner"))
    waiting = text_of(tessa.get(f"{HERE}?state=waiting&role=student"))
    nobody = text_of(tessa.get(f"{HERE}?search=zzz"))

    assert "ada@example.org" in by_name
    assert "sam@example.org" not in by_name
    assert "tessa@example.org" in by_role
    assert "ada@example.org" not in by_role
    assert "sam@example.org" in waiting
    assert "ada@example.org" not in waiting
    assert "Nobody fits." in nobody


def test_more_time_for_a_student_is_one_click_away(
    tessa: PageClient, lab: Lab, ada: Enrolment, grader: Enrolment, assignment: Assignment
) -> None:
    later = lab.publish(slug="later", title="Later")
    later.due_at = lab.now + timedelta(days=30)
    past = lab.publish(slug="past", title="Past")
    past.due_at = lab.now - timedelta(days=1)
    lab.session.commit()

    people = soup_of(tessa.get(HERE))
    links = [str(link["href"]) for link in people.select("a[href*='/extensions/']")]
    form = soup_of(tessa.get(next(link for link in links if f"student={ada.id}" in link)))
    others = [link.get_text() for link in form.select("#give + p a")]

    assert not any(f"student={grader.id}" in link for link in links)
    assert "More time for Growth" in form.get_text()
    assert [box["value"] for box in form.select("input[name=student][checked]")] == [str(ada.id)]
    assert others == ["Later", "Past"]
    again = soup_of(tessa.get(str(form.select("#give + p a")[0]["href"])))
    assert [box["value"] for box in again.select("input[name=student][checked]")] == [str(ada.id)]


def test_where_nothing_is_due_nobody_is_offered_more_time(tessa: PageClient, ada: Enrolment) -> None:
    assert "More time" not in text_of(tessa.get(HERE))


def test_a_dropped_student_can_be_restored(tessa: PageClient, ada: Enrolment, session: Session) -> None:
    tessa.post(f"{HERE}{ada.id}/drop")
    session.expire_all()
    dropped = ada.status
    session.commit()

    back = tessa.post(f"{HERE}{ada.id}/restore", {"search": "ada"})
    session.expire_all()

    assert (dropped, ada.status) == (EnrolmentStatus.dropped, EnrolmentStatus.active)
    assert back.location.endswith("?search=ada")
    assert "Ada is in the course again." in text_of(tessa.get(back.location))


def test_the_last_owner_cannot_be_demoted_or_dropped(tessa: PageClient, teacher: Enrolment, session: Session) -> None:
    demoted = tessa.post(f"{HERE}{teacher.id}/role", {"role": "grader"})
    said = text_of(tessa.get(demoted.location))
    tessa.post(f"{HERE}{teacher.id}/drop")
    session.expire_all()

    assert "A course needs an owner." in said
    assert (teacher.role, teacher.status) == (Role.owner, EnrolmentStatus.active)


def test_a_teacher_does_not_make_teachers(
    lab: Lab, tom: Enrolment, ada: Enrolment, sign_in: Callable[..., PageClient], session: Session
) -> None:
    browser = sign_in(tom)

    by_role = browser.post(f"{HERE}{ada.id}/role", {"role": "teacher"})
    by_hand = browser.post(f"{HERE}add", {"name": "Eve", "email": "eve@example.org", "role": "owner"})
    session.expire_all()

    assert by_role.status_code == 403
    assert "Only an owner" in text_of(by_role)
    assert by_hand.status_code == 403
    assert ada.role is Role.student


def test_one_person_is_added_by_hand(tessa: PageClient, session: Session) -> None:
    person = {"name": "Lise  Meitner", "email": "Lise@Example.org", "student_id": "", "section": "Lab 9", "role": "grader"}

    added = tessa.post(f"{HERE}add", person)
    page = text_of(tessa.get(added.location))
    found = session.scalars(select(Enrolment).where(Enrolment.role == Role.grader)).one()

    assert (found.person.display_name, found.person.email, found.person.hub_name) == ("Lise Meitner", "lise@example.org", "lise")
    assert found.section is not None
    assert found.section.name == "Lab 9"
    assert "Lise Meitner is in the course." in page


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"name": "", "email": "a@example.org"}, "The name is missing."),
        ({"name": "Lise", "email": "no address"}, "is no e-mail address"),
        ({"name": "Lise"}, "Nothing tells this person apart"),
        ({"name": "Ada", "email": "ada@example.org"}, "is in this course already"),
    ],
)
def test_what_was_typed_stays_when_somebody_cannot_be_added(
    person: dict[str, str], reason: str, tessa: PageClient, ada: Enrolment
) -> None:
    refused = tessa.post(f"{HERE}add", person)

    assert refused.status_code in {400, 409}
    assert reason in text_of(refused)
    assert f'value="{person["name"]}"' in refused.text


def test_what_nobody_sees_is_no_part_of_a_name(tessa: PageClient, lab: Lab, session: Session) -> None:
    tessa.post(f"{HERE}add", {"name": "Emmy\u202e Noether\x07", "email": "emmy@example.edu", "role": "student"})

    assert session.scalars(select(Person.display_name).where(Person.email == "emmy@example.edu")).all() == ["Emmy Noether"]


def test_a_student_gets_a_new_invitation_and_the_old_link_stops(
    tessa: PageClient, ada: Enrolment, session: Session, lab: Lab
) -> None:
    tessa.post(f"{HERE}{ada.id}/invitation")
    made = tessa.post(f"{HERE}{ada.id}/invitation")
    page = tessa.get(made.location)
    links = session.scalars(select(SignInLink).order_by(SignInLink.id)).all()

    assert [link.expires_at > lab.now for link in links] == [False, True]
    assert f"/portal/invitation/{links[1].id}." in page.text
    assert 'src="data:image/svg+xml' in page.text


def test_a_student_who_forgot_their_password_chooses_another_with_a_new_invitation(
    tessa: PageClient, ada: Enrolment, session: Session, sign_in: SignIn
) -> None:
    ada.person.password_hash = "a hash"
    session.commit()

    card = tessa.get(tessa.post(f"{HERE}{ada.id}/invitation").location)
    address = str(soup_of(card).select_one(".link-text").text).partition("/portal")[2]  # type: ignore[union-attr]

    assert "Choose a password" in text_of(sign_in(None).get(address))


def test_no_teacher_gets_a_link_to_an_account_beyond_their_courses(
    tessa: PageClient, grader: Enrolment, ada: Enrolment, session: Session, lab: Lab
) -> None:
    other = Course(slug="chem", title="Chemistry", created_at=lab.now)
    session.add(Enrolment(course=other, person=ada.person, role=Role.student, roster_key="ada", created_at=lab.now))
    session.commit()

    for who in (grader, ada):
        refused = tessa.post(f"{HERE}{who.id}/invitation")
        assert refused.status_code == 403
        assert "Whoever has an invitation can sign in as that person." in text_of(refused)
        assert tessa.get(f"{HERE}{who.id}/invitation").status_code == 403
    assert session.scalars(select(SignInLink)).all() == []


def test_people_of_another_course_are_not_here(tessa: PageClient, lab: Lab, make_enrolment: Callable[..., Enrolment]) -> None:
    other = make_enrolment("zoe", into=Course(slug="chem", title="Chemistry", created_at=lab.now))

    refused = tessa.post(f"{HERE}{other.id}/drop")

    assert refused.status_code == 404
    assert "There is nobody like this in the course." in text_of(refused)
