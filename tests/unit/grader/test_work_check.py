"""Checks of work that is not handed in, run for real: what students read of them, and what they never do."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest

from grader.files import FileStore
from grader.jobs import FileRef, GradeJob, Limits
from grader.sources import prepare, students_version
from grader.tasks import run_work_check
from grader.work_check import WorkCheck
from tests.support.notebooks import (
    Edit,
    Notebook,
    answer,
    answering,
    as_file,
    checks,
    code,
    from_file,
    notebook,
    released,
    written,
)
from tests.support.otter_notebooks import answering_otter, expects, question, raw

HIDDEN = "\n### BEGIN HIDDEN TESTS\nPLANTED_SOURCE = 1\nprint('PLANTED_PRINT')\n{}\n### END HIDDEN TESTS"
SOURCE = notebook(
    answer("f", "### BEGIN SOLUTION\nf = lambda x: 'PLANTED_SOLUTION' and x + 1\n### END SOLUTION"),
    checks("seen", "assert f(1) == 2, 'The next number after 1 is 2.'" + HIDDEN.format("assert f(2) == 3, 'PLANTED_MESSAGE'")),
    checks("wrong", "assert f(1) == 2" + HIDDEN.format("assert f(5) == 6, 'PLANTED_MESSAGE'")),
    checks("points", "points = 0\nif f(1) == 2:\n    points += 1" + HIDDEN.format("points += f(7) == 8") + "\npoints", points=2),
    checks("unseen", HIDDEN.format("assert f(9) == 10, 'PLANTED_MESSAGE'")),
    checks("beside", "%matplotlib inline\nassert f(1) == 2" + HIDDEN.format("assert f(3) == 4, 'PLANTED_MESSAGE'")),
    written("why"),
)
GIVEN = {"given.csv": b"1"}
KEPT_BACK = {"kept-back.csv": b"PLANTED_DATA"}

Checks = Callable[..., WorkCheck]


@pytest.fixture(scope="module")
def checked(store: FileStore) -> Checks:
    """Check what a student made of the release."""

    def run(*edits: Edit, seconds: int = 60, limits: Limits | None = None) -> WorkCheck:
        theirs = released(SOURCE)
        for edit in edits:
            edit(theirs)
        return check(store, {"n.ipynb": as_file(SOURCE), **GIVEN, **KEPT_BACK}, {"n.ipynb": as_file(theirs)}, seconds, limits)

    return run


def check(
    store: FileStore, source: dict[str, bytes], work: dict[str, bytes], seconds: int = 60, limits: Limits | None = None
) -> WorkCheck:
    prepared = prepare(source)
    given = students_version(prepared).files
    given.pop("kept-back.csv", None)
    refs = {name: stored(store, some) for name, some in {"source": prepared.files, "work": work, "given": given}.items()}
    job = GradeJob("7", refs["source"], refs["work"], limits or Limits())
    return run_work_check(
        job.to_json(), [asdict(ref) for ref in refs["given"]], store, seconds=seconds, on_progress=lambda _done, _total: None
    )


def stored(store: FileStore, some: dict[str, bytes]) -> tuple[FileRef, ...]:
    return tuple(store.put_file(path, data) for path, data in some.items())


def states(found: WorkCheck) -> dict[str, str]:
    return {question.grade_id: question.state for question in found.questions}


def test_each_question_says_what_its_visible_part_says(checked: Checks) -> None:
    found = checked(answering(f="f = lambda x: 2", why="Because."))

    assert found.status == "checked", found.reason
    assert states(found) == {
        "seen": "passes",
        "wrong": "passes",
        "points": "partial",
        "unseen": "unseen",
        "beside": "passes",
        "why": "person",
    }
    assert (found.stumbles, found.remarks) == ((), ())


def test_a_test_that_fails_says_the_message_that_the_student_can_read_anyway(checked: Checks) -> None:
    found = checked(answering(f="f = lambda x: 3"))

    message = next(question.message for question in found.questions if question.grade_id == "seen")
    assert message == "AssertionError: The next number after 1 is 2.\nline 1: assert f(1) == 2, 'The next number after 1 is 2.'"
    assert (states(found)["points"], states(found)["why"]) == ("partial", "unanswered")


def test_what_does_not_run_from_the_top_is_said_with_the_students_own_cell_number(checked: Checks) -> None:
    def own_cells(theirs: Notebook) -> None:
        theirs["cells"].insert(0, {**code("later + 1"), "id": "own-1"})
        theirs["cells"].append({**code("1 / 0"), "id": "own-2"})

    found = checked(answering(f="f = lambda x: x + 1"), own_cells)

    assert [(stumble.cell, stumble.message.split(":")[0]) for stumble in found.stumbles] == [
        (1, "NameError"),
        (9, "ZeroDivisionError"),
    ]
    assert states(found)["seen"] == "passes"


def test_an_answer_that_is_not_there_is_no_stumble(checked: Checks) -> None:
    found = checked()

    assert found.stumbles == ()
    assert [(remark.kind, remark.grade_id) for remark in found.remarks] == [("unanswered", "f"), ("unanswered", "why")]
    assert states(found)["seen"] == "fails"


def test_a_check_ends_when_its_time_is_up(checked: Checks) -> None:
    found = checked(answering(f="import time\ntime.sleep(30)"), seconds=2)

    assert found.status == "checked"
    assert "not_run" in states(found).values() or "fails" in states(found).values()
    assert found.stumbles or found.reason


def test_work_that_is_no_notebook_is_said(store: FileStore) -> None:
    found = check(store, {"n.ipynb": as_file(SOURCE)}, {"n.ipynb": b"{"})

    assert found.status == "unusable"
    assert [remark.kind for remark in found.remarks] == ["unreadable"]


def test_a_message_that_makes_no_sense_is_our_fault(store: FileStore) -> None:
    found = run_work_check({"job_id": "7"}, [], store, seconds=5, on_progress=lambda _done, _total: None)

    assert found.status == "our_fault"


SPIES = {
    "honest": "f = lambda x: x + 1",
    "wrong": "f = lambda x: 0",
    "raises": "def f(x): raise ValueError(x)",
    "tells its arguments": "def f(x): raise ValueError([x, dir(), list(globals())])",
    "reads files": "import os\nraise ValueError([open(path).read() for path in os.listdir('.')])",
    "looks at the stack": (
        "import sys\ndef f(x):\n    frame, seen = sys._getframe(), []\n    while frame:\n"
        "        seen.append(repr(frame.f_code.co_consts)); frame = frame.f_back\n    raise ValueError(seen)"
    ),
    "reads the notebook's history": "ip = get_ipython()\ndef f(x): raise ValueError(list(ip.user_ns.get('In', [])))",
    "looks for objects": (
        "import gc\ndef f(x): raise ValueError([one for one in gc.get_objects() if isinstance(one, str) and 'PLANTED' in one])"
    ),
    "stops": "import os\nos._exit(3)",
}
USUAL = ("wrong", "tells its arguments", "reads files")
SECRETS = ("PLANTED_SOURCE", "PLANTED_PRINT", "PLANTED_MESSAGE", "PLANTED_SOLUTION", "PLANTED_DATA", "HIDDEN TESTS")


@pytest.mark.parametrize("spy", [name if name in USUAL else pytest.param(name, marks=pytest.mark.slow) for name in SPIES])
def test_no_answer_holds_anything_of_a_hidden_test_a_solution_or_a_file_kept_back(spy: str, checked: Checks) -> None:
    text = json.dumps(checked(answering(f=SPIES[spy])).to_json())

    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("works_on", [2, *[pytest.param(value, marks=pytest.mark.slow) for value in (3, 5, 7, 9)]])
def test_whether_a_hidden_test_passes_changes_nothing_in_the_answer(works_on: int, checked: Checks) -> None:
    """Answers that are right for one hidden value only, and right or wrong for all: the same is said of each."""
    right = f"f = lambda x: x + 1 if x in (1, {works_on}) else None"

    assert (
        checked(answering(f=right, why="Because.")).to_json()
        == checked(answering(f="f = lambda x: x + 1", why="Because.")).to_json()
    )


def test_otters_public_cases_are_checked_and_its_hidden_ones_are_not(store: FileStore) -> None:
    source = notebook(
        raw("# ASSIGNMENT CONFIG"),
        *question("q1", "x = 2  # SOLUTION", expects("x + 1", "3"), expects("# HIDDEN\nx * 1000", "2000")),
    )

    def work(x: int) -> bytes:
        theirs = from_file(students_version(prepare({"n.ipynb": as_file(source)})).files["n.ipynb"])
        answering_otter({"q1": f"x = {x}"})(theirs)
        return as_file(theirs)

    right, wrong = (check(store, {"n.ipynb": as_file(source)}, {"n.ipynb": work(x)}) for x in (2, 5))

    assert list(states(right).values()) == ["passes"]
    assert list(states(wrong).values()) == ["fails"]
    assert "2000" not in json.dumps([right.to_json(), wrong.to_json()])


def test_of_a_notebook_without_marked_tests_it_is_said_which_cells_ran_to_their_end(store: FileStore) -> None:
    cells = [code("x = 2"), code("assert x == 2"), code("assert x == 3, 'not three'"), code("y = 1")]
    given = {"n.ipynb": as_file(notebook(*cells))}
    refs = stored(store, given)

    found = run_work_check(
        GradeJob("8", refs, refs, Limits()).to_json(),
        [asdict(ref) for ref in refs],
        store,
        seconds=60,
        on_progress=lambda _done, _total: None,
    )

    assert (found.status, found.ran) == ("checked", (1, 2, 4))
    assert [(one.cell, one.message.split("\n")[0]) for one in found.stumbles] == [(3, "AssertionError: not three")]
