"""Tests that run beside the student's code, graded for real: points as deserved, and canaries for who changes what passes."""

import pytest

from grader.jobs import Limits
from tests.support.notebooks import answer, answering, checks, notebook
from tests.unit.grader.conftest import Grades

PLOT = checks(
    "plot",
    "%matplotlib inline\nassert len(ax.lines) == 1\n"
    "### BEGIN HIDDEN TESTS\nassert list(ax.lines[0].get_ydata()) == [1, 4, 9]\nassert ax.get_title() == 'Squares'\n"
    "### END HIDDEN TESTS",
    3,
)
SOURCE = notebook(
    answer(
        "draw",
        "### BEGIN SOLUTION\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3], [1, 4, 9])\n"
        "ax.set_title('Squares')\n### END SOLUTION",
    ),
    PLOT,
    answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION"),
    checks("patched", "import __main__\n### BEGIN HIDDEN TESTS\nassert __main__.f(41) == 42\n### END HIDDEN TESTS", 2),
    checks("apart", "assert f(1) == 2", 1),
)
RIGHT = {
    "draw": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3], [1, 4, 9])\nax.set_title('Squares')",
    "f": "def f(x): return x + 1",
}


def test_a_right_answer_gets_all_points_and_raises_no_alarm(graded: Grades) -> None:
    result = graded(SOURCE, answering(**RIGHT))

    assert result.points == {"plot": 3, "patched": 2, "apart": 1}, [cell.staff_message for cell in result.result.cells]
    assert {cell.grade_id: cell.integrity for cell in result.result.cells} == {
        "plot": "shared",
        "patched": "shared",
        "apart": "split",
    }
    assert result.result.needs_review == ()
    assert result.result.provenance["canaries"] == {"n.ipynb plot": 2, "n.ipynb patched": 2}


def test_wrong_answers_get_nothing_and_raise_no_alarm(graded: Grades) -> None:
    result = graded(SOURCE, answering(draw=RIGHT["draw"].replace("9", "8"), f="def f(x): return x + 2"))

    assert result.points == {"plot": 0, "patched": 0, "apart": 0}
    assert result.result.needs_review == ()
    assert "assert list(ax.lines[0].get_ydata())" in result["plot"].staff_message
    assert "get_ydata" not in result.told_to_the_student


PASSES_ALL = {
    "a class that is equal to anything": (
        "class Any(list):\n    def __eq__(self, other): return True\n    def __getattr__(self, name): return Any([1])\n"
        "    def __call__(self, *a): return self\n    __hash__ = None\n    def __getitem__(self, i): return self\n"
        "    def __len__(self): return 1\n    def __iter__(self): return iter([Any()])\n"
        "ax = Any()\ndef f(x): return Any()\nlist = lambda x: Any()"
    ),
    "a shell without assertions": (
        "import ast\nclass Cut(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Cut())\nax = None\ndef f(x): pass"
    ),
    "a shell that runs nothing": (
        "import os\nclass Fine:\n    error_before_exec = error_in_exec = None\n"
        "kernel, usual = os.getpid(), type(get_ipython()).run_cell\n"
        "type(get_ipython()).run_cell = lambda *a, **k: usual(*a, **k) if os.getpid() == kernel else Fine()\ndef f(x): pass"
    ),
}


@pytest.mark.parametrize("cheat", PASSES_ALL)
def test_who_makes_everything_pass_gets_nothing_until_a_person_has_looked(cheat: str, graded: Grades) -> None:
    result = graded(SOURCE, answering(draw=PASSES_ALL[cheat], f="pass"))

    assert result.points["plot"] == result.points["patched"] == 0
    assert any(sentence.startswith("plot: A copy of this test with a wrong") for sentence in result.result.needs_review)
    assert "wrong expectation" in result["plot"].staff_message
    assert result["plot"].student_message == "A person looks at this test; until then it gives no points."


def test_what_the_student_prints_later_has_nothing_of_a_hidden_test(graded: Grades) -> None:
    spy = (
        "seen = []\nget_ipython().events.register('pre_run_cell', lambda info: (seen.append(info.raw_cell), "
        "open('/tmp/seen', 'a').write(info.raw_cell)))\n" + RIGHT["draw"]
    )

    result = graded(SOURCE, answering(draw=spy, f=RIGHT["f"] + "\nprint(seen, _ih, open('/tmp/seen').read())"))

    printed = result.printed(2)
    assert "len(ax.lines)" in printed
    assert "get_ydata" not in printed
    assert "HIDDEN" not in printed
    assert result.points == {"plot": 3, "patched": 2, "apart": 1}


def test_points_by_parts_count_as_they_should_and_raise_no_alarm(graded: Grades) -> None:
    steps = (
        "import __main__\npoints = 0\n### BEGIN HIDDEN TESTS\nif __main__.f(1) == 10: points += 1\n"
        "if __main__.f(2) == 20: points += 1\n"
    )
    source = notebook(
        answer("f", "### BEGIN SOLUTION\nf = lambda x: 10 * x\n### END SOLUTION"),
        checks("t", steps + "### END HIDDEN TESTS\npoints", 2),
    )

    half = graded(source, answering(f="f = lambda x: 10"))
    whole = graded(source, answering(f="f = lambda x: 10 * x"))

    assert (half.points, whole.points) == ({"t": 1}, {"t": 2})
    assert half.result.needs_review == whole.result.needs_review == ()
    assert whole.result.provenance["canaries"] == {"n.ipynb t": 2}


def test_a_test_that_ends_its_copy_or_hangs_fails_alone(graded: Grades) -> None:
    source = notebook(
        answer("f", "### BEGIN SOLUTION\nf = lambda x: x\ng = f\n### END SOLUTION"),
        checks("ends", "import __main__\n### BEGIN HIDDEN TESTS\nassert __main__.f(1) == 1\n### END HIDDEN TESTS"),
        checks("hangs", "import __main__\n### BEGIN HIDDEN TESTS\nassert __main__.g(1) == 1\n### END HIDDEN TESTS"),
        checks("next", "assert callable(f)"),
    )

    result = graded(
        source, answering(f="import os\ndef f(x): os._exit(0)\ndef g(x):\n    while True: pass"), Limits(cell_seconds=2)
    )

    assert result.points == {"ends": 0, "hangs": 0, "next": 1}
    assert result["hangs"].student_message == "The test took longer than 2 seconds."
    assert any("ends:" in sentence for sentence in result.result.needs_review)


def test_a_test_without_an_expectation_to_change_runs_without_canaries(graded: Grades) -> None:
    source = notebook(
        answer("f", "### BEGIN SOLUTION\nf = lambda x: x\n### END SOLUTION"), checks("t", "import __main__\n__main__.f(1)")
    )

    result = graded(source, answering(f="f = lambda x: x"))

    assert result.points == {"t": 1}
    assert result.result.provenance["canaries"] == {"n.ipynb t": 0}
