"""A small course at work, for tests of how assignments, submissions and grades flow."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.models import (
    Assignment,
    Course,
    Delivery,
    Enrolment,
    GradeJob,
    Operation,
    OperationState,
    Release,
    Submission,
    Trigger,
)
from classroom.services import assignments, collection, deliveries, feedback, grading, releases, submissions
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.homes import Homes

RUNS = {
    "deliver": deliveries.run_deliver,
    "collect": collection.run_collect,
    "return_feedback": feedback.run_return_feedback,
}


def cell(kind: str, source: str, **flags: Any) -> dict[str, Any]:
    """One notebook cell; ``flags`` become its nbgrader metadata."""
    standard = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    metadata = {"nbgrader": standard | flags} if flags else {}
    made = {"cell_type": kind, "id": str(flags.get("grade_id", "plain")), "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(*cells: dict[str, Any]) -> bytes:
    """A notebook file."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": list(cells)}).encode()


def source_notebook(text: str = "Growth") -> bytes:
    """A teacher's notebook: 2 points by tests, 3 by a person."""
    return notebook(
        cell("markdown", f"# {text}"),
        cell("code", "### BEGIN SOLUTION\nx = 2\n### END SOLUTION", grade_id="x", solution=True),
        cell("code", "assert x == 2", grade_id="test_x", grade=True, locked=True, points=2),
        cell("markdown", "Because.", grade_id="why", grade=True, solution=True, points=3),
    )


def answered(value: str = "2", why: str = "Because cells divide.") -> bytes:
    """A student's notebook with answers in it."""
    return notebook(
        cell("markdown", "# Growth"),
        cell("code", f"x = {value}", grade_id="x", solution=True),
        cell("code", "assert x == 2", grade_id="test_x", grade=True, locked=True, points=2),
        cell("markdown", why, grade_id="why", grade=True, solution=True, points=3),
    )


SOURCE = {"growth.ipynb": source_notebook(), "data/cells.csv": b"day,cells\n0,10\n"}


def reply(job: GradeJob, *, status: str = "graded", points: float = 2.0, **more: Any) -> dict[str, Any]:
    """What a grading worker answers: points for the tests, the written answer left to a person."""
    cells = [
        {"notebook": "growth.ipynb", "grade_id": "test_x", "points": points, "max_points": 2.0, "status": "passed"},
        {"notebook": "growth.ipynb", "grade_id": "why", "points": None, "max_points": 3.0, "status": "manual"},
    ]
    return {"job_id": job.id, "status": status, "cells": cells if status == "graded" else [], **more}


class Clock:
    """A time that tests move."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> datetime:
        """Let time pass; returns the new time."""
        self.time += timedelta(**span)
        return self.time


@dataclass(frozen=True)
class Lab:
    """A course with homes, at work. Everything it does is committed."""

    session: Session
    context: OperationContext
    clock: Clock
    course: Course
    teacher: Enrolment
    make_enrolment: Callable[..., Enrolment]

    @property
    def now(self) -> datetime:
        return self.clock.time

    @property
    def homes(self) -> Homes:
        return self.context.homes

    @property
    def files(self) -> FileStore:
        return self.context.files

    @property
    def settings(self) -> Settings:
        return self.context.settings

    def student(self, name: str) -> Enrolment:
        """A student whose home is ready."""
        enrolment = self.make_enrolment(name)
        self.homes.ensure(name, enrolment.person.uid)
        enrolment.provisioned_at = self.now
        self.session.commit()
        return enrolment

    def release(self, source: Mapping[str, bytes] = SOURCE, *, slug: str = "growth", title: str = "Growth") -> Release:
        """Release a source, as an upload."""
        release, problems = releases.from_upload(
            self.session,
            files=self.files,
            course=self.course,
            assignment_slug=slug,
            title=title,
            uploads=source,
            actor=None,
            now=self.now,
        )
        assert release is not None, problems
        self.session.commit()
        return release

    def publish(self, source: Mapping[str, bytes] = SOURCE, *, slug: str = "growth", title: str = "Growth") -> Assignment:
        """A published assignment that is due in a week."""
        made = self.release(source, slug=slug, title=title).assignment
        made.due_at = self.now + timedelta(days=7)
        assignments.publish(self.session, assignment=made, actor=None, now=self.now)
        self.session.commit()
        return made

    def run(self, context: OperationContext | None = None) -> list[Operation]:
        """Run every queued operation as the portal worker does; returns them as they ended."""
        self.session.commit()
        queued = select(Operation.id, Operation.kind).where(Operation.state == OperationState.queued, Operation.kind.in_(RUNS))
        waiting = self.session.execute(queued.order_by(Operation.id)).all()
        self.session.commit()
        for id_, kind in waiting:
            RUNS[kind](context or self.context, id_)
        return [self.operation(id_) for id_, _ in waiting]

    def run_again(self, operation: Operation) -> Operation:
        """Run an operation, whatever state it is in, as a repeated message does."""
        self.session.commit()
        RUNS[operation.kind](self.context, operation.id)
        return self.operation(operation.id)

    def operation(self, id_: int) -> Operation:
        """An operation as it is in the database now."""
        self.session.expire_all()
        operation = self.session.get_one(Operation, id_)
        self.session.commit()
        return operation

    def write(self, enrolment: Enrolment, path: str, data: bytes, *, slug: str = "growth") -> None:
        """Write a file into a student's copy of the assignment, as the student's server does."""
        person = enrolment.person
        self.homes.place(person.hub_name, f"{self.course.slug}/{slug}/{path}", data, uid=person.uid, replace=True)

    def read(self, enrolment: Enrolment, path: str, *, slug: str = "growth") -> bytes | None:
        """A file in a student's copy of the assignment."""
        return self.homes.read(enrolment.person.hub_name, f"{self.course.slug}/{slug}/{path}", limit=10_000_000)

    def names(self, enrolment: Enrolment, *, slug: str = "growth") -> list[str]:
        """What lies in a student's copy of the assignment."""
        folder = f"{self.course.slug}/{slug}"
        found = self.homes.tree(enrolment.person.hub_name, folder, max_bytes=10**7, max_files=100, skip=lambda _path: False)
        return [file.path for file in found]

    def delivery(self, enrolment: Enrolment, release: Release) -> Delivery:
        """The row about one release on its way to one person."""
        mine = select(Delivery).where(Delivery.enrolment_id == enrolment.id, Delivery.release_id == release.id)
        return self.session.scalars(mine).one()

    def submit(self, enrolment: Enrolment, assignment: Assignment) -> Submission:
        """Press Submit."""
        hand_in = submissions.prepare(self.session, enrolment=enrolment, assignment=assignment, now=self.now)
        manifest = submissions.take(hand_in, files=self.files, homes=self.homes, limits=self.settings)
        submission = submissions.record(
            self.session, enrolment=enrolment, assignment=assignment, manifest=manifest, trigger=Trigger.student, now=self.now
        )
        self.session.commit()
        return submission

    def hand_in(self, enrolment: Enrolment, assignment: Assignment, data: bytes | None = None) -> Submission:
        """Answer the assignment and press Submit."""
        self.write(enrolment, "growth.ipynb", data or answered(), slug=assignment.slug)
        return self.submit(enrolment, assignment)

    def grade(self, submission: Submission, *, points: float = 2.0, by_hand: float | None = 3.0, comment: str = "") -> None:
        """Let the machine, and unless told otherwise the teacher, grade a submission."""
        job = grading.start_job(self.session, submission=submission, now=self.now)
        grading.record_result(self.session, job_id=job.id, result=reply(job, points=points), now=self.now)
        if by_hand is not None:
            self.score(submission, "why", by_hand, comment)
        self.session.commit()

    def score(self, submission: Submission, grade_id: str, points: float | None, comment: str = "") -> None:
        """The teacher gives points by hand."""
        grading.set_manual_score(
            self.session,
            submission=submission,
            notebook="growth.ipynb",
            grade_id=grade_id,
            points=points,
            comment=comment,
            grader=self.teacher.person,
            now=self.now,
        )
        self.session.commit()
