"""Honest submissions, graded for real: real kernels in the real sandbox."""

import base64
from collections.abc import Callable

import pytest

from grader.engine import grade
from grader.files import FileStore
from grader.jobs import GradeJob, GradeResult, Limits
from grader.sandboxes import KINDS
from tests.support.notebooks import (
    Notebook,
    answer,
    answering,
    as_file,
    cell_of,
    checks,
    code,
    locked,
    markdown,
    notebook,
    released,
    task,
    written,
)
from tests.unit.grader.conftest import Graded, Grades

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
SOURCE = notebook(
    markdown("# Squares"),
    locked("imports", "import numpy as np"),
    answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"),
    checks("visible", "assert f(2) == 4", 2),
    checks(
        "hidden", "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(-3) == 9, 'hidden: f(-3) is 9'\n### END HIDDEN TESTS", 3
    ),
    checks("partial", "np.float64(sum(f(x) == x * x for x in (2, 3)) / 2)", 1),
    written("why", points=4),
    task("draw", "Draw it", 5),
)


@pytest.fixture(scope="module")
def right(graded: Grades) -> Graded:
    return graded(SOURCE, answering(f="def f(x): return x * x", why="Because."))


@pytest.fixture(scope="module")
def half(graded: Grades) -> Graded:
    return graded(SOURCE, answering(f="def f(x): return {1: 1, 2: 4}.get(x, 0)"))


def test_a_right_answer_gets_all_points_and_the_rest_goes_to_a_person(right: Graded) -> None:
    assert right.result.status == "graded"
    assert right.points == {"visible": 2, "hidden": 3, "partial": 1, "why": None, "draw": None}
    assert [cell.status for cell in right.result.cells] == ["passed", "passed", "passed", "manual", "manual"]


def test_an_answer_that_only_fits_the_visible_tests_fails_the_hidden_one(half: Graded) -> None:
    assert half.points == {"visible": 2, "hidden": 0, "partial": 0.5, "why": 0, "draw": None}
    assert half["why"].status == "unanswered"


def test_nothing_of_a_hidden_test_reaches_the_student(half: Graded) -> None:
    assert half["hidden"].student_message == "The answer did not pass this test (AssertionError)."
    assert "f(-3)" not in half.told_to_the_student
    assert "hidden: f(-3) is 9" in half["hidden"].staff_message


def test_no_answer_gets_no_points(graded: Grades) -> None:
    nothing = graded(SOURCE)

    assert nothing.points == {"visible": 0, "hidden": 0, "partial": 0, "why": 0, "draw": None}
    assert "NotImplementedError" in nothing["visible"].student_message


def test_the_executed_notebook_is_kept_for_staff(right: Graded) -> None:
    cells = right.executed()["cells"]

    assert "f(-3)" in cell_of(right.executed(), "hidden")["source"]
    assert cell_of(right.executed(), "partial")["outputs"][0]["data"]["text/plain"] == "np.float64(1.0)"
    assert [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"] == [1, 2, 3, 4, 5]


def test_the_result_says_how_it_came_about_and_survives_json(right: Graded) -> None:
    facts = right.result.provenance

    assert facts["sandbox"] in KINDS
    assert facts["limits"]["memory_mb"] == 1024
    assert len(facts["source_digest"]) == len(facts["submission_digest"]) == 64
    assert facts["seconds"] > 0
    assert GradeResult.from_json(right.result.to_json()) == right.result


def test_progress_is_told_from_the_start_to_the_end(make_job: Callable[..., GradeJob], store: FileStore) -> None:
    seen: list[tuple[int, int]] = []
    source = notebook(answer("a", "1"), checks("t", "1"))

    grade(
        make_job({"n.ipynb": as_file(source)}, {"n.ipynb": as_file(released(source))}),
        store,
        on_progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_odd_but_honest_notebooks_are_graded_as_they_deserve(graded: Grades) -> None:
    source = notebook(
        answer("a"), checks("chdir", "assert done == 1"),
        answer("b"), checks("plots", "assert len(line) == 1"),
        answer("c"), checks("awaits", "assert value == 7"),
        answer("d"), checks("warns", "import warnings; warnings.warn('old'); assert True"),
        answer("e"), checks("own_import", "import random\nassert random.random() >= 0"),
        answer("f"), checks("exits", "assert survived"),
        answer("g"), checks("magic", "assert shell_said == ['hello']"),
        answer("h"), checks("pandas", "assert frame.x.sum() == 3"),
    )  # fmt: skip

    result = graded(
        source,
        answering(
            a="import os\nos.makedirs('sub')\nos.chdir('sub')\nopen('x', 'w').write('1')\ndone = 1",
            b="import matplotlib.pyplot as plt\nline = plt.plot([1, 2])\nplt.show()",
            c="import asyncio\nawait asyncio.sleep(0)\nvalue = 7",
            d="print('\\ud800 odd text')",
            e="class Random: pass",
            f="survived = True\nimport sys\nsys.exit(0)",
            g="shell_said = !echo hello",
            h="import pandas as pd\nframe = pd.DataFrame({'x': [1, 2]})\nframe",
        ),
    )

    assert set(result.points.values()) == {1}, result.result.cells
    assert any("image/png" in output.get("data", {}) for output in result.executed()["cells"][2]["outputs"])


def test_data_files_of_both_are_there_and_the_teachers_win(grade_files: Callable[..., Graded]) -> None:
    source = notebook(
        checks("data", "assert open('data/rain.csv').read() == 'teacher'"),
        checks("module", "import helper\nassert helper.x == 1"),
        checks("shadow", "import os\nassert 'solution.ipynb' not in os.listdir('.') and 'n.ipynb' not in os.listdir('.')"),
    )

    theirs = {"n.ipynb": as_file(released(source)), "helper.py": b"x = 1", "data/rain.csv": b"student"}
    odd = {"random.py": b"raise SystemExit", "../escape.txt": b"", "data": b"a file where a folder is"}

    result = grade_files({"n.ipynb": as_file(source), "data/rain.csv": b"teacher"}, {**theirs, **odd})

    assert set(result.points.values()) == {1}, result.result.cells
    assert "../escape.txt" in result.result.provenance["ignored_files"]


def test_several_notebooks_are_graded_apart_and_missing_ones_named(grade_files: Callable[..., Graded]) -> None:
    def book(value: int) -> Notebook:
        return notebook(answer("a"), checks(f"t{value}", f"assert x == {value}"))

    def solved(value: int) -> bytes:
        theirs = released(book(value))
        answering(a=f"x = {value}")(theirs)
        return as_file(theirs)

    source = {f"n{value}.ipynb": as_file(book(value)) for value in (1, 2, 3, 4)}

    result = grade_files(source, {"n1.ipynb": solved(1), "n2.ipynb": solved(2), "n3.ipynb": b"{"})

    assert result.points == {"t1": 1, "t2": 1, "t3": None, "t4": 0}
    assert "not valid JSON" in result["t3"].student_message
    assert result["t4"].student_message == "This notebook was not handed in."


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no notebook among the files"),
        ({"notes.txt": b"x"}, "no notebook among the files"),
        ({"my copy.ipynb": b"{}"}, "there is my copy.ipynb"),
        ({"n.ipynb": b""}, "empty"),
        ({"n.ipynb": b"\xff\xfe"}, "UTF-8"),
        ({"n.ipynb": b"not json"}, "not valid JSON"),
        ({"n.ipynb": b'{"nbformat": 3}'}, "format 3"),
    ],
)
def test_what_can_not_be_run_is_ungradable_with_the_reason_and_without_points(
    grade_files: Callable[..., Graded], files: dict[str, bytes], words: str
) -> None:
    result = grade_files({"n.ipynb": as_file(SOURCE)}, files).result

    assert result.status == "ungradable"
    assert words in result.student_reason
    assert words in result.staff_reason
    assert result.cells == ()


def test_a_byte_order_mark_and_a_foreign_kernelspec_change_nothing(grade_files: Callable[..., Graded]) -> None:
    theirs = released(SOURCE)
    answering(f="def f(x): return x * x")(theirs)
    theirs["metadata"] = {"kernelspec": {"name": "no-such-kernel", "language": "cobol", "display_name": "?"}}
    theirs["nbformat_minor"] = 99

    result = grade_files({"n.ipynb": as_file(SOURCE)}, {"n.ipynb": b"\xef\xbb\xbf" + as_file(theirs)})

    assert [result.points[name] for name in ("visible", "hidden", "partial")] == [2, 3, 1]


def test_a_file_that_the_store_lost_is_our_fault(make_job: Callable[..., GradeJob], store: FileStore) -> None:
    job = make_job({"n.ipynb": as_file(SOURCE)}, {"n.ipynb": as_file(notebook(markdown("lost")))})
    (store.root / job.submission[0].sha256[:2] / job.submission[0].sha256).unlink()

    result = grade(job, store, on_progress=lambda _done, _total: None)

    assert result.status == "grader_error"
    assert "not in the store" in result.staff_reason
    assert result.cells == ()


def test_a_teachers_notebook_that_can_not_be_read_is_our_fault(grade_files: Callable[..., Graded]) -> None:
    result = grade_files({"n.ipynb": b"{"}, {"n.ipynb": as_file(released(SOURCE))}).result

    assert (result.status, result.cells) == ("grader_error", ())


def test_a_kernel_that_does_not_start_is_our_fault(graded: Grades) -> None:
    result = graded(SOURCE, limits=Limits(processes=1)).result

    assert (result.status, result.cells) == ("grader_error", ())


def test_a_pasted_picture_in_a_written_answer_is_kept(graded: Grades) -> None:
    def edit(theirs: Notebook) -> None:
        answering(why="![x](attachment:x.png)")(theirs)
        cell_of(theirs, "why")["attachments"] = {"x.png": {"image/png": PNG}}

    source = notebook(written("why"))
    result = graded(source, edit)

    assert cell_of(result.executed(), "why")["attachments"] == {"x.png": {"image/png": PNG}}


def test_own_cells_run_in_their_place_and_unlocked_cells_of_the_teacher_as_the_student_left_them(graded: Grades) -> None:
    source = notebook(code("base = 1"), answer("a"), checks("t", "assert base == 5 and mine == 6"))

    def edit(theirs: Notebook) -> None:
        theirs["cells"][0]["source"] = "base = 5"
        theirs["cells"].insert(1, code("mine = base + 1"))
        answering(a="pass")(theirs)

    assert graded(source, edit).points == {"t": 1}
