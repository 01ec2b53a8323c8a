"""A class of 1,200 from roster file to gradebook on one real stack, each step beside what it cannot beat.

    python -m tests.bench [STUDENTS [SUBMISSIONS]]

The peers run on the same machine in the same run: read the ratios, not the seconds. Pages have no peer: they shall stay quick.
"""

import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classroom.models import OperationKind
from tests.bench.course import OWNER, SLUG, BenchCourse
from tests.bench.measure import show, spent, timed
from tests.bench.opening import opening
from tests.bench.stall import WorstStall
from tests.bench.stock import run_notebooks
from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor

LOOKS = 5
"""Each page is asked for so often; the median counts."""


def roster(bench: BenchCourse) -> None:
    """From a file to rows."""
    bench.create()
    show("roster: upload and preview", timed(bench.preview))
    show("roster: confirm", timed(bench.confirm))


def provision(bench: BenchCourse) -> None:
    """From rows to accounts, groups and homes."""
    stack = bench.stack
    health, hub, worker = f"http://127.0.0.1:{stack.port + 2}/hub/health", stack.pid("hub"), stack.pid("operations")
    with WorstStall(health) as ours, spent(hub) as hub_time, spent(worker) as own_time:
        bench.wait_for(OperationKind.provision)
    with WorstStall(health) as theirs, spent(hub) as bulk:
        bench.bulk_users_and_group()
    peer = "the hub's own bulk calls"
    show("provision: hub users, groups, homes", hub_time.seconds, peer=peer, peer_seconds=bulk.seconds)
    show("  CPU of the hub meanwhile", hub_time.cpu, peer=peer, peer_seconds=bulk.cpu)
    show("  CPU of the portal's worker meanwhile", own_time.cpu, peer="the hub's", peer_seconds=hub_time.cpu)
    show("  longest wait of another request to the hub", ours.seconds, peer=f"during {peer}", peer_seconds=theirs.seconds)


def deliver(bench: BenchCourse) -> None:
    """From the course's folder into every home."""
    with spent() as ours:
        bench.publish()
        bench.wait_for(OperationKind.deliver)
    with spent() as plain:
        count = bench.plain_copies()
    show("publish: release, into every home", ours.seconds, peer=f"{count} plain copies", peer_seconds=plain.seconds)


def grade(bench: BenchCourse, count: int) -> None:
    """From Submit to results, by the real worker."""
    bench.write_answers()
    with spent() as ours:
        bench.submit(count)
        bench.wait_for_grades()
    at_once = bench.settings.grading_jobs
    stock = timed(lambda: run_notebooks(bench.source(), count, at_once=at_once))
    show(f"grade: {count} submissions, {at_once} at once", ours.seconds, peer="stock nbclient", peer_seconds=stock)
    show("  that is, for the whole class", ours.seconds / count * bench.students)


def collect(bench: BenchCourse) -> None:
    """The deadline: everybody's work at once, and the results that come back."""
    with spent() as ours:
        bench.collect()
        bench.wait_for(OperationKind.collect)
    show("collect: from every home", ours.seconds, peer="reading the same files", peer_seconds=timed(bench.plain_reads))
    with spent() as results:
        bench.report_results()
        bench.wait_for_grades()
    show("record: a result for everybody", results.seconds)


def pages(bench: BenchCourse) -> None:
    """What staff look at, asked for through the portal."""
    visitor = Visitor(bench.stack)
    visitor.sign_in(bench.stack.sign_in_link(OWNER))
    with bench.reading() as session:
        slug = bench.assignment(session).slug
    teach, assignment = f"/courses/{SLUG}/teach", f"/courses/{SLUG}/teach/assignments/{slug}"
    for name, path in {
        "overview": f"{teach}/",
        "people": f"{teach}/people/",
        "assignments": f"{teach}/assignments/",
        "assignment": f"{assignment}/",
        "submissions, by score": f"{assignment}/submissions/?sort=-score",
        "one submission": f"{assignment}/submissions/1/",
        "gradebook": f"{teach}/gradebook/",
        "gradebook as CSV": f"{teach}/gradebook.csv",
    }.items():
        looks = []
        for _ in range(LOOKS):
            with spent() as look:
                assert visitor.client.get(f"{bench.stack.portal}{path}").status_code == 200, path
            looks.append(look.seconds)
        show(f"page: {name}", statistics.median(looks))
    visitor.close()


@contextmanager
def no_grading(stack: Stack) -> Iterator[None]:
    """The graders hold still: what is measured meanwhile has the machine to itself."""
    group = os.getpgid(stack.pid("grading"))
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def main(students: int, submissions: int) -> None:
    """All steps, in the order of a term."""
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder) / "state", demo=False) as stack:
        bench = BenchCourse(stack, students)
        versions = ", ".join(f"{name} {version}" for name, version in stack.ready["versions"].items())
        print(f"{students} students, {os.cpu_count()} cores, {versions}\n")  # noqa: T201 - a report
        roster(bench)
        provision(bench)
        deliver(bench)
        opening(bench)
        grade(bench, submissions)
        with no_grading(stack):
            collect(bench)
            pages(bench)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(1200, 20)[len(numbers) :])
