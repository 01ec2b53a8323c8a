from typing import Any

import pytest

from grader.jobs import CellScore, Limits
from grader.plan import PlannedQuestion
from grader.report import NotebookRun, Outcome, RunReport
from grader.score import score


def result(text: object) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}}


def error(name: str, value: str = "") -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [f"\x1b[31m{name}\x1b[0m: {value}"]}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def scored(*outputs: dict[str, Any], outcome: Outcome = "ok", points: float = 2, split: tuple[str, ...] = ("t",)) -> CellScore:
    run = NotebookRun(
        "n.ipynb",
        (PlannedQuestion("t", "auto", points, 0),),
        (outcome,),
        {"cells": [{"cell_type": "code", "outputs": list(outputs)}]},
        staff_sentence="The kernel died.",
        split=split,
    )
    return score(RunReport((run,)), Limits())[0]


@pytest.mark.parametrize(
    "outputs",
    [
        (),
        (printed("all good"),),
        (printed("a warning", "stderr"),),
        (result("'done'"),),
        (result("True"),),
        (result("nan"),),
        (result(""),),
    ],
)
def test_a_test_that_ran_to_its_end_without_a_number_has_passed(outputs: tuple[dict[str, Any], ...]) -> None:
    cell = scored(*outputs)

    assert (cell.points, cell.status) == (2, "passed")


@pytest.mark.parametrize(
    ("text", "points", "status"),
    [
        ("0.5", 0.5, "partial"), ("2", 2, "passed"), ("0", 0, "failed"), ("1e-1", 0.1, "partial"),
        ("np.float64(0.5)", 0.5, "partial"), ("np.int64(1)", 1, "partial"), ("np.longdouble('1.5')", 1.5, "partial"),
        ("7", 2, "passed"), ("inf", 2, "passed"), ("-1", 0, "failed"), ("np.float64(-inf)", 0, "failed"),
    ],
)  # fmt: skip
def test_a_number_as_the_last_value_is_the_points_within_their_range(text: str, points: float, status: str) -> None:
    cell = scored(result(text))

    assert (cell.points, cell.status) == (points, status)


def test_a_value_out_of_range_is_told_to_staff() -> None:
    assert "outside 0 to 2" in scored(result("7")).staff_message


def test_an_error_is_no_points_whatever_was_shown_before() -> None:
    cell = scored(printed("x"), result("2"), error("AssertionError", "f(3) should be 9"), outcome="error")

    assert (cell.points, cell.status) == (0, "failed")


def test_the_student_reads_the_name_of_a_builtin_exception_and_nothing_else_of_it() -> None:
    cell = scored(error("AssertionError", "f(3) should be 9"), outcome="error")

    assert cell.student_message == "The answer did not pass this test (AssertionError)."
    assert "f(3) should be 9" in cell.staff_message
    assert "\x1b" not in cell.staff_message


def test_beside_the_students_code_no_name_is_told_that_it_could_have_chosen() -> None:
    cell = scored(error("ZeroDivisionError"), outcome="error", split=())

    assert cell.student_message == "The answer did not pass this test."
    assert "ZeroDivisionError" in cell.staff_message


@pytest.mark.parametrize("name", ["SecretIsFortyTwo", "<script>", "print", "x" * 500])
def test_the_name_of_any_other_exception_is_not_shown(name: str) -> None:
    assert scored(error(name), outcome="error").student_message == "The answer did not pass this test."


def test_an_error_whose_output_got_lost_is_still_an_error() -> None:
    assert scored(outcome="error").points == 0


@pytest.mark.parametrize("outcome", ["not_run", "lost"])
def test_a_test_that_could_not_run_goes_to_a_person(outcome: Outcome) -> None:
    cell = scored(outcome=outcome)

    assert (cell.points, cell.status) == (None, "not_run")
    assert cell.staff_message


def test_a_test_that_ran_out_of_time_has_failed() -> None:
    cell = scored(error("KeyboardInterrupt"), outcome="timeout")

    assert (cell.points, cell.status) == (0, "failed")
    assert cell.student_message == "The test took longer than 30 seconds."


def test_staff_text_is_bounded() -> None:
    assert len(scored(*[error("ValueError", "x" * 2_000)] * 50, outcome="error").staff_message) <= 4_000


def test_written_answers_and_tasks_go_to_a_person_unless_nothing_was_written() -> None:
    questions = (
        PlannedQuestion("w", "manual", 3, 0),
        PlannedQuestion("e", "manual", 3, 0, unanswered=True),
        PlannedQuestion("k", "task", 3, 0),
    )
    run = NotebookRun("n.ipynb", questions, (None,), {"cells": [{"cell_type": "markdown"}]})

    cells = score(RunReport((run,)), Limits())

    assert [(cell.points, cell.status) for cell in cells] == [(None, "manual"), (0, "unanswered"), (None, "manual")]


def test_a_notebook_that_was_not_handed_in_has_no_points_and_one_that_broke_goes_to_a_person() -> None:
    questions = (PlannedQuestion("t", "auto", 1, 0),)
    missing = NotebookRun("a.ipynb", questions, missing=True)
    broken = NotebookRun("b.ipynb", questions, student_sentence="b.ipynb: The file is empty.")

    cells = score(RunReport((missing, broken)), Limits())

    assert [(cell.points, cell.status) for cell in cells] == [(0, "unanswered"), (None, "not_run")]
    assert cells[1].student_message == "b.ipynb: The file is empty."
