"""What a roster does to a course: preview and apply."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.errors import Conflict, Forbidden, HomeroomError, TooLarge
from classroom.models import (
    Course,
    Enrolment,
    EnrolmentStatus,
    LinkKind,
    Operation,
    OperationKind,
    Person,
    Role,
    RosterUpload,
)  # fmt: skip
from classroom.services import links, rosters
from grader.files import FileStore

MakeEnrolment = Callable[..., Enrolment]


class Roster:
    """Uploads, previews and applies as the teacher does."""

    def __init__(self, session: Session, files: FileStore, settings: Settings, teacher: Enrolment, now: datetime) -> None:
        self.session, self.files, self.settings, self.teacher, self.now = session, files, settings, teacher, now

    def upload(self, text: str) -> RosterUpload:
        return rosters.upload(
            self.session,
            files=self.files,
            course=self.teacher.course,
            actor=self.teacher.person,
            filename="roster.csv",
            data=text.encode(),
            limits=self.settings,
            now=self.now,
        )

    def preview(self, text: str) -> rosters.RosterPreview:
        return rosters.preview(self.session, files=self.files, upload=self.upload(text))

    def apply(self, text: str, *, drop_missing: bool = False, actor: Person | None = None) -> RosterUpload:
        upload = self.upload(text)
        return self.confirm(upload, self.preview_of(upload).fingerprint, drop_missing=drop_missing, actor=actor)

    def preview_of(self, upload: RosterUpload) -> rosters.RosterPreview:
        return rosters.preview(self.session, files=self.files, upload=upload)

    def confirm(
        self, upload: RosterUpload, fingerprint: str, *, drop_missing: bool = False, actor: Person | None = None
    ) -> RosterUpload:
        done = rosters.apply(
            self.session,
            files=self.files,
            upload=upload,
            fingerprint=fingerprint,
            drop_missing=drop_missing,
            actor=actor or self.teacher.person,
            now=self.now,
        )
        self.session.commit()
        self.session.expire_all()
        return done

    def person(self, hub_name: str) -> Person:
        return self.session.scalars(select(Person).where(Person.hub_name == hub_name)).one()

    def enrolment(self, hub_name: str) -> Enrolment:
        return self.session.scalars(select(Enrolment).join(Person).where(Person.hub_name == hub_name)).one()


@pytest.fixture
def roster(session: Session, files: FileStore, settings: Settings, teacher: Enrolment, now: datetime) -> Roster:
    return Roster(session, files, settings, teacher, now)


HEADER = "Student ID,Name,E-mail,Username,Section,Role\n"
CLASS = HEADER + "1,Ada Lovelace,ada@x.edu,,Lab 1,student\n2,Ben Okri,ben@x.edu,bokri,Lab 2,TA\n"


def test_a_preview_changes_nothing(session: Session, roster: Roster) -> None:
    preview = roster.preview(CLASS)

    assert [(row.row, row.change, row.hub_name) for row in preview.rows] == [(2, "new", "ada"), (3, "new", "bokri")]
    assert preview.counts == {"new": 2, "changed": 0, "unchanged": 0, "dropped": 0, "skipped": 0}
    assert preview.columns["student id"] == "Student ID"
    assert not preview.blocked
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_applying_enrols_and_starts_provisioning(session: Session, roster: Roster) -> None:
    upload = roster.apply(CLASS)

    ada, ben = roster.enrolment("ada"), roster.enrolment("bokri")
    assert (ada.role, ada.section and ada.section.name, ada.student_id, ada.provisioned_at) == (Role.student, "Lab 1", "1", None)
    assert (ben.role, ben.person.display_name, ben.person.email) == (Role.grader, "Ben Okri", "ben@x.edu")
    assert upload.summary["new"] == 2
    assert [operation.kind for operation in session.scalars(select(Operation))] == [OperationKind.provision]


def test_the_same_roster_again_changes_nobody(roster: Roster) -> None:
    roster.apply(CLASS)

    preview = roster.preview(CLASS)

    assert preview.counts == {"new": 0, "changed": 0, "unchanged": 2, "dropped": 0, "skipped": 0}


def test_confirming_twice_enrols_once(session: Session, roster: Roster) -> None:
    upload = roster.upload(CLASS)
    fingerprint = roster.preview_of(upload).fingerprint

    roster.confirm(upload, fingerprint)
    roster.confirm(upload, fingerprint)

    assert session.scalar(select(func.count()).select_from(Enrolment)) == 3


def test_a_course_that_changed_since_the_preview_is_looked_at_again(roster: Roster) -> None:
    upload = roster.upload(CLASS)
    fingerprint = roster.preview_of(upload).fingerprint
    roster.apply(CLASS)

    with pytest.raises(Conflict):
        roster.confirm(upload, fingerprint)


def test_what_changed_is_said_and_done(roster: Roster) -> None:
    roster.apply(CLASS)
    changed = HEADER + "1,Ada King,ada@x.edu,,Lab 2,TA\n2,Ben Okri,ben@x.edu,bokri,Lab 2,TA\n"

    preview = roster.preview(changed)
    roster.apply(changed)

    assert preview.rows[0].changes == ["section: Lab 1 → Lab 2", "name: Ada Lovelace → Ada King", "role: student → grader"]
    ada = roster.enrolment("ada")
    assert (ada.person.display_name, ada.section and ada.section.name, ada.role) == ("Ada King", "Lab 2", Role.grader)


def test_what_the_roster_leaves_empty_stays(roster: Roster) -> None:
    roster.apply(CLASS)

    preview = roster.preview("E-mail,Name\nada@x.edu,Ada Lovelace\nben@x.edu,Ben Okri\n")

    assert preview.counts["unchanged"] == 2


def test_somebody_known_by_mail_gets_their_id_later(roster: Roster) -> None:
    roster.apply("E-mail,Name\nada@x.edu,Ada Lovelace\n")

    roster.apply("Student ID,E-mail,Name\n1,ada@x.edu,Ada Lovelace\n")

    assert (roster.enrolment("ada").student_id, roster.enrolment("ada").roster_key) == ("1", "1")


def test_missing_students_are_offered_for_dropping_and_stay_unless_confirmed(roster: Roster) -> None:
    roster.apply(CLASS + "3,Cleo,cleo@x.edu,,,student\n")

    preview = roster.preview(CLASS)
    roster.apply(CLASS)
    still_there = roster.enrolment("cleo").status
    roster.apply(CLASS, drop_missing=True)

    assert [(row.row, row.name) for row in preview.rows if row.change == "dropped"] == [(None, "Cleo")]
    assert still_there == EnrolmentStatus.active
    assert roster.enrolment("cleo").status == EnrolmentStatus.dropped


def test_staff_are_never_offered_for_dropping(roster: Roster) -> None:
    roster.apply(CLASS)

    preview = roster.preview(HEADER + "1,Ada Lovelace,ada@x.edu,,,student\n")

    assert [row.name for row in preview.rows if row.change == "dropped"] == []


def test_somebody_whose_row_has_an_error_is_not_offered_for_dropping(roster: Roster) -> None:
    roster.apply(CLASS)

    preview = roster.preview(HEADER + "1,,ada@x.edu,,,student\n2,Ben Okri,ben@x.edu,,,TA\n")

    assert preview.counts == {"new": 0, "changed": 0, "unchanged": 1, "dropped": 0, "skipped": 1}


def test_a_dropped_student_who_reappears_comes_back(session: Session, roster: Roster) -> None:
    roster.apply(CLASS)
    roster.enrolment("ada").status = EnrolmentStatus.dropped
    session.commit()

    preview = roster.preview(CLASS)
    roster.apply(CLASS)

    assert preview.rows[0].changes == ["comes back"]
    assert roster.enrolment("ada").status == EnrolmentStatus.active


def test_rows_with_errors_are_left_out_and_the_rest_goes_in(roster: Roster) -> None:
    text = CLASS + "3,,x@x.edu,,,student\n4,Dan,dan at x,,,student\n"

    upload = roster.apply(text)

    assert upload.summary == {"new": 2, "changed": 0, "unchanged": 0, "dropped": 0, "skipped": 2}


def test_a_file_in_which_nothing_is_usable_is_blocked(roster: Roster) -> None:
    upload = roster.upload(HEADER + "1,,x@x.edu,,,student\n")

    preview = roster.preview_of(upload)

    assert preview.blocked
    with pytest.raises(HomeroomError):
        roster.confirm(upload, preview.fingerprint)


def test_an_unreadable_file_is_blocked_with_a_sentence(roster: Roster) -> None:
    preview = roster.preview("PK\x03\x04 a workbook")

    assert preview.blocked
    assert "Excel" in preview.problems[0].message


def test_uploads_have_limits(roster: Roster) -> None:
    with pytest.raises(TooLarge):
        roster.upload("x" * 2_000_001)
    with pytest.raises(HomeroomError, match="more than 5000 rows"):
        roster.upload("E-mail\n" + "a@x.edu\n" * 5001)


def test_students_and_graders_upload_and_apply_nothing(roster: Roster, make_enrolment: MakeEnrolment) -> None:
    grader = make_enrolment("gus", Role.grader)
    upload = roster.upload(CLASS)

    with pytest.raises(Forbidden):
        roster.confirm(upload, roster.preview_of(upload).fingerprint, actor=grader.person)


# A roster must never be a way into somebody's account


def test_staff_are_left_as_they_are(roster: Roster) -> None:
    text = HEADER + "7,Somebody Else,tessa@example.org,,Lab 1,student\n"

    preview = roster.preview(text)
    roster.apply(text)

    assert "is owner here" in preview.problems[0].message
    tessa = roster.enrolment("tessa")
    assert (tessa.role, tessa.person.display_name, tessa.section) == (Role.owner, "Tessa", None)


@pytest.mark.parametrize("role", ["owner", "teacher", "Instructor"])
def test_a_roster_makes_no_teachers(roster: Roster, role: str) -> None:
    assert roster.preview(HEADER + f"1,Eve,eve@x.edu,,,{role}\n").blocked


def test_somebody_with_a_password_keeps_name_and_address(session: Session, roster: Roster) -> None:
    roster.apply(CLASS)
    roster.person("ada").password_hash = "a hash"
    session.commit()
    text = HEADER + "1,Eve,eve@evil.example,,Lab 1,student\n"

    preview = roster.preview(text)
    roster.apply(text)

    assert any("keeps it" in problem.message for problem in preview.problems)
    ada = roster.person("ada")
    assert (ada.display_name, ada.email, ada.password_hash) == ("Ada Lovelace", "ada@x.edu", "a hash")


def test_somebody_from_another_course_is_enrolled_as_they_are(
    roster: Roster, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    other = Course(slug="chem1", title="Chemistry", created_at=now)
    eve = make_enrolment("eve", into=other)

    roster.apply(HEADER + "1,Mallory,eve@example.org,,,student\n")
    roster.apply(HEADER + "1,Mallory,mallory@example.org,,,student\n")

    assert (eve.person.display_name, eve.person.email) == ("Eve", "eve@example.org")
    assert roster.session.scalar(select(func.count()).where(Enrolment.person_id == eve.person_id)) == 2


def test_a_username_alone_does_not_stand_for_somebody_with_another_address(
    roster: Roster, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    make_enrolment("eve", into=Course(slug="chem1", title="Chemistry", created_at=now))

    roster.apply(HEADER + "1,Another Eve,eve@elsewhere.example,eve,,student\n")

    assert roster.person("eve-2").email == "eve@elsewhere.example"


def test_nobody_gets_the_address_of_another_account(roster: Roster, make_enrolment: MakeEnrolment, now: datetime) -> None:
    make_enrolment("eve", Role.owner, into=Course(slug="chem1", title="Chemistry", created_at=now))
    roster.apply(CLASS)

    preview = roster.preview(HEADER + "1,Ada Lovelace,eve@example.org,,,student\n2,Ben Okri,ben@x.edu,,,TA\n")

    assert [(problem.row, problem.severity) for problem in preview.problems] == [(2, "error")]


def test_a_corrected_address_voids_the_invitation_to_the_wrong_one(session: Session, roster: Roster, now: datetime) -> None:
    roster.apply(CLASS)
    link = links.make_link(session, person=roster.person("ada"), kind=LinkKind.invitation, lifetime=timedelta(days=30), now=now)
    session.commit()

    roster.apply(CLASS.replace("ada@x.edu", "ada@y.edu"))

    assert roster.person("ada").email == "ada@y.edu"
    assert link.expires_at == now


def test_two_rows_never_stand_for_one_account(roster: Roster) -> None:
    roster.apply("E-mail,Name,Username\nada@x.edu,Ada,ada\n")

    preview = roster.preview("E-mail,Name,Username\nada@x.edu,Ada,\n,Ada L,ada\n")

    assert preview.counts["unchanged"] == 1
    assert preview.counts["skipped"] == 1


def test_a_key_is_used_once_whatever_column_it_came_from(roster: Roster) -> None:
    roster.apply("Student ID,Name,Username\njdoe,Jane,\n,Joe,jdoe\n")

    assert roster.enrolment("jane").roster_key == "jdoe"
    assert roster.session.scalar(select(func.count()).select_from(Enrolment)) == 2


# Size


def _big(count: int) -> str:
    return HEADER + "".join(f"{n:06},Student Number {n},s{n}@x.edu,,Lab {n % 12},student\n" for n in range(count))


@pytest.mark.parametrize("count", [300, 1200])
def test_the_number_of_queries_does_not_grow_with_the_class(
    roster: Roster, count_queries: Callable[[], AbstractContextManager[list[str]]], count: int
) -> None:
    upload = roster.upload(_big(count))
    started = time.perf_counter()

    with count_queries() as queries:
        preview = roster.preview_of(upload)
        roster.confirm(upload, preview.fingerprint)
    with count_queries() as queries_again:
        again = roster.preview(_big(count))

    assert again.counts["unchanged"] == count
    assert len(queries) <= 30
    assert len(queries_again) <= 15
    assert time.perf_counter() - started < 5
