import pytest

from grader.nbgrader_format import checksum, read_flags
from grader.release import Problem, make_release
from tests.support.notebooks import (
    Cell,
    answer,
    as_file,
    cell_of,
    checks,
    code,
    flags,
    from_file,
    locked,
    markdown,
    notebook,
    released,
    task,
    written,
)  # fmt: skip


def problems_of(*cells: Cell, **others: object) -> list[Problem]:
    return make_release({"n.ipynb": as_file(notebook(*cells, **others))}).problems  # type: ignore[arg-type]


def test_a_solution_region_becomes_a_stub_with_its_indentation() -> None:
    source = "def f(x):\n    y = 1\n    ### BEGIN SOLUTION\n    return x + y\n    ### END SOLUTION\n\nf(1)"

    cell = cell_of(released(notebook(answer("f", source))), "f")

    assert cell["source"] == "def f(x):\n    y = 1\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\nf(1)"


def test_several_solution_regions_become_several_stubs() -> None:
    cell = cell_of(released(notebook(answer("f", "# BEGIN SOLUTION\n1\n# END SOLUTION\n" * 2))), "f")

    assert cell["source"].count("YOUR CODE HERE") == 2


def test_an_answer_without_a_region_is_a_stub_altogether() -> None:
    content = released(notebook(answer("f", "x = 1"), written("w", "The answer is 42.")))

    assert cell_of(content, "f")["source"] == "# YOUR CODE HERE\nraise NotImplementedError()"
    assert cell_of(content, "w")["source"] == "YOUR ANSWER HERE"


@pytest.mark.parametrize(
    ("language", "line"),
    [("R", "fail()"), ("octave", "error('No Answer Given!')"), ("java", "// YOUR CODE HERE"), ("sas", "%not")],
)
def test_the_stub_speaks_the_language_of_the_kernel(language: str, line: str) -> None:
    spec = {"name": "k", "display_name": "K", "language": language}

    assert line in cell_of(released(notebook(answer("f"), kernelspec=spec)), "f")["source"]


def test_hidden_tests_and_mark_schemes_are_gone_and_the_rest_stays() -> None:
    content = released(
        notebook(
            checks("t", "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS\nassert f(3)"),
            task("k", "Draw\n=== BEGIN MARK SCHEME ===\nsecret\n=== END MARK SCHEME ===\nit"),
        )
    )

    assert cell_of(content, "t")["source"] == "assert f(1)\nassert f(3)"
    assert cell_of(content, "k")["source"] == "Draw\nit"


def test_outputs_and_what_hides_them_are_cleared() -> None:
    cell = code("1", collapsed=True, scrolled=True, tags=["keep"])
    cell["outputs"], cell["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": "the answer"}], 3

    found = released(notebook(cell))["cells"][0]

    assert (found["outputs"], found["execution_count"], found["metadata"]) == ([], None, {"tags": ["keep"]})


def test_students_can_edit_answers_only_and_delete_nothing_that_counts() -> None:
    content = released(notebook(answer("a"), checks("t", "1"), locked("l", "1"), written("w"), markdown("free")))

    can = {
        name: (
            cell_of(content, name)["metadata"].get("editable", True),
            cell_of(content, name)["metadata"].get("deletable", True),
        )
        for name in "atlw"
    }
    assert can == {"a": (True, False), "t": (False, False), "l": (False, False), "w": (True, False)}
    assert content["cells"][4]["metadata"] == {}


def test_checksums_are_of_what_students_get() -> None:
    content = released(notebook(answer("a"), checks("t", "1\n### BEGIN HIDDEN TESTS\n2\n### END HIDDEN TESTS")))

    for cell in content["cells"]:
        found = read_flags(cell)
        assert found
        assert found.checksum == checksum(cell, found)
        assert cell["metadata"]["nbgrader"]["cell_type"] == "code"


def test_questions_are_listed_with_points_kind_and_the_heading_above() -> None:
    source = notebook(
        markdown("# Homework\n\n```\n# no heading\n```\n## Means"),
        answer("a"), checks("t1", "1", 2), checks("t2", "1", 0.5),
        markdown("## Why *so*?"),
        written("w", points=3), task("k", "### Draw", 4),
    )  # fmt: skip

    result = make_release({"n.ipynb": as_file(source)})

    assert [(q.grade_id, q.kind, q.points, q.title) for q in result.questions] == [
        ("t1", "auto", 2.0, "Means (1)"),
        ("t2", "auto", 0.5, "Means (2)"),
        ("w", "manual", 3.0, "Why so?"),
        ("k", "task", 4.0, "Draw"),
    ]
    assert result.max_score == 9.5


def test_a_question_without_a_heading_is_called_by_its_id() -> None:
    assert make_release({"n.ipynb": as_file(notebook(checks("t1", "1")))}).questions[0].title == "t1"


def test_data_files_come_along_and_leftovers_do_not() -> None:
    book = as_file(notebook(checks("t", "1")))
    source = {
        "n.ipynb": book, "data/rain.csv": b"a,b", "helper.py": b"x = 1",
        ".ipynb_checkpoints/n.ipynb": book, "__pycache__/helper.pyc": b"", "data/old.pyc": b"", "feedback/n.html": b"",
    }  # fmt: skip

    files = make_release(source).files

    assert set(files) == {"n.ipynb", "data/rain.csv", "helper.py"}
    assert files["data/rain.csv"] == b"a,b"


def test_several_notebooks_are_released_together_and_the_same_input_gives_the_same_bytes() -> None:
    source = {"a.ipynb": as_file(notebook(checks("t", "1"))), "b.ipynb": as_file(notebook(checks("t", "1", 2)))}

    first, second = make_release(source), make_release(source)

    assert [(q.notebook, q.grade_id) for q in first.questions] == [("a.ipynb", "t"), ("b.ipynb", "t")]
    assert first == second


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (code("# BEGIN SOLUTION\n1"), "does not end"),
        (answer("a", "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION"), "begins inside another"),
        (code("# BEGIN SOLUTION\n1\n# END SOLUTION"), "not an answer"),
        (code("# BEGIN HIDDEN TESTS\n1\n# END HIDDEN TESTS"), "not a test"),
        (markdown("=== BEGIN MARK SCHEME ===\n1\n=== END MARK SCHEME ==="), "not a manually graded task"),
        (checks("", "1"), "no id"),
        (checks("a b", "1"), "not allowed"),
        (code("1", flags("a", grade=True)), "no points"),
        (checks("a", "1", -1), "negative"),
        (markdown("x", flags("a", grade=True, points=1)), "autograded answer or a test"),
        (markdown("x", flags("a", solution=True)), "autograded answer or a test"),
        (code("x", flags("a", locked=True, task=True, points=1)), "must be a Markdown cell"),
        (code("1", {**flags("a", solution=True), "schema_version": 4}), "schema 4"),
        (checks("a", "### AUTOTEST f(1)"), "AUTOTEST"),
        (
            task("a", "=== BEGIN MARK SCHEME ===\n![x](attachment:x.png)\n=== END MARK SCHEME ==="),
            "attached image",
        ),
    ],
)
def test_what_is_wrong_with_a_cell_is_named_with_its_place_and_a_cure(cell: Cell, words: str) -> None:
    result = make_release({"n.ipynb": as_file(notebook(markdown("first"), cell))})

    assert [problem for problem in result.problems if words in problem.message], result.problems
    assert all(problem.notebook == "n.ipynb" and problem.cell == 2 and problem.cure for problem in result.problems)
    assert result.files == {}


def test_all_problems_are_found_not_only_the_first() -> None:
    found = problems_of(checks("a", "1"), checks("a", "2"), checks("", "3"), code("# BEGIN SOLUTION"))

    assert {problem.cell for problem in found} == {2, 3, 4}
    assert next(problem.grade_id for problem in found if problem.cell == 2) == "a"


def test_a_marker_that_nbgrader_would_overlook_stops_the_release() -> None:
    assert "looks like a marker" in problems_of(checks("a", "### begin hidden tests\nassert 1"))[0].message


def test_an_end_without_a_beginning_is_only_warned_about() -> None:
    result = make_release({"n.ipynb": as_file(notebook(checks("a", "assert 1\n### END HIDDEN TESTS")))})

    assert [problem.severity for problem in result.problems] == ["warning"]
    assert cell_of(from_file(result.files["n.ipynb"]), "a")["source"] == "assert 1"


def test_a_notebook_that_can_not_be_read_does_not_hide_the_problems_of_the_others() -> None:
    result = make_release({"a.ipynb": b"{", "b.ipynb": as_file(notebook(checks("", "1")))})

    assert [problem.notebook for problem in result.problems] == ["a.ipynb", "b.ipynb"]


@pytest.mark.parametrize("path", ["../n.ipynb", "/etc/x", "a//b", "a\\b", "x/../y", "x" * 300])
def test_a_path_that_leaves_the_assignment_is_refused(path: str) -> None:
    result = make_release({path: b"", "n.ipynb": as_file(notebook(checks("t", "1")))})

    assert result.files == {}
    assert result.problems[0].notebook == path


def test_an_assignment_without_notebooks_is_refused_and_one_without_points_warned_about() -> None:
    assert make_release({"data.csv": b""}).problems[0].severity == "error"
    assert problems_of(markdown("Read this."))[0].severity == "warning"


def test_a_language_without_a_stub_is_named() -> None:
    assert "cobol" in problems_of(answer("a"), kernelspec={"language": "cobol"})[0].message


def test_old_metadata_is_brought_to_schema_3() -> None:
    cell = code("1", {"grade": True, "grade_id": "t", "points": "2"})

    result = make_release({"n.ipynb": as_file(notebook(cell, minor=4))})

    assert result.max_score == 2
    assert from_file(result.files["n.ipynb"])["cells"][0]["metadata"]["nbgrader"]["schema_version"] == 3
