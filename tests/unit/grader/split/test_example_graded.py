"""The example course by the split verdict: what it must pay, and that no test of it needs to run beside student code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.release import make_release
from tests.support.example_answers import STUDENTS, answers_of, fill_in
from tests.unit.grader.conftest import Graded

COURSE = Path(__file__).parents[4] / "courses" / "example"


@pytest.mark.parametrize(
    "assignment", ["coin", pytest.param("temperatures", marks=pytest.mark.slow), pytest.param("co2", marks=pytest.mark.slow)]
)
def test_the_example_course_is_graded_apart_from_student_code(assignment: str, grade_files: Callable[..., Graded]) -> None:
    source = {path.name: path.read_bytes() for path in (COURSE / "source" / assignment).iterdir()}
    release = make_release(source)
    possible = sum(question.points for question in release.questions if question.kind == "auto")
    name = f"{assignment}.ipynb"
    shares = {}

    for student in STUDENTS:
        handed_in = fill_in(release.files[name], answers_of(COURSE, assignment, student))
        graded = grade_files(source, release.files | {name: handed_in})
        tests = [cell for cell in graded.result.cells if cell.integrity != "manual"]
        assert {cell.integrity for cell in tests} == {"split"}
        assert graded.result.needs_review == ()
        shares[student] = sum(cell.points or 0 for cell in tests) / possible

    assert shares["good"] == 1
    assert all(0.3 < share < 0.7 for student, share in shares.items() if student != "good")
