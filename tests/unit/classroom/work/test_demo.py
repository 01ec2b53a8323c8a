from sqlalchemy import func, select

from classroom.models import Assignment, Course, Enrolment, Release
from classroom.services import demo
from classroom.services.demo import DemoPerson
from tests.support.work import Lab


def seed(lab: Lab) -> list[DemoPerson]:
    people = demo.seed(lab.session, settings=lab.settings, files=lab.files, now=lab.now)
    lab.session.commit()
    return people


def test_the_demo_has_a_teacher_and_students_with_ada_and_ben_first(lab: Lab) -> None:
    people = seed(lab)

    assert [(one.person.hub_name, one.role) for one in people[:3]] == [
        ("teacher", "owner"),
        ("ada", "student"),
        ("ben", "student"),
    ]
    assert len(people) == 10


def test_the_demo_releases_every_assignment_and_publishes_the_first_two(lab: Lab) -> None:
    [*_, one] = seed(lab)

    made = lab.session.scalars(
        select(Assignment).where(Assignment.course_id == one.course.id).order_by(Assignment.position)
    ).all()
    assert [(a.slug, a.release_id is not None, a.published_at is not None) for a in made] == [
        ("temperatures", True, True),
        ("coin", True, True),
        ("co2", True, False),
    ]
    assert made[0].due_at is not None
    assert made[0].due_at.isoformat() == "2026-09-14T22:59:00+00:00"  # 23:59 in Lisbon, seven days on


def test_seeding_twice_changes_nothing(lab: Lab) -> None:
    first = seed(lab)
    tables = (Course, Assignment, Release, Enrolment)
    before = [lab.session.scalar(select(func.count()).select_from(table)) for table in tables]

    second = seed(lab)

    assert [one.person.id for one in second] == [one.person.id for one in first]
    assert [lab.session.scalar(select(func.count()).select_from(table)) for table in tables] == before
