"""Random lives of a notebook: what a teacher releases, what a student does to it, what the teacher changes meanwhile.

Every line that a student types says ``mine``, every line of the teacher's ``theirs``, and no two are alike: so a result shows
what is there and what is not.
"""

import copy
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.notebooks import Cell, Notebook, answer, checks, code, flags, locked, markdown, notebook, task, written


@dataclass(frozen=True)
class Life:
    """Three versions of one notebook."""

    base: Notebook
    theirs: Notebook
    new: Notebook


class Writer:
    """Types lines that nobody else has typed, and gives cells names that no other has."""

    def __init__(self, random: Random) -> None:
        self.random, self._count = random, 0

    def number(self) -> int:
        """One that was not used yet."""
        self._count += 1
        return self._count

    def line(self, who: str) -> str:
        """One line, in the manner of code or of prose."""
        number, word = self.number(), self.random.choice(["total", "mean", "cells", "plot", "print", "because", "Zelle", "数"])
        return self.random.choice([f"{who}_{number} = {word}", f"# {who} {number} {word}", f"    {who}_{number}({word})"])

    def lines(self, who: str, most: int = 4) -> str:
        """Some lines, in any case one."""
        return "\n".join(self.line(who) for _ in range(self.random.randint(1, most)))


def life(random: Random) -> Life:
    """A notebook, and what student and teacher make of it."""
    writer = Writer(random)
    base = release(writer, minor=random.choice([4, 5, 5]))
    return Life(base, worked_on(base, writer), revised(base, writer))


def usual_life(random: Random) -> Life:
    """What happens most: answers and a few own cells on one side, a correction or two and perhaps a new question on the other."""
    writer = Writer(random)
    cells = [cell for _ in range(5) for cell in _question(writer)]
    base = notebook(markdown("# theirs"), *cells)
    _give_ids(base, random)
    theirs, new = copy.deepcopy(base), copy.deepcopy(base)
    answers = [cell for cell in theirs["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
    for cell in random.sample(answers, random.randint(1, len(answers))):
        cell["source"] = writer.lines("mine")
        _run(theirs, cell, writer)
    for _ in range(random.randint(0, 2)):
        theirs["cells"].insert(random.randint(1, len(theirs["cells"])), code(writer.lines("mine")))
    for cell in random.sample(new["cells"], random.randint(1, 3)):
        cell["source"] = writer.lines("theirs")
    if random.random() < 0.5:
        place = random.randint(0, 5) * 3 + 1
        new["cells"][place:place] = _question(writer)
    for made in (theirs, new):
        _give_ids(made, random)
    return Life(base, theirs, new)


def _question(writer: Writer) -> list[Cell]:
    number = writer.number()
    stub = answer(f"q{number}", "# YOUR CODE HERE\nraise NotImplementedError()")
    return [markdown(writer.lines("theirs")), stub, checks(f"t{number}", writer.lines("theirs"))]


def release(writer: Writer, *, minor: int) -> Notebook:
    """What students get: cells of every kind, any number of each."""
    cells = [_teachers_cell(writer) for _ in range(writer.random.randint(0, 9))]
    made = notebook(*cells, minor=minor)
    _give_ids(made, writer.random)
    return made


def revised(base: Notebook, writer: Writer) -> Notebook:
    """The teacher's next version."""
    random, new = writer.random, copy.deepcopy(base)
    for _ in range(random.randint(0, 5)):
        _revise(new["cells"], writer)
    if random.random() < 0.1:
        new["nbformat_minor"] = random.choice([4, 5])
    if random.random() < 0.1:
        _number_anew(new)
    _give_ids(new, random)
    return new


def worked_on(given: Notebook, writer: Writer) -> Notebook:
    """The student's copy after some work."""
    random, theirs = writer.random, copy.deepcopy(given)
    for _ in range(random.randint(0, 8)):
        _work(theirs, writer)
    _give_ids(theirs, random)
    return theirs


def _teachers_cell(writer: Writer) -> Cell:
    number, text = writer.number(), writer.lines("theirs")
    stub = writer.random.choice([text, "# YOUR CODE HERE\nraise NotImplementedError()"])
    blank = writer.random.choice([text, "YOUR ANSWER HERE"])
    kinds = [markdown(text), code(text), answer(f"q{number}", stub), checks(f"t{number}", text), locked(f"l{number}", text)]
    return writer.random.choice([*kinds, written(f"w{number}", blank), task(f"k{number}", text), code("")])


def _revise(cells: list[Cell], writer: Writer) -> None:
    random = writer.random
    place = random.randint(0, len(cells))
    if not cells or random.random() < 0.25:
        cells.insert(place, _teachers_cell(writer))
        return
    cell = cells[place % len(cells)]
    match random.choice(["edit", "edit", "edit", "extend", "remove", "move", "points", "kind"]):
        case "edit":
            cell["source"] = writer.lines("theirs")
        case "extend":
            cell["source"] = "\n".join(filter(None, [cell["source"], writer.line("theirs")]))
        case "remove":
            _remove(cells, cell)
        case "move":
            _remove(cells, cell)
            cells.insert(random.randint(0, len(cells)), cell)
        case "points":
            if (marked := cell["metadata"].get("nbgrader")) and "points" in marked:
                marked["points"] += 1
        case "kind":
            if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader"):
                cell["metadata"]["nbgrader"] = flags(f"n{writer.number()}", locked=True)


def _remove(cells: list[Cell], cell: Cell) -> None:
    """This very cell: another may be equal to it."""
    del cells[next(place for place, one in enumerate(cells) if one is cell)]


def _work(theirs: Notebook, writer: Writer) -> None:
    cells, random = theirs["cells"], writer.random
    if not cells or random.random() < 0.2:
        cells.insert(random.randint(0, len(cells)), random.choice([code, markdown])(writer.lines("mine")))
        return
    cell = random.choice(cells)
    how = random.choice([_answer, _answer, _answer, _append, _rearrange, _rearrange, _rearrange, _run, _retype, _spoil])
    how(theirs, cell, writer)


def _answer(_theirs: Notebook, cell: Cell, writer: Writer) -> None:
    cell["source"] = writer.lines("mine")


def _append(_theirs: Notebook, cell: Cell, writer: Writer) -> None:
    kept = cell["source"].splitlines()
    kept.insert(writer.random.randint(0, len(kept)), writer.line("mine"))
    cell["source"] = "\n".join(kept)


def _rearrange(theirs: Notebook, cell: Cell, writer: Writer) -> None:
    cells, how = theirs["cells"], writer.random.choice(["delete", "move", "copy"])
    if how == "copy":
        cell = {**copy.deepcopy(cell), "source": writer.random.choice([cell["source"], writer.lines("mine")])}
    else:
        _remove(cells, cell)
    if how != "delete":
        cells.insert(writer.random.randint(0, len(cells)), cell)


def _run(_theirs: Notebook, cell: Cell, writer: Writer) -> None:
    if cell["cell_type"] == "code":
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
        cell["execution_count"] = writer.random.randint(1, 99)


def _spoil(theirs: Notebook, cell: Cell, writer: Writer) -> None:
    how = writer.random.choice(["strip", "empty", "upgrade", "ids"])
    if how == "strip":
        cell["metadata"] = {}
    elif how == "empty":
        cell["source"] = ""
    elif how == "upgrade":
        theirs["nbformat_minor"] = 5
    else:
        for one in theirs["cells"]:
            one.pop("id", None)


def _retype(_theirs: Notebook, cell: Cell, writer: Writer) -> None:
    cell["cell_type"] = writer.random.choice(["code", "markdown", "raw"])
    if cell["cell_type"] == "code":
        cell.update(outputs=[], execution_count=None)
        cell.pop("attachments", None)
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _give_ids(made: Notebook, random: Random) -> None:
    """From format 4.5 on every cell has an id of its own, before it none has."""
    taken: set[str] = set()
    for cell in made["cells"]:
        if made["nbformat_minor"] < 5:
            cell.pop("id", None)
        elif cell.get("id") in taken | {None}:
            cell["id"] = f"{random.getrandbits(40):010x}"
        taken.add(cell.get("id", ""))


def _number_anew(made: Notebook) -> None:
    for number, cell in enumerate(made["cells"]):
        cell["id"] = f"cell-{number}"


def typed_lines(theirs: Notebook) -> set[str]:
    """Every line that the student typed."""
    return {line for cell in theirs["cells"] for line in cell["source"].splitlines() if "mine" in line}


def texts(made: Notebook) -> list[str]:
    """The text of each cell."""
    return [cell["source"] for cell in made["cells"]]


def grade_ids(made: Notebook) -> list[str]:
    """The grade ids in the notebook's order."""
    found: list[Any] = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in made["cells"]]
    return [name for name in found if name]


def missing_cells(result: Notebook, one: Life) -> list[str]:
    """Texts of cells of the new release that are not in the result, and that the student cannot have meant to remove."""
    ids, said, given, theirs = grade_ids(result), "\n".join(texts(result)), texts(one.base), texts(one.theirs)
    missing = []
    for cell in one.new["cells"]:
        marked, text = cell["metadata"].get("nbgrader"), cell["source"]
        has_text = text in said if text not in given else text in texts(result) or bool(marked) or text not in theirs
        if (text.strip() and not has_text) or (marked and marked["grade_id"] not in ids):
            missing.append(text)
    return missing


def as_lab_writes(made: Notebook) -> bytes:
    """The notebook as Jupyter lays it out in a file: one line of text to a line of the file."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in made["cells"]]
    return json.dumps({**made, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
