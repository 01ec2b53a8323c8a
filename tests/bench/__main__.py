"""A class of 1,200 from roster file to notebooks in every home, each step beside what it cannot beat, on one real stack.

    python -m tests.bench [STUDENTS]

The peers run on the same machine in the same run: read the ratios, not the seconds.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from classroom.db import SessionMaker, make_sessions
from classroom.messages import Sender
from classroom.models import Assignment, Course, Operation, OperationKind, OperationState
from classroom.services import assignments, courses, outbox, people, releases, rosters
from classroom.stack.settings import settings_of
from grader.files import FileStore
from tests.bench.stall import WorstStall
from tests.support.stack import Stack, running_stack

EXAMPLE = Path(__file__).resolve().parents[2] / "courses" / "example"


class Bench:
    """One stack and the figures taken on it."""

    def __init__(self, stack: Stack, students: int) -> None:
        self.stack, self.students = stack, students
        self.settings = settings_of(stack.state)
        self.sessions: SessionMaker = make_sessions(self.settings.database)
        self.sender = Sender(self.settings)
        self.files = FileStore(self.settings.files)
        self.course_id = 0

    def roster(self) -> bytes:
        rows = [f"S{n:05d},Student Number {n},student{n:05d}@example.org,Lab {n % 8}" for n in range(self.students)]
        return "\n".join(["Student ID,Name,Email,Section", *rows]).encode()

    def import_roster(self) -> dict[str, float]:
        """Upload, preview and confirm, as the pages do it. The operation it starts is on its way at the end."""
        now = datetime.now(UTC)
        with self.sessions.begin() as session:
            owner = people.ensure_person(session, hub_name="bench", display_name="Bench", email=None, now=now)
            course = courses.create_course(session, owner=owner, slug="bench", title="Bench", folder=str(EXAMPLE), now=now)
            self.course_id = course.id
        figures = {}
        with self.sessions.begin() as session:
            course = session.get_one(Course, self.course_id)
            started = time.perf_counter()
            kept = rosters.upload(
                session, files=self.files, course=course, actor=None, filename="roster.csv", data=self.roster(),
                limits=self.settings, now=now,
            )  # fmt: skip
            shown = rosters.preview(session, files=self.files, upload=kept)
            figures["roster: upload and preview"] = time.perf_counter() - started
            started = time.perf_counter()
            rosters.apply(
                session, files=self.files, upload=kept, fingerprint=shown.fingerprint, drop_missing=False, actor=None, now=now
            )
        figures["roster: confirm"] = time.perf_counter() - started
        self.send()
        return figures

    def publish(self) -> None:
        """Release the first assignment of the example course and start its delivery."""
        now = datetime.now(UTC)
        with self.sessions.begin() as session:
            course = session.get_one(Course, self.course_id)
            slug = releases.folder_assignments(course)[0]
            release, problems = releases.from_folder(
                session, files=self.files, course=course, assignment_slug=slug, actor=None, now=now
            )
            assert release is not None, problems
            assignments.publish(session, assignment=session.get_one(Assignment, release.assignment_id), actor=None, now=now)
        self.send()

    def wait_for(self, kind: OperationKind) -> None:
        """Wait until the newest operation of that kind has ended."""
        while True:
            with self.sessions.begin() as session:
                newest = session.query(Operation).filter_by(kind=kind).order_by(Operation.id.desc()).first()
                if newest and newest.state in {OperationState.done, OperationState.failed}:
                    assert newest.state == OperationState.done, newest.problems
                    assert not newest.problems, newest.problems
                    return
            time.sleep(0.2)

    def send(self) -> None:
        outbox.send_pending(self.sessions, self.sender, now=datetime.now(UTC))

    def bulk_users(self) -> None:
        """The peer of provisioning: the hub's own call, all names at once."""
        names = [f"bulk-{n:05d}" for n in range(self.students)]
        headers = {"Authorization": f"token {self.stack.secrets['hub_token']}"}
        with httpx.Client(headers=headers, timeout=300) as client:
            client.post(f"{self.stack.hub_api}/users", json={"usernames": names}).raise_for_status()

    def plain_copies(self) -> int:
        """The peer of delivery: the same files copied into as many plain folders. Returns the number of files."""
        with self.sessions.begin() as session:
            release = session.query(Assignment).filter_by(course_id=self.course_id).first()
            assert release is not None
            assert release.release is not None
            manifest = release.release.release_files
        data = {entry["path"]: self.files.get(entry["sha256"]) for entry in manifest}
        with tempfile.TemporaryDirectory(dir=self.stack.state) as folder:
            for number in range(self.students):
                for path, content in data.items():
                    target = Path(folder) / str(number) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
        return len(data) * self.students


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def line(name: str, seconds: float, *, peer: str = "", peer_seconds: float = 0.0) -> None:
    ratio = f"   {seconds / peer_seconds:5.1f} x {peer} ({peer_seconds:.2f} s)" if peer else ""
    print(f"{name:<44}{seconds:8.2f} s{ratio}", flush=True)  # noqa: T201 - this is what the bench is for


def main(students: int) -> None:
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder) / "state", demo=False) as stack:
        bench = Bench(stack, students)
        health = f"http://127.0.0.1:{stack.port + 2}/hub/health"
        print(f"{students} students, {stack.ready['versions']}")  # noqa: T201 - likewise
        for name, seconds in bench.import_roster().items():
            line(name, seconds)
        with WorstStall(health) as ours:
            provisioning = timed(lambda: bench.wait_for(OperationKind.provision))
        with WorstStall(health) as theirs:
            bulk = timed(bench.bulk_users)
        line("provision: hub users, groups, homes", provisioning, peer="one bulk call, users only", peer_seconds=bulk)
        line("provision: longest wait of another request", ours.seconds, peer="during the bulk call", peer_seconds=theirs.seconds)
        started = time.perf_counter()
        bench.publish()
        bench.wait_for(OperationKind.deliver)
        delivering = time.perf_counter() - started
        started = time.perf_counter()
        count = bench.plain_copies()
        line("deliver into every home", delivering, peer=f"{count} plain copies", peer_seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1200)
