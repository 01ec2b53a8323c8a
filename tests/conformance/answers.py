"""A notebook with a question of every sort, and students who answer each one somehow: right, wrong, odd, not at all."""

import random
from dataclasses import dataclass

from tests.support.notebooks import (
    Cell,
    Notebook,
    answer,
    cell_of,
    checks,
    code,
    flags,
    locked,
    markdown,
    notebook,
    task,
    written,
)

POINTS = 2
_STUB = "raise NotImplementedError()"
_VALUES = (
    *(
        "0",
        "1",
        "2",
        "2.0",
        "0.5",
        "1.9999",
        "1e-3",
        "-0.0",
        "0.1 + 0.2",
        "True",
        "False",
        "None",
        "'0.5'",
        "'abc'",
        "[1]",
        "(1, 2)",
    ),
    *("{}", "float('nan')", "1j", "''", "Decimal('0.5')", "Fraction(1, 2)", "b'1'", "range(2)", "int", "...", "np.array([1.0])"),
    *("np.array(1.0)", "np.array([1, 2])", "list(np.arange(2))"),
)
"""Last values of a test cell on which nbgrader and Homeroom agree."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of question: a test, with NAME for what the student writes, and possible answers."""

    test: str
    answers: tuple[str, ...]


SORTS = (
    Sort(
        "assert NAME(3) == 9, 'three'\n### BEGIN HIDDEN TESTS\nassert NAME(-2) == 4\n### END HIDDEN TESTS",
        (
            "def NAME(x):\n    return x * x",
            "def NAME(x):\n    return x * abs(x)",
            "def NAME(x):\n    print('computing', x)\n    return x ** 2",
            "NAME = lambda x: x * x",
            "def NAME(x): return 1 / 0",
            "def NAME(x):\nreturn x",
            "async def NAME(x): return x * x",
            "NAME = 9",
            "def NAME(x):\n    import sys\n    sys.exit(0)",
            "def NAME(x): raise KeyboardInterrupt",
            "def NAME(x): return input()",
            "NAME = np.square",
            "%time NAME = lambda x: x * x",
            "del NAME",
            "",
        ),
    ),
    Sort("NAME()", tuple(f"def NAME(): return {value}" for value in _VALUES)),
    Sort(
        "print('now')\ndisplay(NAME())\nNAME() / 2", ("def NAME(): return 1", "def NAME(): return 4", "NAME = dict", "NAME = int")
    ),
    Sort("NAME();", ("def NAME(): return 0", "def NAME(): return 1 / 0", "def NAME(): print(1)")),
    Sort("import asyncio\nassert await NAME() == 1", ("async def NAME(): return 1", "async def NAME(): return 2", "NAME = int")),
    Sort(
        "points = 0\nfor x, y in [(1, 1), (2, 4), (3, 9)]:\n    try:\n        points += (NAME(x) == y) / 2\n"
        "    except Exception:\n        pass\npoints",
        ("def NAME(x): return x * x", "def NAME(x): return x", "def NAME(x): return {2: 4, 3: 9}[x]", "NAME = None"),
    ),
    Sort(
        "assert open('data.txt').read().strip() == NAME",
        ("NAME = 'teacher'", "NAME = 'student'", "import os\nNAME = os.listdir()"),
    ),
)
SETUP = "from decimal import Decimal\nfrom fractions import Fraction\nimport numpy as np"


def source(rounds: int = 2) -> Notebook:
    """The teacher's notebook: ``rounds`` questions of each sort, written answers and a task."""
    cells: list[Cell] = [markdown("# Everything"), locked("setup", SETUP)]
    for number, sort in enumerate(SORTS * rounds):
        cells += [
            answer(f"a{number}", f"NAME{number} = None\n### BEGIN SOLUTION\npass\n### END SOLUTION"),
            code("# not marked"),
            checks(f"t{number}", sort.test.replace("NAME", f"NAME{number}"), POINTS),
        ]
    cells += [
        written("essay", points=3),
        code("### BEGIN SOLUTION\nplot()\n### END SOLUTION", flags("plot", **_MANUAL)),
        task("do", "x", 4),
    ]
    return notebook(*cells)


_MANUAL = {"grade": True, "solution": True, "points": 1}


def hand_in(released: Notebook, seed: int) -> None:
    """Answer the students' version as student number ``seed`` would. Changes it."""
    rng = random.Random(seed)  # noqa: S311 - the same student each time
    number = 0
    while any(cell["metadata"].get("nbgrader", {}).get("grade_id") == f"a{number}" for cell in released["cells"]):
        chosen = rng.choice(SORTS[number % len(SORTS)].answers).replace("NAME", f"NAME{number}")
        if rng.random() < 0.9:
            cell_of(released, f"a{number}")["source"] = chosen
        number += 1
    for grade_id in ("essay", "plot"):
        untouched = cell_of(released, grade_id)["source"]
        cell_of(released, grade_id)["source"] = rng.choice((untouched, untouched + "\n", "An answer.", "", "1"))
    _meddle(released, rng)


def _meddle(released: Notebook, rng: random.Random) -> None:
    """What students also do: cells of their own, changed tests, old outputs, tags."""
    for count in range(rng.randint(0, 4)):
        own = rng.choice(("import math", "raise ValueError('mine')", "print('x' * 10)", "1 / 0", "# note", "NAME1 = NAME1"))
        place = rng.randint(0, len(released["cells"]))
        released["cells"].insert(place, {**code(own), "id": f"own-{count}"})
    tests = [cell for cell in released["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("t")]
    for cell in rng.sample(tests, 3):
        what = rng.choice(("source", "points", "outputs", "tag", "type", "unlock"))
        data = cell["metadata"]["nbgrader"]
        if what == "source":
            cell["source"] = "pass"
        elif what == "points":
            data["points"] = 100
        elif what == "outputs":
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}
            ]
        elif what == "tag":
            cell["metadata"]["tags"] = ["raises-exception"]
        elif what == "type":
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
        else:
            data["locked"] = False
            cell["metadata"]["editable"] = True
