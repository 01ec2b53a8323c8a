from grader.split.script import make_script
from tests.support.notebooks import answer, as_file, checks, code, locked, notebook


def solved(name: str, source: str) -> dict[str, object]:
    return answer(name, f"### BEGIN SOLUTION\n{source}\n### END SOLUTION")


def test_the_visible_part_is_what_the_student_has() -> None:
    source = "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS\nassert f(3)"

    test = make_script(as_file(notebook(solved("a", "f = abs"), checks("t", source)))).tests["t"]

    assert test.visible == "assert f(1)\nassert f(3)"
    assert test.source == source
    assert test.before.theirs == ["f"]


def test_imports_of_any_teachers_cell_are_the_teachers() -> None:
    book = notebook(
        code("import numpy as np\nimport os.path\nfrom math import pi as PI, tau"), locked("l", "import json"), checks("t", "1")
    )

    before = make_script(as_file(book)).tests["t"].before

    assert before.imports == [
        ("np", "numpy", ""),
        ("os", "os.path", "."),
        ("PI", "math", "pi"),
        ("tau", "math", "tau"),
        ("json", "json", ""),
    ]


def test_of_locked_cells_only_what_tests_depend_on_is_run() -> None:
    source = "base = 2\nlimit = base * 5\nfigure = draw(limit)\ndef check(x):\n    assert x < limit\n"
    source += "names = []\nnames.append(1)\nother.go()"
    book = notebook(locked("l", source), checks("t", "check(f(1))"), checks("u", "names"))

    statements = make_script(as_file(book)).tests["t"].before.statements

    assert statements == [
        "base = 2",
        "limit = base * 5",
        "def check(x):\n    assert x < limit",
        "names = []",
        "names.append(1)",
    ]


def test_each_test_gets_what_came_since_the_one_before() -> None:
    book = notebook(solved("a", "x = 1"), checks("t", "x"), solved("b", "def y(): return z"), checks("u", "y"))

    script = make_script(as_file(book))

    assert [test.before.theirs for test in script.tests.values()] == [["x"], ["y"]]
    assert "z" in script.passed_on


def test_tests_that_need_ipython_are_known_by_their_text() -> None:
    sources = {"m": "%timeit f()", "s": "x = !ls", "h": "f?", "g": "get_ipython()", "ok": "assert 7 % 2 == 1", "no": "def ("}
    book = notebook(*[checks(name, source) for name, source in sources.items()])

    tests = make_script(as_file(book)).tests

    assert {name for name, test in tests.items() if not test.obstacle} == {"ok"}
