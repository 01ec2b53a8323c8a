"""The course of the bench: the example course with as many students as asked for, on a stack of its own."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.db import SessionMaker, make_sessions
from classroom.messages import PORTAL_QUEUE, Sender
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    GradeJob,
    JobState,
    Operation,
    OperationKind,
    OperationState,
    Person,
    Role,
    Trigger,
)
from classroom.services import assignments, collection, courses, outbox, people, releases, rosters, submissions
from classroom.stack.settings import settings_of
from grader.files import FileStore
from hub_bridge.homes import Homes
from tests.support.example_answers import answers_of, fill_in
from tests.support.stack import Stack

EXAMPLE = Path(__file__).resolve().parents[2] / "courses" / "example"
OWNER = "bench"
SLUG = "bench"


class BenchCourse:
    """What the pages and the worker do, called as they call it."""

    def __init__(self, stack: Stack, students: int) -> None:
        self.stack, self.students = stack, students
        self.settings = settings_of(stack.state)
        self.sessions: SessionMaker = make_sessions(self.settings.database)
        self.sender = Sender(self.settings)
        self.files, self.homes = FileStore(self.settings.files), Homes(self.settings.homes)

    def create(self) -> None:
        """Make the course, empty."""
        now = datetime.now(UTC)
        with self.sessions.begin() as session:
            owner = people.ensure_person(session, hub_name=OWNER, display_name="Bench", email=None, now=now)
            courses.create_course(session, owner=owner, slug=SLUG, title="Bench", folder=str(EXAMPLE), now=now)

    def preview(self) -> None:
        """Upload the roster and look at what would change."""
        rows = [f"S{n:05d},Student Number {n},student{n:05d}@example.org,Lab {n % 8}" for n in range(self.students)]
        data = "\n".join(["Student ID,Name,Email,Section", *rows]).encode()
        with self.sessions.begin() as session:
            self.upload = rosters.upload(
                session, files=self.files, course=self.course(session), actor=None, filename="roster.csv", data=data,
                limits=self.settings, now=datetime.now(UTC),
            )  # fmt: skip
            self.fingerprint = rosters.preview(session, files=self.files, upload=self.upload).fingerprint

    def confirm(self) -> None:
        """Apply the roster. The operation that sets up accounts is on its way at the end."""
        with self.sessions.begin() as session:
            rosters.apply(
                session, files=self.files, upload=session.merge(self.upload), fingerprint=self.fingerprint, drop_missing=False,
                actor=None, now=datetime.now(UTC),
            )  # fmt: skip
        self.send()

    def publish(self) -> None:
        """Release the first assignment of the folder and start its delivery."""
        now = datetime.now(UTC)
        with self.sessions.begin() as session:
            course = self.course(session)
            slug = releases.folder_assignments(course)[0]
            release, problems = releases.from_folder(
                session, files=self.files, course=course, assignment_slug=slug, actor=None, now=now
            )
            assert release is not None, problems
            assignments.publish(session, assignment=session.get_one(Assignment, release.assignment_id), actor=None, now=now)
        self.send()

    def write_answers(self) -> None:
        """The students do their homework: every second one well."""
        with self.reading() as session:
            slug = self.assignment(session).slug
            [path] = [one for one in self.released(session) if one.endswith(".ipynb")]
            notebook = self.released(session)[path]
        versions = [fill_in(notebook, answers_of(EXAMPLE, slug, student)) for student in ("good", "half-right")]
        for number, home in enumerate(self.student_homes()):
            file = home / SLUG / slug / path
            owner = file.stat()
            file.write_bytes(versions[number % 2] + b" " * number)  # nobody's file is quite like another's
            os.chown(file, owner.st_uid, owner.st_gid)

    def submit(self, count: int) -> None:
        """The first ``count`` students press Submit."""
        now = datetime.now(UTC)
        for number in range(count):
            with self.sessions.begin() as session:
                students = select(Enrolment).where(Enrolment.role == Role.student).order_by(Enrolment.id)
                who, what = session.scalars(students.offset(number).limit(1)).one(), self.assignment(session)
                hand_in = submissions.prepare(session, enrolment=who, assignment=what, now=now)
                kept = submissions.take(hand_in, files=self.files, homes=self.homes, limits=self.settings)
                submissions.record(session, enrolment=who, assignment=what, manifest=kept, trigger=Trigger.student, now=now)
        self.send()

    def collect(self) -> None:
        """Start taking the work of everybody who has handed in nothing, as a teacher who does not wait for the deadline."""
        with self.sessions.begin() as session:
            owner = session.scalars(select(Person).filter_by(hub_name=OWNER)).one()
            collection.start_collection(session, assignment=self.assignment(session), actor=owner, now=datetime.now(UTC))
        self.send()

    def wait_for(self, kind: OperationKind) -> None:
        """Wait until the newest operation of that kind has ended well."""
        while True:
            with self.reading() as session:
                newest = session.scalars(select(Operation).filter_by(kind=kind).order_by(Operation.id.desc()).limit(1)).first()
            if newest and newest.state in {OperationState.done, OperationState.failed}:
                assert newest.state == OperationState.done, newest.problems
                assert not newest.problems, newest.problems
                return
            time.sleep(0.1)

    def wait_for_grades(self) -> None:
        """Wait until every grade job is done."""
        unfinished = select(func.count()).select_from(GradeJob).where(GradeJob.state != JobState.done)
        while True:
            with self.reading() as session:
                if not session.scalar(unfinished):
                    return
            time.sleep(0.1)

    def report_results(self) -> None:
        """Say about every job that waits what a grader would, as it would."""
        with self.reading() as session:
            release = self.assignment(session).release
            assert release is not None
            waiting = session.scalars(select(GradeJob.id).where(GradeJob.state != JobState.done)).all()
        cells = [
            {"notebook": one["notebook"], "grade_id": one["grade_id"], "points": one["points"], "max_points": one["points"],
             "status": "passed"}
            for one in release.questions
        ]  # fmt: skip
        for job_id in waiting:
            result = {"job_id": job_id, "status": "graded", "cells": cells}
            self.sender.send("classroom.record_result", PORTAL_QUEUE, {"job_id": job_id, "result": result})

    def bulk_users_and_group(self) -> None:
        """The peer of provisioning: the hub's own calls with all names at once."""
        names = [f"bulk-{n:05d}" for n in range(self.students)]
        headers = {"Authorization": f"token {self.stack.secrets['hub_token']}"}
        with httpx.Client(base_url=self.stack.hub_api, headers=headers, timeout=300) as client:
            client.post("/users", json={"usernames": names}).raise_for_status()
            client.post("/groups/bulk-student", json={}).raise_for_status()
            client.post("/groups/bulk-student/users", json={"users": names}).raise_for_status()

    def plain_copies(self) -> int:
        """The peer of delivery: the same files copied into as many plain folders. Returns the number of files."""
        with self.reading() as session:
            data = self.released(session)
        with tempfile.TemporaryDirectory(dir=self.stack.state) as folder:
            for number in range(self.students):
                for path, content in data.items():
                    target = Path(folder) / str(number) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
        return len(data) * self.students

    def plain_reads(self) -> None:
        """The peer of collecting: the same files read from the homes, with their digests."""
        for home in self.student_homes():
            for file in sorted((home / SLUG).rglob("*")):
                if file.is_file():
                    hashlib.sha256(file.read_bytes()).hexdigest()

    def student_homes(self) -> Iterator[Path]:
        """The homes of the students, in the order of the roster."""
        return (home for home in sorted(self.settings.homes.iterdir()) if home.name != OWNER and (home / SLUG).is_dir())

    def course(self, session: Session) -> Course:
        """The course."""
        return session.scalars(select(Course).filter_by(slug=SLUG)).one()

    def assignment(self, session: Session) -> Assignment:
        """Its only assignment."""
        return session.scalars(select(Assignment).limit(1)).one()

    def released(self, session: Session) -> dict[str, bytes]:
        """The files that students get."""
        release = self.assignment(session).release
        assert release is not None
        return {entry["path"]: self.files.get(entry["sha256"]) for entry in release.release_files}

    def source(self) -> dict[str, bytes]:
        """The files that submissions are graded with."""
        with self.reading() as session:
            release = self.assignment(session).release
            assert release is not None
            return {entry["path"]: self.files.get(entry["sha256"]) for entry in release.source_files}

    def send(self) -> None:
        """Let the messages go, as every entry point does after its commit."""
        outbox.send_pending(self.sessions, self.sender, now=datetime.now(UTC))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that keeps nobody from writing."""
        with self.sessions() as session:
            session.connection(execution_options={"homeroom_read_only": True})
            yield session
