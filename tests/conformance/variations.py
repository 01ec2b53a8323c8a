"""Source notebooks by the dozen: each seed gives one, with whatever the format allows, and now and then what it does not."""

import random
from collections.abc import Callable
from typing import Any

from tests.support.notebooks import Cell, Notebook

LANGUAGES = ("python", "R", "matlab", "octave", "sas", "java")
_WORDS = (
    "x = 1",
    "# a comment",
    "",
    "    return f(x)",
    "\ttabbed",
    "é ß 漢字 🎈",
    "a\fb",
    "end  ",
    "print('BEGIN')",
    "YOUR ANSWER",
)
_INDENTS = ("", "    ", "\t", "  \t", "\u2003")
_MARKS = {"SOLUTION": ("### ", "# ", "% ", "// ", ""), "HIDDEN TESTS": ("### ", "#", "// "), "MARK SCHEME": ("=== ", "<!-- ", "")}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

_Make = Callable[[random.Random, int], Cell]


def sound_notebook(seed: int, schema: int = 3) -> Notebook:
    """A notebook that nbgrader accepts."""
    rng = random.Random(seed)  # noqa: S311 - the same notebooks each time
    kinds: list[_Make] = [_answer, _tests, _manual_code, _manual_text, _locked, _locked_text, _plain, _text, _raw]
    if schema == 3:
        kinds += [_task, _unmarked]
    cells = [rng.choice(kinds)(rng, number) for number in range(rng.randint(1, 12))]
    language = rng.choice(LANGUAGES)
    metadata: dict[str, Any] = {"kernelspec": {"name": language.lower(), "display_name": language, "language": language}}
    if rng.random() < 0.2:
        metadata = {"language_info": {"name": "python"}}
    if rng.random() < 0.3:
        metadata |= {"celltoolbar": "Create Assignment", "custom": {"deep": [1, None, "x"]}}
    minor = rng.choice((2, 4, 5))
    for number, cell in enumerate(cells):
        _decorate(rng, cell)
        if minor == 5:
            cell["id"] = f"id-{number}"
        if schema < 3:
            _make_older(rng, cell, schema)
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": cells}


def broken_notebook(seed: int) -> Notebook:
    """A sound notebook with one thing broken in it, or not quite."""
    rng = random.Random(seed)  # noqa: S311 - the same notebooks each time
    notebook = sound_notebook(seed * 7 + 1)
    notebook["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [*notebook["cells"], *(make(rng, 50 + place) for place, make in enumerate((_answer, _tests, _manual_text, _task)))]
    _BREAKS[seed % BREAKS](rng, cells)
    for number, cell in enumerate(cells):
        cell.pop("id", None)
        if notebook["nbformat_minor"] == 5:
            cell["id"] = f"id-{number}"
    return {**notebook, "cells": cells}


def _lines(rng: random.Random, most: int = 4) -> list[str]:
    return [rng.choice(_WORDS) for _ in range(rng.randint(0, most))]


def _region(rng: random.Random, noun: str) -> list[str]:
    mark, indent = rng.choice(_MARKS[noun]), rng.choice(_INDENTS)
    return [f"{indent}{mark}BEGIN {noun}", *_lines(rng), f"{rng.choice(_INDENTS)}{mark}END {noun}{rng.choice(('', ' ===', ' '))}"]


def _source(rng: random.Random, *nouns: str) -> str:
    lines = _lines(rng)
    for noun in nouns:
        for _ in range(rng.choice((0, 1, 1, 2))):
            lines += [*_region(rng, noun), *_lines(rng)]
    return "\n".join(lines) + rng.choice(("", "\n", "\n\n"))


def _flags(number: int, **others: Any) -> dict[str, Any]:
    base = {
        "schema_version": 3,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "grade_id": f"cell_{number}-x",
    }
    return {**base, **others}


def _points(rng: random.Random) -> float:
    return rng.choice((0, 1, 2, 0.5, 3.25, 10))


def _code(source: str, flags: dict[str, Any] | None = None) -> Cell:
    outputs = [{"output_type": "stream", "name": "stdout", "text": "old\n"}]
    metadata = {"nbgrader": flags} if flags else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": outputs, "execution_count": 7}


def _markdown(source: str, flags: dict[str, Any] | None = None) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {"nbgrader": flags} if flags else {}}


def _answer(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng, "SOLUTION"), _flags(number, solution=True, locked=rng.random() < 0.2))


def _tests(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng, "HIDDEN TESTS"), _flags(number, grade=True, locked=rng.random() < 0.8, points=_points(rng)))


def _manual_code(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng, "SOLUTION", "HIDDEN TESTS"), _flags(number, grade=True, solution=True, points=_points(rng)))


def _manual_text(rng: random.Random, number: int) -> Cell:
    return _markdown(_source(rng, "SOLUTION"), _flags(number, grade=True, solution=True, points=_points(rng)))


def _task(rng: random.Random, number: int) -> Cell:
    return _markdown(_source(rng, "MARK SCHEME"), _flags(number, locked=True, task=True, points=_points(rng)))


def _locked(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng), _flags(number, locked=True))


def _locked_text(rng: random.Random, number: int) -> Cell:
    return _markdown(_source(rng), _flags(number, locked=True))


def _plain(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng))


def _text(rng: random.Random, number: int) -> Cell:
    cell = _markdown(f"# Part {number}\n![here](attachment:p.png)\n" + _source(rng))
    cell["attachments"] = {"p.png": {"image/png": PIXEL}}
    return cell


def _raw(rng: random.Random, number: int) -> Cell:
    return {"cell_type": "raw", "source": _source(rng), "metadata": {"format": "text/latex"}}


def _unmarked(rng: random.Random, number: int) -> Cell:
    return _code(_source(rng), _flags(number))


def _decorate(rng: random.Random, cell: Cell) -> None:
    extras: list[dict[str, Any]] = [
        {"tags": ["raises-exception", "mine"]},
        {"collapsed": True},
        {"scrolled": False},
        {"jupyter": {"source_hidden": True}},
        {"deletable": True, "editable": True},
        {"unknown": {"key": [1, 2.5, None, "ü"]}},
    ]
    for extra in extras:
        if rng.random() < 0.15:
            cell["metadata"] |= extra
    if "nbgrader" in cell["metadata"] and rng.random() < 0.3:
        cell["metadata"]["nbgrader"] |= {"checksum": "0" * 32, "cell_type": cell["cell_type"]}


def _make_older(rng: random.Random, cell: Cell, schema: int) -> None:
    data = cell["metadata"].get("nbgrader")
    if data is None:
        return
    del data["task"]
    data["schema_version"] = schema
    if schema < 2:
        data.pop("cell_type", None)
    if schema == 0:
        del data["schema_version"]
        if "points" in data:
            data["points"] = rng.choice((data["points"], str(data["points"]), "", -1))
        elif rng.random() < 0.3:
            data["points"] = ""
        for name in ("grade", "solution", "locked"):
            if not data[name] and rng.random() < 0.5:
                del data[name]
    if rng.random() < 0.2:
        data["old_key"] = "of another time"


def _mend(cells: list[Cell], rng: random.Random, **flags: bool) -> Cell:
    fitting = [
        cell for cell in cells if all(cell["metadata"].get("nbgrader", {}).get(name) is value for name, value in flags.items())
    ]
    return rng.choice(fitting)


def _append(cell: Cell, *lines: str) -> None:
    cell["source"] = "\n".join([*cell["source"].split("\n"), *lines])


_BREAKS: list[Callable[[random.Random, list[Cell]], None]] = [
    lambda rng, cells: _append(_mend(cells, rng, solution=True), "### BEGIN SOLUTION", "x"),
    lambda rng, cells: _append(_mend(cells, rng, solution=True), "# BEGIN SOLUTION", "# BEGIN SOLUTION", "# END SOLUTION"),
    lambda rng, cells: _append(_mend(cells, rng, solution=True), "### END SOLUTION"),
    lambda rng, cells: _append(_mend(cells, rng, solution=False), "### BEGIN SOLUTION", "### END SOLUTION"),
    lambda rng, cells: _append(rng.choice(cells), "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
    lambda rng, cells: _append(rng.choice(cells), "### BEGIN MARK SCHEME", "### END MARK SCHEME"),
    lambda rng, cells: _append(_mend(cells, rng, grade=True), "### BEGIN HIDDEN TESTS"),
    lambda rng, cells: _append(_mend(cells, rng, grade=True), "### END HIDDEN TESTS"),
    lambda rng, cells: _append(_mend(cells, rng, task=True), "=== BEGIN MARK SCHEME ===", "a", "=== BEGIN MARK SCHEME ==="),
    lambda rng, cells: _append(
        _mend(cells, rng, task=True), "=== BEGIN MARK SCHEME", "![a](attachment:a.png)", "=== END MARK SCHEME"
    ),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].pop("points", None),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].update(points=-1),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].update(points="two"),
    lambda rng, cells: _mend(cells, rng, solution=True)["metadata"]["nbgrader"].update(grade_id=""),
    lambda rng, cells: _mend(cells, rng, solution=True)["metadata"]["nbgrader"].update(grade_id="no spaces"),
    lambda rng, cells: _mend(cells, rng, solution=True)["metadata"]["nbgrader"].pop("grade_id"),
    lambda rng, cells: cells.append(_mend(cells, rng, grade=True)),
    lambda rng, cells: cells.append(_mend(cells, rng, task=True)),
    lambda rng, cells: _mend(cells, rng, solution=True)["metadata"]["nbgrader"].update(schema_version=4),
    lambda _rng, cells: cells.append(_markdown("x", _flags(98, grade=True, points=1))),
    lambda _rng, cells: cells.append(_markdown("x", _flags(98, solution=True))),
    lambda _rng, cells: cells.append(_code("x", _flags(98, task=True, locked=True, points=1))),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].update(cell_type="raw"),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].update(points="2.5"),
    lambda rng, cells: _mend(cells, rng, grade=True)["metadata"]["nbgrader"].update(locked="yes"),
    lambda _rng, cells: cells.reverse(),
]
BREAKS = len(_BREAKS)
