"""What grading costs beside nbgrader, stock nbclient and plain exec: the same class, in turn, in one run, bytecode compiled.

    python -m tests.bench.grading [STUDENTS]

CPU is that of all processes, sandboxed ones too; it hardly depends on what else the machine does, wall time does.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.batch import Batch
from grader.batch_results import Line
from tests.bench.idle_queue import seconds_each
from tests.bench.memory import watched
from tests.bench.stock import run_notebooks
from tests.support.notebooks import Notebook, answer, answering, as_file, checks, code, locked, notebook, released

NBGRADER = Path(".venv-nbgrader/bin/python").absolute()
SOLUTIONS = {
    "mean": "def mean(values):\n    return float(np.mean(values))",
    "table": "table = pd.DataFrame({'city': ['a', 'b', 'a'], 'rain': [1.0, 2.0, 3.0]})\n"
    "sums = table.groupby('city')['rain'].sum()",
    "clip": "def clip(values, low, high):\n    return np.clip(np.array(values), low, high)",
    "words": "def words(text):\n    counts = {}\n    for word in text.split():\n"
    "        counts[word] = counts.get(word, 0) + 1\n    return counts",
}
TESTS = {
    "mean": "assert mean([1, 2, 3]) == 2\n### BEGIN HIDDEN TESTS\nassert mean([4]) == 4\n### END HIDDEN TESTS",
    "table": "assert sums['b'] == 2\n### BEGIN HIDDEN TESTS\nassert list(sums) == [4.0, 2.0]\n### END HIDDEN TESTS",
    "clip": "assert list(clip([1, 5], 2, 4)) == [2, 4]\n"
    "### BEGIN HIDDEN TESTS\nassert clip([0], 1, 2)[0] == 1\n### END HIDDEN TESTS",
    "words": "assert words('a b a') == {'a': 2, 'b': 1}\n### BEGIN HIDDEN TESTS\nassert words('') == {}\n### END HIDDEN TESTS",
}


JOBS = (1, 2, 4)
IDLE = 40
"""Submissions sent one at a time to an idle queue."""


@dataclass(slots=True)
class Cost:
    """Seconds for the whole class."""

    cpu: float
    wall: float


def source() -> Notebook:
    """Four questions, each with a visible and a hidden test; twelve cells with the imports and a look at the data."""
    cells = [locked("imports", "import numpy as np\nimport pandas as pd")]
    for name, solution in SOLUTIONS.items():
        cells += [answer(name, f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"), checks(f"t-{name}", TESTS[name])]
    return notebook(*cells, code("pd.DataFrame({'x': np.arange(5)}).describe()"))


def hand_in(folder: Path, students: int) -> None:
    """The source, and everybody's work: each fourth student has one answer wrong, another one none."""
    original = source()
    (folder / "source" / "ps").mkdir(parents=True)
    (folder / "source" / "ps" / "n.ipynb").write_bytes(as_file(original))
    for number in range(students):
        theirs, answers = released(original), dict(SOLUTIONS)
        if number % 4 == 1:
            answers["mean"] = "def mean(values):\n    return 0.0"
        if number % 4 == 2:
            del answers["clip"]
        answering(**answers)(theirs)
        place = folder / "submitted" / f"s{number:03}" / "ps"
        place.mkdir(parents=True)
        (place / "n.ipynb").write_bytes(as_file(theirs))


def ours(folder: Path, jobs: int, output: str) -> tuple[Cost, list[Line]]:
    """Everything on: split, sandbox, limits."""
    batch = Batch(folder / "source", folder / "submitted", folder / output)
    batch.look()
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    lines = batch.run(jobs=jobs, on_done=lambda _line, _kept: None)
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(own + sum(line["cpu_seconds"] for line in lines), time.perf_counter() - started), lines


def spent(work: Callable[[], object]) -> Cost:
    """What the processes that ``work`` starts and waits for cost, and this one meanwhile."""
    before, started = os.times(), time.perf_counter()
    work()
    after = os.times()
    return Cost(sum(after[:4]) - sum(before[:4]), time.perf_counter() - started)


def plain(folder: Path, students: int) -> None:
    """The teacher's notebook by exec in forks of one process, two at once; see plain.py."""
    path = folder / "source" / "ps" / "n.ipynb"
    subprocess.run([sys.executable, "-m", "tests.bench.plain", str(path), str(students), "2"], check=True, capture_output=True)


def nbgrader(folder: Path) -> dict[str, dict[str, float]]:
    """nbgrader autograde over the same folders; the points of each test by student."""
    program = (
        "import json, sys\nfrom nbgrader.apps import NbGraderAPI\nfrom traitlets.config import Config\n"
        "config = Config()\nconfig.CourseDirectory.root = sys.argv[1]\napi = NbGraderAPI(config=config)\n"
        "api.generate_assignment('ps', create=True)\n"
        "[api.autograde('ps', name, create=True) for name in sorted(api.get_submitted_students('ps'))]\n"
        "with api.gradebook as book:\n"
        "    print(json.dumps({s.student.id: {g.name: g.score for n in s.notebooks for g in n.grades}\n"
        "        for s in book.assignment_submissions('ps')}))\n"
    )
    environment = {"PATH": f"{NBGRADER.parent}:{os.defpath}", "HOME": str(folder)}
    done = subprocess.run(
        [str(NBGRADER), "-c", program, str(folder)], env=environment, check=True, capture_output=True, text=True, cwd=folder
    )
    points: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return points


def main(students: int) -> None:
    """The table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder, students)
        ours(folder, 1, "warm-up")  # the trial of the source belongs to the release, starting belongs to the worker
        costs: dict[str, Cost] = {}
        memory: dict[int, float] = {}
        for jobs in JOBS:
            with watched() as watch:
                costs[f"Homeroom, --jobs {jobs}"], lines = ours(folder, jobs, f"output-{jobs}")
            memory[jobs] = watch.most_mb
        costs["exec in a fork, no verdict"] = spent(lambda: plain(folder, students))
        costs["stock nbclient, no verdict"] = spent(lambda: run_notebooks({"n.ipynb": as_file(source())}, students, at_once=2))
        theirs: dict[str, dict[str, float]] = {}
        costs["nbgrader autograde"] = spent(lambda: theirs.update(nbgrader(folder)))
        for line in lines:
            scores = {cell["grade_id"]: cell["score"] for book in line["notebooks"] for cell in book["cells"]}
            assert scores == theirs[line["student"]], f"{line['student']}: {scores}, nbgrader {theirs[line['student']]}"
        peak = max(line["peak_mb"] or 0 for line in lines)
        work = sorted((folder / "submitted").glob("*/ps/n.ipynb"))[:IDLE]
        waits = seconds_each(as_file(source()), [path.read_bytes() for path in work])
    base = costs["nbgrader autograde"].cpu
    print(f"{students} submissions, {os.cpu_count()} cores; the same score for every test as nbgrader\n")  # noqa: T201 - a report
    print(f"{'':32}{'CPU ms each':>12}{'x less':>9}{'wall ms each':>14}")  # noqa: T201
    for name, cost in costs.items():
        print(  # noqa: T201
            f"{name:32}{cost.cpu / students * 1000:12.0f}{base / cost.cpu:9.1f}{cost.wall / students * 1000:14.0f}"
        )
    each = (memory[JOBS[-1]] - memory[JOBS[0]]) / (JOBS[-1] - JOBS[0])
    print(f"\nmost memory of one submission by its control group: {peak:.0f} MB")  # noqa: T201
    taken = ", ".join(f"{mb:.0f} MB with --jobs {jobs}" for jobs, mb in memory.items())
    print(f"all processes together, shared pages once: {taken}; {each:.0f} MB for each one more at once")  # noqa: T201
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    print(f"an idle queue answers in {statistics.median(waits):.2f} s (median), {p95:.2f} s (p95), {max(waits):.2f} s (longest)")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
