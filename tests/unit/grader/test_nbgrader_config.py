"""Reading a course's nbgrader_config.py, which is never run."""

import pytest

from grader.nbgrader_config import NAME, read_config
from grader.nbgrader_settings import Settings, settings_of, with_settings
from grader.sources import prepare, students_version
from tests.support.notebooks import answer, as_file, checks, from_file, locked, notebook


def test_plain_values_are_read_and_the_last_one_counts() -> None:
    text = (
        'c = get_config()\nc.ClearSolutions.text_stub = "a"\nc.ClearSolutions.text_stub = "b"\nc.LockCells.lock_all_cells = True'
    )

    read = read_config(text.encode())

    assert (read.settings.text_stub, read.settings.lock_all, read.remarks) == ("b", True, ())


@pytest.mark.parametrize(
    "line",
    [
        "c.ClearSolutions.text_stub = open('x').read()",
        "c.ClearSolutions.code_stub['python'] = 'x'",
        "c.ClearSolutions.code_stub.update(python='x')",
        "c.LockCells.lock_all_cells = 'yes'",
        "if True: c.ClearSolutions.text_stub = 'x'",
        "c.ClearSolutions.begin_solution_delimeter = ''",
        "c.ClearSolutions.no_such_setting = 1",
        "def broken(:",
    ],
)
def test_what_is_no_plain_value_is_named_and_changes_nothing(line: str) -> None:
    read = read_config(line.encode())

    assert read.settings == Settings()
    assert len(read.remarks) == 1


def test_what_concerns_other_parts_of_nbgrader_is_passed_over() -> None:
    assert read_config(b'c.CourseDirectory.course_id = "bio"\nc.Exchange.root = "/x"').remarks == ()


def test_settings_travel_with_the_files_and_default_ones_leave_no_trace() -> None:
    other = Settings(text_stub="x", ignore=("*.log",), code_stubs={"bash": "#"})

    assert settings_of(with_settings({"a": b""}, other)) == other
    assert with_settings({"a": b""}, Settings()) == {"a": b""}


def test_students_get_neither_the_settings_nor_the_header_and_footer_files() -> None:
    config = 'c.IncludeHeaderFooter.header = "source/top.ipynb"\nc.ClearHiddenTests.begin_test_delimeter = "SECRET"'
    source = {
        NAME: config.encode(),
        "top.ipynb": as_file(notebook(locked("top", "1"))),
        "n.ipynb": as_file(notebook(answer("f"), checks("t", "a\n# SECRET\nb\n# END HIDDEN TESTS"))),
    }

    prepared = prepare(source)
    made = students_version(prepared)

    assert set(made.files) == {"n.ipynb"}
    assert [cell["source"] for cell in from_file(made.files["n.ipynb"])["cells"]][::2] == ["1", "a"]
    assert set(prepared.files) == {"n.ipynb", ".course/settings.json"}


def test_a_header_that_is_not_there_is_an_error() -> None:
    config = b'c.IncludeHeaderFooter.header = "h.ipynb"'
    made = students_version(prepare({NAME: config, "n.ipynb": as_file(notebook(checks("t", "1")))}))

    assert not made.files
    assert "h.ipynb" in made.problems[0].message


def test_tests_can_not_be_asked_for_without_recipes() -> None:
    made = students_version(prepare({"n.ipynb": as_file(notebook(checks("t", "### AUTOTEST f(1)")))}))

    assert not made.files
    assert "autotests.yml" in made.problems[0].message
