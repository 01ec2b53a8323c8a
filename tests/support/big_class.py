"""A class of hundreds, written straight into the tables: for pages that must stay quick and readable with many people."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from classroom.models import (
    Assignment,
    Course,
    Delivery,
    Enrolment,
    Feedback,
    GradeJob,
    JobState,
    ManualScore,
    Person,
    Release,
    Result,
    ResultStatus,
    Role,
    Score,
    Section,
    Submission,
    Trigger,
)
from classroom.services import manifests
from tests.support.work import Lab, answered

FIRST = ["Ada", "Blaise", "Chien", "Dorothy", "Emmy", "Fei", "Grace", "Hedy", "Ibn", "Joan", "Katherine", "Lise", "Maryam"]
LAST = ["Abbott", "Baptiste", "Çelik", "Dubois", "Eze", "Fischer", "García", "Haddad", "Ivanova", "Jansen", "Kowalska"]


@dataclass(frozen=True)
class BigClass:
    """What was made."""

    course: Course
    assignment: Assignment
    students: list[Enrolment]
    submissions: list[Submission]


def big_class(lab: Lab, *, students: int = 300) -> BigClass:
    """A published assignment, due yesterday, in a course of many: most handed in, most graded, a few in every other state."""
    assignment = lab.publish()
    release = assignment.release
    assert release is not None
    assignment.due_at = lab.now - timedelta(days=1)
    people = _people(lab.session, lab, students)
    lab.session.add_all(
        Delivery(enrolment_id=one.id, release_id=release.id, delivered_at=lab.now, kept=[])
        for one in people
        if one.provisioned_at
    )
    manifest = manifests.store(lab.files, {"growth.ipynb": answered(), "data/cells.csv": b"day,cells\n0,12\n"})
    submissions = [_submission(one, assignment, manifest, number) for number, one in enumerate(people) if number % 15]
    lab.session.add_all(submissions)
    lab.session.flush()
    jobs = [_job(lab, submission, release, is_running=number % 60 == 7) for number, submission in enumerate(submissions)]
    lab.session.add_all(jobs)
    lab.session.flush()
    for number, job in enumerate(jobs):
        if job.state is JobState.done:
            _grade(lab, job, number)
    lab.session.commit()
    return BigClass(lab.course, assignment, people, submissions)


def _people(session: Session, lab: Lab, count: int) -> list[Enrolment]:
    sections = [Section(course_id=lab.course.id, name=f"Lab {number}") for number in (1, 2, 3)]
    session.add_all(sections)
    session.flush()
    made = []
    for number in range(count):
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
        person = Person(
            hub_name=f"student{number}",
            display_name=name,
            email=f"student{number}@example.edu",
            password_hash="set" if number % 3 else None,
            active=True,
            creates_courses=False,
            created_at=lab.now,
        )
        made.append(
            Enrolment(
                course=lab.course,
                person=person,
                role=Role.student,
                section=sections[number % 3],
                roster_key=f"{number:05}",
                student_id=f"{number:05}",
                created_at=lab.now,
                provisioned_at=lab.now if number % 50 else None,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def _submission(who: Enrolment, assignment: Assignment, manifest: manifests.Manifest, number: int) -> Submission:
    assert assignment.due_at is not None
    assert assignment.release is not None
    return Submission(
        enrolment=who,
        assignment=assignment,
        release=assignment.release,
        attempt=1 + number % 2,
        digest=manifests.digest(manifest),
        files=manifest,
        received_at=assignment.due_at + timedelta(hours=number % 40 - 38),
        trigger=Trigger.deadline if number % 11 == 0 else Trigger.student,
        late=number % 40 == 39,
    )


def _job(lab: Lab, submission: Submission, release: Release, *, is_running: bool) -> GradeJob:
    return GradeJob(
        id=str(uuid.uuid4()),
        submission=submission,
        release=release,
        state=JobState.running if is_running else JobState.done,
        tries=1,
        queued_at=lab.now,
        heartbeat_at=lab.now,
        finished_at=None if is_running else lab.now,
        cells_done=1,
        cells_total=4,
    )


def _grade(lab: Lab, job: GradeJob, number: int) -> None:
    status = {11: ResultStatus.ungradable, 13: ResultStatus.grader_error}.get(number % 90, ResultStatus.graded)
    result = Result(
        job_id=job.id,
        submission_id=job.submission_id,
        release_id=job.release_id,
        status=status,
        staff_reason="" if status is ResultStatus.graded else "The kernel died three times.",
        student_reason="",
        created_at=lab.now,
        executed=[],
        provenance={},
    )
    if status is ResultStatus.graded:
        result.scores = [Score(**score) for score in _scores(number)]
    lab.session.add(result)
    if status is ResultStatus.graded and number % 4:
        lab.session.add(
            ManualScore(
                submission_id=job.submission_id,
                notebook="growth.ipynb",
                grade_id="why",
                points=float(number % 4),
                comment="Well argued.",
                grader_id=lab.teacher.person_id,
                created_at=lab.now,
            )
        )
        if number % 5 == 0:
            lab.session.add(Feedback(submission_id=job.submission_id, released_at=lab.now, released_by_id=lab.teacher.person_id))


def _scores(number: int) -> list[dict[str, Any]]:
    passed = number % 3
    return [
        {
            "notebook": "growth.ipynb",
            "grade_id": "test_x",
            "points": float(passed),
            "max_points": 2.0,
            "status": ("failed", "partial", "passed")[passed],
            "student_message": "" if passed == 2 else "x is not what was asked for.",
            "staff_message": "" if passed == 2 else "AssertionError in line 1: assert x == 2",
        },
        {"notebook": "growth.ipynb", "grade_id": "why", "points": None, "max_points": 3.0, "status": "manual"},
    ]
