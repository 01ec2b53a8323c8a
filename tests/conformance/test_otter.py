"""``homeroom grade`` and Otter give the same score to the same question, for one and the same file of a student's."""

import json
import os
import random
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from grader.batch import Batch
from grader.jobs import Limits
from grader.sources import prepare, students_version
from tests.support.notebooks import Cell, Notebook, as_file, code, from_file, markdown, notebook
from tests.support.otter_notebooks import answering_otter, block, expects, printing, question, raw

Scores = dict[str, dict[str, float]]
_DRIVER = Path(__file__).parent / "otter_driver.py"


class OtterCourse:
    """An assignment's folder, worked on by Otter and by us."""

    def __init__(self, root: Path, python: Path) -> None:
        self.root, self._python = root, python
        self.source = root / "source/hw"
        self.source.mkdir(parents=True)

    def put(self, *cells: Cell, **files: bytes) -> Notebook:
        """Write the teacher's notebook and files; returns what our students get."""
        content = {"hw.ipynb": as_file(notebook(*cells)), **{name.replace("_", "."): data for name, data in files.items()}}
        for name, data in content.items():
            (self.source / name).write_bytes(data)
        made = students_version(prepare(content))
        assert made.files, made.problems
        return from_file(made.files["hw.ipynb"])

    def hand_in(self, student: str, content: Notebook, **files: bytes) -> None:
        folder = self.root / "submitted" / student / "hw"
        folder.mkdir(parents=True)
        for name, data in {
            "hw.ipynb": as_file(content),
            **{name.replace("_", "."): data for name, data in files.items()},
        }.items():
            (folder / name).write_bytes(data)

    def otter(self, *, run_tests: bool = True) -> dict[str, Any]:
        submissions = sorted(str(path) for path in (self.root / "submitted").glob("*/hw/hw.ipynb"))
        order = {"notebook": "hw.ipynb", "submissions": submissions, "run_tests": run_tests}
        place = self.root / "otter"
        subprocess.run(["cp", "-r", self.source, place], check=True)  # noqa: S607
        environment = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG")} | {"HOME": str(self.root)}
        done = subprocess.run(
            [self._python, _DRIVER, place, json.dumps(order)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        answer["scores"] = {Path(path).parts[-3]: scores for path, scores in answer["scores"].items()}
        return answer

    def ours(self) -> Scores:
        """By student and question."""
        batch = Batch(self.root / "source", self.root / "submitted", self.root / "ours", Limits(cell_seconds=10))
        batch.look()
        lines = batch.run(jobs=2, on_done=lambda _line, _kept: None)
        found: Scores = {}
        for line in lines:
            assert line["status"] == "graded", line
            scores: dict[str, float] = defaultdict(float)
            for book in line["notebooks"]:
                for cell in book["cells"]:
                    if cell["score"] is not None:
                        scores[self._question(cell["grade_id"])] += cell["score"]
            found[line["student"]] = {name: round(score, 6) for name, score in scores.items()}
        return found

    @staticmethod
    def _question(grade_id: str) -> str:
        return grade_id.partition("-")[0]


@pytest.fixture(scope="session")
def otter_python(checkout: Path) -> Path:
    python = checkout / ".venv-otter/bin/python"
    if not python.exists():
        pytest.fail("Otter-Grader is not installed here: run `make conformance`")
    return python


@pytest.fixture
def otter_course(tmp_path: Path, otter_python: Path) -> OtterCourse:
    return OtterCourse(tmp_path, otter_python)


# Name, solution, settings, tests; and what students answer.
_SQUARE = "def square(x):\n    return x * x # SOLUTION"
OK_QUESTIONS: list[tuple[list[Cell], dict[str, tuple[str, ...]]]] = [
    (
        question(
            "each",
            _SQUARE,
            expects("square(3) == 9", "True"),
            expects("# HIDDEN\nsquare(-2)", "4"),
            expects('""" # BEGIN TEST CONFIG\nhidden: true\npoints: 2\n""" # END TEST CONFIG\ny = square(0.5)\ny', "0.25"),
            settings="points: {each: 1}",
        ),
        {
            "each": (
                "def square(x): return x * x",
                "def square(x): return x * abs(x)",
                "def square(x): return 9",
                "square = None",
                "def square(x):\n    print(x)\n    return x * x",
            )
        },
    ),
    (
        question(
            "whole",
            "total = 5 # SOLUTION\nname = 'ab' # SOLUTION",
            expects("total = total + 1\ntotal", "6"),
            expects("# hidden\ntotal", "5"),
            expects("name", "'ab'"),
            settings="points: 3\nall_or_nothing: true",
        ),
        {"whole": ("total = 5\nname = 'ab'", "total = 5.0\nname = 'ab'", "total, name = 5, 'AB'", "name = 'ab'", "1 / 0")},
    ),
    (
        question(
            "share",
            "values = [1, 2, 3] # SOLUTION",
            expects("values", "[1, 2, 3]"),
            expects("len(values)", "3"),
            expects("# HIDDEN\nfor value in values:\n    assert value > 0"),
        ),
        {"share": ("values = [1, 2, 3]", "values = (1, 2, 3)", "values = [True, 2, 3]", "values = [-1, 0]", "values = 3", "")},
    ),
    (
        question(
            "listed",
            "def greet(who): # SOLUTION\n    # BEGIN SOLUTION NO PROMPT\n    print('Hello', who)\n    # END SOLUTION",
            printing("greet('Ann')", "Hello Ann\n"),
            printing("# HIDDEN\ngreet('a')\ngreet('b')\nNone", ""),
            settings="points: [1, 0]",
        ),
        {
            "listed": (
                "def greet(who): print('Hello', who)",
                "def greet(who): print('Hello ' + who, end='')",
                "def greet(who): return 'Hello ' + who",
                "def greet(who): pass",
            )
        },
    ),
    (
        question(
            "arrays",
            "import numpy as np\ndoubled = np.arange(3) * 2 # SOLUTION",
            expects("doubled", "array([0, 2, 4])"),
            expects("# HIDDEN\nbool(np.all(doubled == [0, 2, 4]))", "True"),
            expects("doubled.sum()", "np.int64(6)"),
            settings="points: 4",
        ),
        {
            "arrays": (
                "import numpy as np\ndoubled = np.array([0, 2, 4])",
                "import numpy as np\ndoubled = np.array([0., 2., 4.])",
                "import numpy as np\ndoubled = [0, 2, 4]",
                "import numpy as np\ndoubled = np.arange(3)",
            )
        },
    ),
    (
        question(
            "flag",
            "is_prime = lambda n: n in (2, 3, 5) # SOLUTION",
            expects("is_prime(2)", "True"),
            expects("# HIDDEN\nis_prime(4)", "False"),
            settings="check_cell: false\npoints: 1",
        ),
        {
            "flag": (
                "is_prime = lambda n: n != 4",
                "is_prime = lambda n: 1",
                "is_prime = lambda n: n",
                "is_prime = lambda n: None",
            )
        },
    ),
]
MANUAL = block(
    "QUESTION", markdown("Explain it."), *block("SOLUTION", markdown("Because.")), settings="name: essay\nmanual: true\npoints: 2"
)


def functions(*more: str) -> Cell:
    return code("\n".join(more))


EXCEPTION_QUESTIONS: list[tuple[list[Cell], dict[str, tuple[str, ...]]]] = [
    (
        question(
            "each",
            _SQUARE,
            functions("def test_small(square):", "    assert square(2) == 4", "", "test_small(square)"),
            functions("# HIDDEN", "def test_negative(square):", "    assert square(-2) == 4"),
            settings="points: {each: 2}",
        ),
        {"each": ("def square(x): return x * x", "def square(x): return x * abs(x)", "def square(x): return None", "")},
    ),
    (
        question(
            "env",
            "a = 1 # SOLUTION\nb = 2 # SOLUTION",
            functions("def test_both(env):", "    assert env['a'] == 1", "    assert env['b'] == 2"),
            functions(
                '""" # BEGIN TEST CONFIG',
                "points: 0.5",
                "hidden: true",
                '""" # END TEST CONFIG',
                "def test_b(b):",
                "    if b != 2:",
                "        raise ValueError('b')",
            ),
            settings="points: 2",
        ),
        {"env": ("a, b = 1, 2", "a = 1", "b = 2", "a, b = 2, 2")},
    ),
    (
        question(
            "whole",
            "words = ['x', 'y'] # SOLUTION",
            functions("def test_count(words):", "    assert len(words) == 2"),
            functions("# hidden", "def test_first(words):", "    import re", "    assert re.match('x', words[0])"),
            settings="points: 3\nall_or_nothing: true",
        ),
        {"whole": ("words = ['x', 'y']", "words = ['x']", "words = ('xx', 1)", "words = ['y', 'x']")},
    ),
]


def generated(questions: list[tuple[list[Cell], dict[str, tuple[str, ...]]]], given: Notebook, seed: int) -> Notebook:
    """What student number ``seed`` hands in."""
    rng = random.Random(seed)  # noqa: S311 - the same student each time
    answers = {name: rng.choice(choices) for _, by_name in questions for name, choices in by_name.items() if rng.random() < 0.95}
    theirs: Notebook = json.loads(json.dumps(given))
    answering_otter(answers)(theirs)
    for count in range(rng.randint(0, 3)):
        own = rng.choice(("import math", "raise ValueError('mine')", "grader.check('each')", "grader.check_all()", "note = 1"))
        theirs["cells"].insert(rng.randint(1, len(theirs["cells"])), {**code(own), "id": f"own-{count}"})
    return theirs


def both(course: OtterCourse) -> tuple[Scores, Scores]:
    theirs: Scores = course.otter()["scores"]
    ours = course.ours()
    for scores in ours.values():
        scores.pop("essay", None)
    return theirs, ours


@pytest.mark.parametrize(
    ("questions", "settings"),
    [(OK_QUESTIONS, ""), (EXCEPTION_QUESTIONS, "tests:\n  ok_format: false\n")],
    ids=["ok", "exception"],
)
def test_a_generated_class_gets_the_same_scores(otter_course: OtterCourse, questions: Any, settings: str) -> None:
    given = otter_course.put(
        raw(f"# ASSIGNMENT CONFIG\nexport_cell: false\n{settings}"),
        code("start = 1"),
        *(cell for cells, _ in questions for cell in cells),
        *MANUAL,
    )
    for seed in range(8):
        otter_course.hand_in(f"s{seed}", generated(questions, given, seed))

    theirs, ours = both(otter_course)

    assert len(theirs) == 8
    assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("questions", "settings"),
    [(OK_QUESTIONS, ""), (EXCEPTION_QUESTIONS, "tests:\n  ok_format: false\n")],
    ids=["ok", "exception"],
)
def test_a_large_generated_class_gets_the_same_scores(otter_course: OtterCourse, questions: Any, settings: str) -> None:
    given = otter_course.put(raw(f"# ASSIGNMENT CONFIG\n{settings}"), *(cell for cells, _ in questions for cell in cells))
    for seed in range(100, 160):
        otter_course.hand_in(f"s{seed}", generated(questions, given, seed))

    theirs, ours = both(otter_course)

    assert ours == theirs


SEEDED = question(
    "drawn",
    "import numpy as np\ndraw = np.random.randint(0, 10**6, 3).tolist() # SOLUTION",
    expects("draw", repr([985772, 305711, 435829])),
    expects("# HIDDEN\nlen(draw)", "3"),
    settings="points: 2",
)


def test_a_seed_is_set_before_each_cell_as_otter_does(otter_course: OtterCourse) -> None:
    given = otter_course.put(raw("# ASSIGNMENT CONFIG\ngenerate:\n  seed: 42\n"), *SEEDED)
    right, late, other = (json.loads(json.dumps(given)) for _ in range(3))
    answering_otter({"drawn": "import numpy as np\ndraw = np.random.randint(0, 10**6, 3).tolist()"})(right)
    answering_otter({"drawn": "import numpy as np\nnp.random.rand()\ndraw = np.random.randint(0, 10**6, 3).tolist()"})(late)
    late["cells"].insert(1, {**code("import random\nrandom.random()"), "id": "own"})
    answering_otter({"drawn": "draw = [1, 2]"})(other)
    for name, content in {"right": right, "late": late, "other": other}.items():
        otter_course.hand_in(name, content)

    theirs = otter_course.otter(run_tests=False)["scores"]

    assert otter_course.ours() == theirs
    assert len(set(map(str, theirs.values()))) > 1


def test_a_seed_variable_has_the_graders_value_when_graded_and_the_students_before(otter_course: OtterCourse) -> None:
    cells = question(
        "rng",
        "drawn = rng_seed + 1 # SOLUTION",
        expects("drawn", "101"),
        expects("# HIDDEN\nrng_seed", "100"),
        settings="points: {each: 1}",
    )
    given = otter_course.put(
        raw("# ASSIGNMENT CONFIG\nseed:\n  variable: rng_seed\n  autograder_value: 100\n  student_value: 7\n"),
        code("rng_seed = 42"),
        *cells,
    )
    answering_otter({"rng": "drawn = rng_seed + 1"})(given)
    otter_course.hand_in("ann", given)

    theirs = otter_course.otter()

    assert otter_course.ours() == theirs["scores"] == {"ann": {"rng": 2}}
    assert "rng_seed = 7" in [cell["source"] for cell in given["cells"]]
    assert "rng_seed = 7" in ["".join(cell["source"]) for cell in theirs["cells"]]


def test_a_copy_that_otter_made_gets_the_same_score(otter_course: OtterCourse) -> None:
    cells = [cell for question_cells, _ in OK_QUESTIONS[:3] for cell in question_cells]
    otter_course.put(raw("# ASSIGNMENT CONFIG\nexport_cell: false\n"), *cells, *MANUAL)
    made = otter_course.otter()
    shutil.rmtree(otter_course.root / "otter")
    theirs: Notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": made["metadata"], "cells": made["cells"]}
    answers = iter(("def square(x): return x * abs(x)", "total, name = 5, 'ab'", "values = (1, 2, 3)", "I know."))
    for cell in theirs["cells"]:
        cell["source"] = "".join(cell["source"])
        if "otter_answer_cell" in cell["metadata"].get("tags", []):
            cell["source"] = next(answers)
    otter_course.hand_in("ann", theirs)

    scores, ours = both(otter_course)

    assert ours == scores
    assert ours["ann"]["whole"] == 3


def test_students_get_the_cells_that_otter_would_give_them(otter_course: OtterCourse) -> None:
    awkward = """x: int = 3 # SOLUTION
x += 1 # SOLUTION
d['k'] = 1 # SOLUTION
a, *b = 1, 2 # SOLUTION
p, q = 1, 2 # SOLUTION
if x == 4: # SOLUTION
    pass # SOLUTION
print(x) # SOLUTION NO PROMPT
\"\"\" # BEGIN PROMPT
y = ...
\"\"\"; # END PROMPT
# BEGIN SOLUTION
y = 2
# END SOLUTION
z = f(a=3) # SOLUTION
f(a=3) # SOLUTION
kept = 1
gone = 1 # IGNORE
# BEGIN IGNORE
also = 2
# END IGNORE
last.attr = 5 #SOLUTION really"""
    fenced = markdown("Before\n```otter\n# BEGIN QUESTION\nname: fenced\npoints: 2\n```\n\nAfter")
    given = otter_course.put(
        raw("# ASSIGNMENT CONFIG\nname: hw\nexport_cell: false\nshow_question_points: true\ncheck_all_cell: false\n"),
        markdown("# Title"),
        code("# Ignore this\n1 / 0"),
        *question("awkward", awkward, expects("# HIDDEN\nkept", "1")),
        *question("none", "k = 1 # SOLUTION", expects("k", "1"), settings="check_cell: false"),
        *question("asked", "w = 1 # SOLUTION", expects("w", "1"), prompt=(code("w = ..."),)),
        fenced,
        *block("SOLUTION", code("v = 1 # SOLUTION")),
        raw("# END QUESTION"),
        *block(
            "QUESTION",
            markdown("Say."),
            *block("PROMPT", markdown("Type!")),
            *block("SOLUTION", markdown("S")),
            settings="name: e\nmanual: true\npoints: 1",
        ),
        *MANUAL,
    )

    theirs = otter_course.otter(run_tests=False)

    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in theirs["cells"]]
    # Marks for the PDF are Otter's own affair.
    unmarked = [(kind, re.sub(r"<!-- (BEGIN|END) QUESTION -->\s*", "", source)) for kind, source in sources[1:]]
    assert [(cell["cell_type"], cell["source"]) for cell in given["cells"][1:]] == [pair for pair in unmarked if pair[1]]
    assert given["metadata"]["otter"]["tests"].keys() == theirs["metadata"]["otter"]["tests"].keys()
    mine, its = (
        data["otter"]["tests"]["asked"]["suites"][0]["cases"][0]["code"] for data in (given["metadata"], theirs["metadata"])
    )
    assert mine == its


def test_where_the_scores_differ_they_differ_as_the_page_says(otter_course: OtterCourse) -> None:
    """docs/reference/otter.md, “Where the result differs”, in OK format."""
    broken = "try:\n    x.y\nexcept (AttributeError, KeyError):\n    z = 1\nz == 1"
    given = otter_course.put(
        raw("# ASSIGNMENT CONFIG\n"),
        *question("early", "value = 1 # SOLUTION", expects("value", "1")),
        *question("again", "again = 1 # SOLUTION", expects("again", "1")),
        *question("broken", "x = 1 # SOLUTION", expects(broken, "True")),
        *question("liar", "three = 3 # SOLUTION", expects("three", "3")),
    )
    liar = "class Liar:\n    def __repr__(self): return '3'\nthree = Liar()"
    answering_otter({"early": "value = 1", "again": "again = 1", "broken": "x = 1", "liar": liar})(given)
    given["cells"] = [cell for cell in given["cells"] if cell["source"] != 'grader.check("early")']
    given["cells"].append({**code("value, again = 2, 2\ngrader.check('again')"), "id": "own"})
    otter_course.hand_in("ann", given)

    assert otter_course.otter(run_tests=False)["scores"]["ann"] == {"early": 0, "again": 0, "broken": 0, "liar": 1}
    assert otter_course.ours()["ann"] == {"early": 1, "again": 1, "broken": 1, "liar": 0}


def test_where_the_scores_of_functions_differ_they_differ_as_the_page_says(otter_course: OtterCourse) -> None:
    given = otter_course.put(
        raw("# ASSIGNMENT CONFIG\ntests:\n  ok_format: false\n"),
        *question("none", "absent = None # SOLUTION", functions("def test_none(absent):", "    assert absent is None")),
        *question("unseen", "y = 1 # SOLUTION", functions("def test_y():", "    assert y == 1")),
        *question(
            "twice",
            "z = 1 # SOLUTION",
            functions("def test_z(z):", "    assert z == 1"),
            functions("def test_z(z):", "    assert z > 0"),
            settings="points: 2",
        ),
    )
    answering_otter({"none": "", "unseen": "y = 1", "twice": "z = 5"})(given)
    otter_course.hand_in("ann", given)

    assert otter_course.otter(run_tests=False)["scores"]["ann"] == {"none": 1, "unseen": 0, "twice": 2}
    assert otter_course.ours()["ann"] == {"none": 0, "unseen": 1, "twice": 1}
