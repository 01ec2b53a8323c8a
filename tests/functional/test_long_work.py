"""Long work never holds up short work: graders are heard and results are kept while operations take their time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor, eventually

LEASE = 6
SLOW = f"import time\ntime.sleep({2 * LEASE})\n"
"""Longer than a silent job is believed to live."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: its hub is made to hang. A job that is not heard of is given up after seconds."""
    with running_stack(tmp_path_factory.mktemp("long") / "state", env={"HOMEROOM_JOB_LEASE": str(LEASE)}) as stack:
        yield stack


@contextmanager
def hanging(pid: int) -> Iterator[None]:
    """A process that takes connections and never answers."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def homeroom(stack: Stack, *arguments: str) -> None:
    """What the one who runs the server types."""
    command = [sys.executable, "-m", "classroom.cli", *arguments, "--state", str(stack.state)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def start_provisioning(stack: Stack, slug: str, folder: Path) -> None:
    """A course whose people need accounts."""
    roster = folder / f"{slug}.csv"
    roster.write_text(f"Student ID,Name,Email\n{slug}-1,Student of {slug},{slug}@example.org\n")
    homeroom(stack, "course", "create", slug, "--title", slug, "--owner", f"owner-{slug}")
    homeroom(stack, "roster", "import", str(roster), "--course", slug, "--yes")


def provisionings(stack: Stack, state: str) -> int:
    return int(stack.rows("select count(*) from operation where kind = 'provision' and state = ?", state)[0][0])


def answer_slowly(notebook: Path) -> None:
    content = json.loads(notebook.read_text())
    answer = next(c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("solution") and c["cell_type"] == "code")
    answer["source"] = SLOW
    owner = notebook.stat()
    notebook.write_text(json.dumps(content))
    os.chown(notebook, owner.st_uid, owner.st_gid)


@pytest.mark.slow
def test_three_operations_that_hang_delay_no_grading(stack: Stack, tmp_path: Path) -> None:
    ada = Visitor(stack)
    ada.sign_in(stack.sign_in_link("ada"))
    notebook = eventually("ada has the assignment", first_notebook_of(stack, "ada"), seconds=90)
    answer_slowly(notebook)
    course, assignment = notebook.parts[-3:-1]
    page = ada.get(f"/courses/{course}/a/{assignment}/")

    with hanging(stack.pid("hub")):
        for slug in ("long1", "long2", "long3"):
            start_provisioning(stack, slug, tmp_path)
        eventually("the operations worker is full", lambda: provisionings(stack, "running") >= 2)
        ada.hand_in(page)
        began = time.monotonic()
        [(tries,)] = eventually("the result is kept", lambda: stack.rows("select tries from grade_job where state = 'done'"))
        took = time.monotonic() - began

    ada.close()
    assert tries == 1, "a job that was heard of all the time was taken for lost"
    assert took < 2 * LEASE + 15
    eventually("the operations end when the hub is back", lambda: provisionings(stack, "done") >= 3, seconds=120)


def first_notebook_of(stack: Stack, name: str) -> Callable[[], Path | None]:
    return lambda: next(iter(sorted(stack.home(name).glob("*/*/*.ipynb"))), None)
