"""Parts are killed in the middle of their work. Whatever dies, every submission ends graded, once."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import Stack, running_stack
from tests.support.visitor import Page, Visitor, eventually

SLOW = "import time\ntime.sleep(4)\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: these tests kill its parts. A lost job is sent again after seconds instead of half a minute."""
    with running_stack(tmp_path_factory.mktemp("recovery") / "state", env={"HOMEROOM_JOB_LEASE": "12"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def ada(stack: Stack) -> Iterator[Visitor]:
    """A signed-in student of the demo course."""
    visitor = Visitor(stack)
    visitor.sign_in(stack.sign_in_link("ada"))
    yield visitor
    visitor.close()


def delivered_notebook(stack: Stack) -> Path:
    """The first assignment's notebook in the home of the first demo student."""

    def find() -> Path | None:
        return next(iter(sorted(stack.home("ada").glob("*/*/*.ipynb"))), None)

    return eventually("the first assignment is in ada's home", find, seconds=90)


def edit(notebook: Path, words: str) -> None:
    """Answer the first question with something slow that says ``words``, as the student would in JupyterLab."""
    content = json.loads(notebook.read_text())
    answer = next(c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("solution") and c["cell_type"] == "code")
    answer["source"] = f"{SLOW}# {words}\n"
    owner = notebook.stat()
    notebook.write_text(json.dumps(content))
    os.chown(notebook, owner.st_uid, owner.st_gid)


def submit(visitor: Visitor, notebook: Path) -> Page:
    """Press Submit on the assignment's page."""
    course, assignment = notebook.parts[-3:-1]
    page = visitor.get(f"/courses/{course}/a/{assignment}/")
    return visitor.hand_in(page)


def attempts(stack: Stack) -> int:
    return int(stack.rows("select count(*) from submission")[0][0])


def all_graded_once(stack: Stack) -> bool:
    """Every submission has exactly one result, and it is ``graded``."""
    rows = stack.rows(
        "select s.id, count(r.id), min(r.status) from submission s left join result r on r.submission_id = s.id group by s.id"
    )
    assert all(count <= 1 for _, count, _ in rows), f"graded more than once: {rows}"
    assert all(status in {None, "graded"} for _, _, status in rows), f"not graded: {rows}"
    return all(count == 1 for _, count, _ in rows)


def some_job_runs(stack: Stack) -> bool:
    return bool(stack.rows("select 1 from grade_job where state = 'running'"))


def test_a_grading_worker_killed_in_the_middle_costs_time_but_no_result(stack: Stack, ada: Visitor) -> None:
    notebook = delivered_notebook(stack)
    edit(notebook, "killed worker")
    submit(ada, notebook)
    eventually("the job runs", lambda: some_job_runs(stack))

    os.kill(stack.pid("grading"), signal.SIGKILL)

    eventually("the submission is graded", lambda: attempts(stack) == 1 and all_graded_once(stack), seconds=120)


def test_a_killed_broker_costs_time_but_no_result(stack: Stack, ada: Visitor) -> None:
    notebook = delivered_notebook(stack)
    edit(notebook, "killed broker")
    submit(ada, notebook)
    eventually("the job runs", lambda: some_job_runs(stack))

    os.kill(stack.pid("broker"), signal.SIGKILL)

    eventually("the submission is graded", lambda: attempts(stack) == 2 and all_graded_once(stack), seconds=180)


def test_a_portal_killed_between_commit_and_send_loses_nothing(stack: Stack, ada: Visitor) -> None:
    notebook = delivered_notebook(stack)
    edit(notebook, "killed portal")
    broker, portal = stack.pid("broker"), stack.pid("portal")
    os.kill(broker, signal.SIGSTOP)  # the send now hangs, the commit does not
    try:
        submit(ada, notebook)
        assert attempts(stack) == 3, "the submission is stored before anything else happens to it"
        assert stack.rows("select 1 from outbox_message where sent_at is null and task = 'grader.grade'")
        os.kill(portal, signal.SIGKILL)
    finally:
        os.kill(broker, signal.SIGCONT)

    eventually("the portal is back", lambda: stack.pid("portal") != portal)
    eventually("the submission is graded", lambda: attempts(stack) == 3 and all_graded_once(stack), seconds=180)


def test_a_second_press_with_nothing_changed_is_the_same_attempt(stack: Stack, ada: Visitor) -> None:
    notebook = delivered_notebook(stack)
    before = attempts(stack)

    submit(ada, notebook)
    submit(ada, notebook)

    assert attempts(stack) == before


def test_a_stack_that_was_killed_whole_takes_up_its_state(stack: Stack, ada: Visitor) -> None:
    notebook = delivered_notebook(stack)
    edit(notebook, "killed stack")
    before = attempts(stack)
    submit(ada, notebook)
    pids = json.loads((stack.state / "READY.json").read_text())["pids"].values()
    stack.process.kill()
    stack.process.wait()
    (stack.state / "READY.json").unlink(missing_ok=True)
    time.sleep(1)

    with running_stack(stack.state, port=stack.port, env={"HOMEROOM_JOB_LEASE": "12"}) as again:
        eventually("the submission is graded", lambda: attempts(again) == before + 1 and all_graded_once(again), seconds=120)

    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()], "parts of the killed stack still run"
