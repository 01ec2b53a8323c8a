"""A course's ``nbgrader_config.py`` and ``autotests.yml`` do here what they do in nbgrader."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.conftest import NbgraderCourse
from tests.conformance.test_grading import both_grade
from tests.conformance.test_release import assert_alike, both_release
from tests.conformance.variations import sound_notebook
from tests.support.notebooks import (
    Notebook,
    answer,
    answering,
    as_file,
    checks,
    code,
    from_file,
    locked,
    markdown,
    notebook,
    task,
    written,
)

MakeCourse = Callable[[], NbgraderCourse]
CONFIGS = {
    "markers": """
c = get_config()  # noqa
c.ClearSolutions.begin_solution_delimeter = "## ANSWER"
c.ClearSolutions.end_solution_delimeter = "## /ANSWER"
c.ClearHiddenTests.begin_test_delimeter = "SECRET" " ON"
c.ClearHiddenTests.end_test_delimeter = "SECRET OFF"
c.ClearMarkScheme.begin_mark_scheme_delimeter = "<marks>"
c.ClearMarkScheme.end_mark_scheme_delimeter = "</marks>"
""",
    "stubs": """
c.ClearSolutions.code_stub = {"python": "...", "R": "# R\\nstop()", "matlab": "%", "octave": "%%", "sas": "*;", "java": "//\\n//",
                              "bash": "# do it"}
c.ClearSolutions.text_stub = "Write here.\\n\\nAs much as you like."
""",
    "old stub": 'c.ClearSolutions.code_stub = "pass  # yours"\nc.ClearSolutions.text_stub = ""',
    "no locks": """
c.LockCells.lock_solution_cells = False
c.LockCells.lock_grade_cells = False
c.LockCells.lock_readonly_cells = False
""",
    "some locks": "c.LockCells.lock_solution_cells = False\nc.LockCells.lock_all_cells = True",
    "tests free": "c.LockCells.lock_grade_cells = False",
    "around": 'c.IncludeHeaderFooter.header = "source/header.ipynb"\nc.IncludeHeaderFooter.footer = "footer.ipynb"',
    "files": 'c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.log", "drafts"]',
}
_MARKERS = {
    "BEGIN SOLUTION": "## ANSWER",
    "END SOLUTION": "## /ANSWER",
    "BEGIN HIDDEN TESTS": "SECRET ON",
    "END HIDDEN TESTS": "SECRET OFF",
    "BEGIN MARK SCHEME": "<marks>",
    "END MARK SCHEME": "</marks>",
}
SEEDS = 4


def sources_for(name: str) -> dict[str, Notebook]:
    """Notebooks to try the settings called so on."""
    sources = {f"a{seed}": sound_notebook(seed) for seed in range(SEEDS)}
    if name == "old stub":
        for source in sources.values():
            source["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    if name == "markers":
        for source in sources.values():
            for cell in source["cells"]:
                for usual, other in _MARKERS.items():
                    cell["source"] = cell["source"].replace(usual, other)
    if name == "stubs":
        bash = {"name": "bash", "display_name": "Bash", "language": "bash"}
        sources["bash"] = notebook(answer("f"), answer("g", "echo 1"), kernelspec=bash)
    return sources


@pytest.mark.parametrize("name", CONFIGS)
def test_settings_make_the_same_releases(make_course: MakeCourse, name: str) -> None:
    course = make_course()
    course.put("nbgrader_config.py", CONFIGS[name].encode())
    course.put("source/header.ipynb", notebook(markdown("# Our course"), locked("rules", "import math")))
    course.put("footer.ipynb", notebook(written("closing", points=1), minor=4))
    sources = sources_for(name)
    for assignment in sources:
        course.put(f"source/{assignment}/notes.log", b"x")
        course.put(f"source/{assignment}/drafts/a.txt", b"x")

    results = both_release(course, sources)

    assert_alike(course, results)
    for assignment, (_, ours) in results.items():
        assert ours.files.keys() == course.files(f"release/{assignment}").keys()


def test_regions_anywhere_are_cut_out_where_the_settings_allow_it(make_course: MakeCourse) -> None:
    course = make_course()
    rules = "".join(f"c.{name}.enforce_metadata = False\n" for name in ("ClearSolutions", "ClearHiddenTests", "ClearMarkScheme"))
    course.put("nbgrader_config.py", f"{rules}c.ClearMarkScheme.check_attachment_leakage = False".encode())
    regions = "\n".join(f"a\n### BEGIN {noun}\nb\n### END {noun}\nc" for noun in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME"))
    scheme = "=== BEGIN MARK SCHEME\n![a](attachment:a.png)\n=== END MARK SCHEME"

    results = both_release(course, {"any": notebook(code(regions), locked("l", regions), markdown(regions), task("t", scheme))})

    assert_alike(course, results)


RECIPES = (Path(__file__).parent / "autotests.yml").read_bytes()
_VALUES = ("7", "2 / 3", "'text'", "[3, 1, 2]", "{'a': 1}", "None", "(1, 'x')", "True", "{2}", "1j", "'''it's \"so\"'''")


def asking_notebook(seed: int) -> Notebook:
    """A teacher's notebook that has its tests written."""
    rng = random.Random(seed)  # noqa: S311 - the same notebooks each time
    cells = [locked("setup", "import math\ndef twice(x): return 2 * x")]
    for number in range(3):
        lines = [f"x{number} = {rng.choice(_VALUES)}", f"y{number} = {rng.choice(_VALUES)}"]
        cells.append(answer(f"a{number}", "\n".join(["### BEGIN SOLUTION", *lines, "### END SOLUTION"])))
        ask = rng.choice(("### AUTOTEST", "# AUTOTEST", "  ### HASHED AUTOTEST", "# (HASHED) AUTOTEST"))
        asked = rng.choice((f"x{number}", f"x{number}; y{number};", f" [x{number}] * 2 ; twice(3)"))
        before, after = (
            rng.choice(("", "z = 1\n")),
            rng.choice(("", "\nassert z", "\n### BEGIN HIDDEN TESTS\n### AUTOTEST math.pi\n### END HIDDEN TESTS")),
        )
        if "assert z" in after:
            before = "z = 1\n"
        cells.append(checks(f"t{number}", f"{before}{ask} {asked}{after}", 2))
    cells.append(code("print('AUTOTEST is no comment here')"))
    return notebook(*cells)


def test_tests_are_written_alike(make_course: MakeCourse) -> None:
    course = make_course()
    course.put("autotests.yml", RECIPES)

    results = both_release(course, {f"a{seed}": asking_notebook(seed) for seed in range(6)})

    assert_alike(course, results)
    assert any("sha1(" in cell["source"] for cell in from_file(results["a0"][1].files["n.ipynb"])["cells"])


def test_recipes_beside_the_notebook_and_other_words_for_asking(make_course: MakeCourse) -> None:
    course = make_course()
    course.put(
        "nbgrader_config.py", b'c.InstantiateTests.autotest_delimiter = "ASK"\nc.InstantiateTests.hashed_delimiter = "SECRETLY"'
    )
    course.put("source/own/autotests.yml", RECIPES.replace(b"All is well.", b"Mine"))
    cells = answer("f", "x = open('data.txt').read()"), checks("t", "### SECRETLY ASK x\n### ASK len(x)\n# AUTOTEST")
    course.put("source/own/data.txt", b"some data")

    results = both_release(course, {"own": notebook(*cells)})

    assert_alike(course, results)


@pytest.mark.parametrize(
    ("source", "recipes"),
    [
        (notebook(code("### AUTOTEST 1")), RECIPES),
        (notebook(answer("f", "1 / 0"), checks("t", "### AUTOTEST 1")), RECIPES),
        (notebook(checks("t", "### AUTOTEST nothing")), RECIPES),
        (notebook(checks("t", "### AUTOTEST 1")), b""),
        (notebook(checks("t", "### AUTOTEST 1")), b"python3: ["),
        (notebook(checks("t", "### HASHED AUTOTEST 1")), RECIPES.replace(b"hash:", b"dash:")),
        (notebook(checks("t", "### AUTOTEST 1; ; ;")), RECIPES),
    ],
)
def test_what_can_not_be_written_is_refused_by_both(make_course: MakeCourse, source: Notebook, recipes: bytes) -> None:
    course = make_course()
    if recipes:
        course.put("autotests.yml", recipes)

    [(error, ours)] = both_release(course, {"ps": source}).values()

    assert error
    assert not ours.files
    assert [problem.severity for problem in ours.problems] == ["error"]


def test_written_tests_give_the_same_scores(make_course: MakeCourse) -> None:
    course = make_course()
    course.put("autotests.yml", RECIPES)
    course.put(
        "nbgrader_config.py",
        b'c.IncludeHeaderFooter.header = "header.ipynb"\nc.ClearHiddenTests.begin_test_delimeter = "FROM HERE"',
    )
    course.put("header.ipynb", notebook(locked("first", "import math")))
    cells = answer("f", "x = 2 / 3\ny = [3, 1]"), checks("t", "### AUTOTEST x; y", 2), checks("h", "### HASHED AUTOTEST y", 1)
    source = notebook(*cells, checks("s", "assert math\n### FROM HERE\nassert len(y) == 2\n### END HIDDEN TESTS", 3))
    course.put("source/ps/n.ipynb", source)
    [(_, ours)] = both_release(course, {"ps": source}).values()
    students = {"right": "x = 0.6667\ny = [3, 1]", "order": "x = 2 / 3\ny = [1, 3]", "wrong": "x = 1\ny = []", "none": "1 / 0"}
    for student, said in students.items():
        theirs = from_file(ours.files["n.ipynb"])
        answering(f=said)(theirs)
        course.put(f"submitted/{student}/ps/n.ipynb", as_file(theirs))

    theirs_scores, our_scores = both_grade(course)

    assert our_scores == theirs_scores
    assert our_scores["right"]["n.ipynb"] == {"t": 2, "h": 1, "s": 3}
    assert our_scores["order"]["n.ipynb"] == {"t": 0, "h": 0, "s": 3}


def test_a_bash_notebook_gets_the_same_scores(make_course: MakeCourse) -> None:
    course = make_course()
    course.put("nbgrader_config.py", b'c.ClearSolutions.code_stub = {"bash": "# YOUR CODE HERE"}')
    bash = {"name": "bash", "display_name": "Bash", "language": "bash"}
    test = "test $(double 2) = 4\n### BEGIN HIDDEN TESTS\ntest $(double 5) = 10\n### END HIDDEN TESTS"
    source = notebook(answer("double"), checks("t", test, 2), checks("last", "true", 1), kernelspec=bash)
    course.put("source/ps/n.ipynb", source)
    for student, text in {
        "ann": "double() { echo $((2 * $1)); }",
        "bob": "double() { echo 4; }",
        "cyd": "exit 3",
        "dan": "",
    }.items():
        content = from_file(as_file(source))
        answering(double=text)(content)
        course.put(f"submitted/{student}/ps/n.ipynb", content)

    theirs, ours = both_grade(course)

    assert ours == theirs
    assert {student: books["n.ipynb"]["t"] for student, books in theirs.items()} == {"ann": 2, "bob": 0, "cyd": 0, "dan": 0}
