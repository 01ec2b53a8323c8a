"""An assignment for Otter Assign becomes one of ours: what students get, what is graded, what is named."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from grader.files import FileStore
from grader.jobs import Limits
from grader.lint import lint_release
from grader.otter_copies import adopt
from grader.problems import Problem
from grader.reading import read_notebook
from grader.sources import Source, prepare, students_version
from tests.support.notebooks import Cell, Notebook, as_file, cell_of, code, from_file, markdown, notebook
from tests.support.otter_notebooks import answering_otter, block, expects, question, raw
from tests.unit.grader.conftest import Graded

SQUARE = question(
    "q1.1",
    "def square(x):\n    return x * x # SOLUTION",
    expects("square(3)", "9"),
    expects("# HIDDEN\nsquare(-2)", "4"),
    settings="points: {each: 2}",
)
ESSAY = block(
    "QUESTION", markdown("Why?"), *block("SOLUTION", markdown("Because.")), settings="name: why\nmanual: true\npoints: 3"
)


def prepared(*cells: Cell, settings: str = "", **files: bytes) -> Source:
    content = notebook(raw(f"# ASSIGNMENT CONFIG\n{settings}"), *cells)
    return prepare({"hw.ipynb": as_file(content), **{name.replace("_", "."): data for name, data in files.items()}})


def given(source: Source) -> Notebook:
    made = students_version(source)
    assert made.files, made.problems
    return from_file(made.files["hw.ipynb"])


def problems(*cells: Cell, settings: str = "") -> list[Problem]:
    return students_version(prepared(*cells, settings=settings)).problems


def test_students_get_prompts_and_check_cells_and_no_test_and_no_solution() -> None:
    content = given(prepared(*SQUARE, *ESSAY))

    assert [cell["source"] for cell in content["cells"][1:]] == [
        "**q1.1.** Do it.",
        "def square(x):\n    ...",
        'grader.check("q1.1")',
        "Why?",
        "_Type your answer here, replacing this text._",
    ]
    text = json.dumps(content)
    assert "homeroom" not in text
    assert "Because" not in text
    assert "square(-2)" not in text


def test_questions_have_their_points_and_their_names() -> None:
    made = students_version(prepared(*SQUARE, *ESSAY))

    assert [(question.title, question.kind, question.points) for question in made.questions] == [
        ("q1.1 (1)", "auto", 2),
        ("q1.1 (2)", "auto", 2),
        ("why", "manual", 3),
    ]


def test_an_all_or_nothing_question_is_one_test() -> None:
    cells = question(
        "q", "x = 1 # SOLUTION", expects("x", "1"), expects("# HIDDEN\nx", "1"), settings="all_or_nothing: true\npoints: 5"
    )

    assert [question.points for question in students_version(prepared(*cells)).questions] == [5]


def test_files_for_grading_and_files_that_are_not_listed_are_not_handed_out() -> None:
    source = prepared(
        *SQUARE,
        settings="files: [data.csv]\nautograder_files: [key.csv]",
        data_csv=b"1",
        key_csv=b"2",
        old_csv=b"3",
    )

    assert set(students_version(source).files) == {"hw.ipynb", "data.csv"}
    assert set(source.files) == {"hw.ipynb", "data.csv", "key.csv"}
    assert "old.csv" in next(problem.message for problem in source.problems)


def test_a_stored_source_is_looked_over_by_the_teachers_own_cells_and_without_what_students_do_not_get(tmp_path: Path) -> None:
    wrong = question("q", "square = abs # SOLUTION", expects("square(3)", "9"), settings="points: 1")
    source = prepared(*wrong, settings="autograder_files: [key.txt]", key_txt=b"square = abs # SOLUTION, said to nobody")
    files = FileStore(tmp_path)

    found = lint_release(tuple(files.put_file(path, data) for path, data in source.files.items()), files, Limits())

    teachers = [number for number, cell in enumerate([raw(""), *wrong], start=1) if cell["source"].startswith("square(3)")]
    assert [(problem.cell, "own solution" in problem.message) for problem in found] == [(*teachers, True)]


@pytest.mark.parametrize("name", ["missing.csv", "../secret.csv", "/etc/passwd"])
def test_a_listed_file_that_is_not_in_the_folder_stops_the_release(name: str) -> None:
    assert "is not there" in problems(*SQUARE, settings=f"files: ['{name}']")[0].message


def test_settings_may_lie_in_a_file_beside() -> None:
    source = prepared(*SQUARE, settings="config_file: a.yml", a_yml=b"files: [b.txt]\nname: lab", b_txt=b"1")

    assert set(students_version(source).files) == {"hw.ipynb", "b.txt"}
    assert given(source)["metadata"]["otter"]["assignment_name"] == "lab"


@pytest.mark.parametrize(
    ("cells", "words", "number"),
    [
        ([raw("# BEGIN SOLUTION")], "outside a question", 2),
        ([raw("# BEGIN QUESTION\nname: q")], "does not end", 2),
        ([raw("# END TESTS")], "did not begin", 2),
        (block("QUESTION", settings="points: 1"), "no name", 2),
        (block("QUESTION", settings="name: [a"), "can't be read", 2),
        (block("QUESTION", *block("SOLUTION"), *block("PROMPT"), settings="name: q"), "after the solution", 5),
        (block("QUESTION", *block("TESTS", markdown("text")), settings="name: q"), "no code cell", 4),
        (question("q", "x = 1 # SOLUTION", expects("x == 1")), "no saved output", 8),
        (question("q", "# BEGIN SOLUTION\nx = 1"), "no “# END SOLUTION”", 5),
        ([*SQUARE, *SQUARE], "begins in cell 2 already", 12),
        ([code("x = 1 # SOLUTION")], "students would get it", 2),
        (question("q", "x = 1 # SOLUTION", expects("x", "1"), settings="points: [1, 2]"), "2 entries", 2),
    ],
)
def test_what_is_wrong_stops_the_release_and_is_named_with_the_teachers_own_cell(
    cells: list[Cell], words: str, number: int
) -> None:
    found = problems(*cells)

    assert (number, "error") in {(problem.cell, problem.severity) for problem in found if words in problem.message}, found
    assert not students_version(prepared(*cells)).files


@pytest.mark.parametrize(
    ("cells", "settings", "words"),
    [
        ([code("# Ignore warnings\nx = 1")], "", "whole cell is left out"),
        (question("q", "x = 1 # SOLUTION", expects("# the hidden case\nx", "1")), "", "makes it a hidden test"),
        ([], "plugins: [a.b]", "Plugins are not run"),
        ([], "generate:\n  grade_from_log: true", "never from a log"),
        ([], "requirements: requirements.txt", "packages that this server has"),
        ([], "solutions_pdf: true", "No PDF"),
        ([], "export_cel: false", "no setting of an assignment"),
        ([code('""" # BEGIN PLUGIN\nplugin: a\n""" # END PLUGIN')], "", "plugin is used"),
    ],
)
def test_what_is_not_followed_or_reads_otherwise_than_it_looks_is_named(cells: list[Cell], settings: str, words: str) -> None:
    found = problems(*SQUARE, *cells, settings=settings)

    assert [problem.severity for problem in found if words in problem.message] == ["warning"], found


def test_the_old_format_and_other_languages_are_refused_by_name() -> None:
    old = prepare({"hw.ipynb": as_file(notebook(markdown("```\nBEGIN QUESTION\nname: q1\n```"), code("# TEST\n1")))})
    spec = {"name": "ir", "display_name": "R", "language": "R"}
    other = prepare({"hw.ipynb": as_file(notebook(*SQUARE, kernelspec=spec))})

    assert "first format" in old.problems[0].message
    assert "in R" in other.problems[0].message


def test_a_format_can_be_asked_for() -> None:
    plain = {"n.ipynb": as_file(notebook(code("1")))}

    assert prepare({"n.ipynb": as_file(notebook(markdown("# TEST"), markdown("# BEGIN QUESTION")))}).problems == []
    assert "No notebook has the blocks" in prepare(plain, "otter").problems[0].message
    assert prepare({"hw.ipynb": as_file(notebook(*SQUARE))}, "nbgrader").is_translated is False


def test_a_copy_checks_itself_without_otter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = "tests:\n  ok_format: false"
    by_function = question("f", "y = 1 # SOLUTION", code("def test_y(y):\n    assert y == 1"))
    for source, name in ((prepared(*SQUARE), "q1.1"), (prepared(*by_function, settings=functions), "f")):
        content = given(source)
        (tmp_path / "hw.ipynb").write_bytes(as_file(content))
        monkeypatch.chdir(tmp_path)
        names: dict[str, Any] = {"__name__": "__main__", "square": lambda x: x + 6, "y": 2}
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(content["cells"][0]["source"], names)  # noqa: S102 - the notebook's first cell
            names["grader"].check(name)
            names["y"] = 1
            names["grader"].check_all()
            names["grader"].export(pdf=False)

        assert f"{name}: all tests passed." in said.getvalue()
        assert ("AssertionError" in said.getvalue()) == (name == "f")


def test_the_teachers_own_answers_and_a_students_are_graded(grade_files: Any) -> None:
    source = prepared(*SQUARE, *ESSAY, settings="generate:\n  seed: 1")
    theirs = given(source)
    answering_otter({"q1_1": "def square(x):\n    return x * abs(x)"})(theirs)
    theirs["cells"].append({**code("grader.check('q1.1'); grader.export()"), "id": "own"})
    cell_of(theirs, "why-answer")["source"] = "I know."

    graded: Graded = grade_files(source.files, {"hw.ipynb": as_file(theirs)})

    assert graded.points == {"q1_1": 2, "q1_1-2": 0, "why-answer": None}
    assert {cell.integrity for cell in graded.result.cells} == {"split", "manual"}
    assert not [output for output in graded.executed("hw.ipynb")["cells"][-1]["outputs"] if output["output_type"] == "error"]


def a_copy_by_otter(source: Source) -> Notebook:
    """The students' version as if Otter had made it: the same cells, without ids of ours."""
    content = given(source)
    for cell in content["cells"]:
        cell["metadata"].pop("nbgrader", None)
    content["cells"][0]["source"] = '# Initialize Otter\nimport otter\ngrader = otter.Notebook("hw.ipynb")'
    return content


def test_a_copy_that_otter_made_is_graded_by_its_answer_cells() -> None:
    source = prepared(*SQUARE, *ESSAY)
    theirs = a_copy_by_otter(source)

    assert adopt(theirs, source.files["hw.ipynb"])
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in theirs["cells"]]
    assert ids == ["otter-init", None, "q1_1-answer", "q1_1-check", None, "why-answer"]


def test_a_copy_that_otter_made_with_other_answer_cells_is_for_a_person(grade_files: Any) -> None:
    source = prepared(*SQUARE, *ESSAY)
    theirs = a_copy_by_otter(source)
    del theirs["cells"][-1]

    graded: Graded = grade_files(source.files, {"hw.ipynb": as_file(theirs)})

    assert graded.result.status == "ungradable"
    assert "copy made by Otter" in graded.result.staff_reason


def test_a_notebook_that_can_not_be_read_is_named_as_ever() -> None:
    assert prepare({"a.ipynb": b"{", "hw.ipynb": as_file(notebook(*SQUARE))}).files["a.ipynb"] == b"{"
    assert read_notebook(prepared(*SQUARE).files["hw.ipynb"])["cells"]
