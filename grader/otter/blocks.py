"""The structure of an Otter Assign notebook: raw cells that begin and end questions, and what stands between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

Cell = dict[str, Any]
Block = Literal["question", "prompt", "solution", "tests"]
Role = Literal["free", "given", "prompt", "solution", "test"]
"""Outside all questions; a question's own text; what students begin with; the teacher's answer; a test."""

_BOUNDARY = re.compile(r"#\s+(begin|end)\s+(question|prompt|solution|tests)\s*", re.IGNORECASE)
_CONFIG = re.compile(r"#\s+assignment\s+config\s*", re.IGNORECASE)
_IGNORED = re.compile(r"(##\s*ignore\s*##|#\s*ignore)\s*", re.IGNORECASE)
_OLD = re.compile(r"^```[ \t]*\n?[ \t]*BEGIN (ASSIGN|ASSIGNMENT|QUESTION)\b", re.MULTILINE)
_FENCE = "```otter"
_CURE = "See “Blocks” in docs/reference/otter.md."


class Wrong(Exception):
    """Something in the notebook that can't be read: a sentence, and what to do about it."""

    def __init__(self, message: str, cure: str = _CURE) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


@dataclass(slots=True)
class Piece:
    """A cell and what it is there for. ``number`` counts from 1 in the teacher's file."""

    cell: Cell
    number: int
    role: Role


@dataclass(slots=True)
class QuestionBlock:
    """A question: its settings as written, and its cells."""

    settings: dict[str, Any]
    number: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class Structure:
    """A notebook, read."""

    settings: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """The assignment's settings as written, by the number of their cell."""
    items: list[Piece | QuestionBlock] = field(default_factory=list)
    """Cells outside of questions, and questions, in their order."""
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    """Number of the cell, message, cure; each makes the notebook unusable."""
    ignored: list[tuple[int, str]] = field(default_factory=list)
    """Cells that Otter takes out of everything: number and first line."""


def is_otter(notebook: dict[str, Any]) -> bool:
    """Whether a notebook is written for Otter Assign, in its format of today or in its first one."""
    parts = [part for cell in notebook["cells"] for part in unfenced(cell)]
    return any(_is_structure(part) for part in parts) or is_old(notebook)


def is_old(notebook: dict[str, Any]) -> bool:
    """Whether a notebook is in the format that Otter 5 gave up, with blocks in Markdown."""
    cells = notebook["cells"]
    return any(cell["cell_type"] == "markdown" and _OLD.search(cell["source"]) for cell in cells) and not any(
        _is_structure(part) for cell in cells for part in unfenced(cell)
    )


def read_structure(notebook: dict[str, Any]) -> Structure:
    """The questions of a notebook. Finds everything that is wrong with its blocks, not only the first thing."""
    reader = _Reader()
    for number, cell in enumerate(notebook["cells"], start=1):
        for part in unfenced(cell):
            try:
                reader.take(part, number)
            except Wrong as wrong:
                reader.found.problems.append((number, wrong.message, wrong.cure))
    reader.end()
    return reader.found


def unfenced(cell: Cell) -> Iterator[Cell]:
    """The cell itself, or, of a Markdown cell with blocks fenced as ``otter``, what stands in and between them."""
    if cell["cell_type"] != "markdown" or _FENCE not in cell["source"]:
        yield cell
        return
    lines: list[str] = []
    kind = "markdown"
    for line in [*cell["source"].split("\n"), None]:
        text = "" if line is None else line.strip()
        ends = line is None or (text == _FENCE if kind == "markdown" else text == "```")
        if not ends:
            lines.append(line or "")
            continue
        source = "\n".join(lines).strip("\n")
        if source.strip():
            yield {"cell_type": kind, "source": source, "metadata": {}}
        lines, kind = [], "raw" if kind == "markdown" else "markdown"


def _is_structure(cell: Cell) -> bool:
    return cell["cell_type"] == "raw" and bool(_BOUNDARY.match(cell["source"]) or _CONFIG.match(cell["source"]))


class _Reader:
    """Goes through the cells once and knows in which block it is."""

    def __init__(self) -> None:
        self.found = Structure()
        self._open: list[tuple[Block, int]] = []
        self._had: set[Block] = set()

    def take(self, cell: Cell, number: int) -> None:
        first = cell["source"].split("\n", 1)[0]
        if _IGNORED.match(first):
            self.found.ignored.append((number, first.strip()))
        elif cell["cell_type"] == "raw" and _CONFIG.match(first):
            self.found.settings.append((number, _settings_in(cell)))
        elif cell["cell_type"] == "raw" and (boundary := _BOUNDARY.match(first)):
            block: Any = boundary.group(2).lower()
            if boundary.group(1).lower() == "begin":
                self._begin(block, cell, number)
            else:
                self._end(block)
        else:
            self._put(cell, number)

    def end(self) -> None:
        """Name the blocks that never end."""
        for block, number in self._open:
            name = block.upper()
            self.found.problems.append((number, f"This {block} block does not end.", f"Add a raw cell “# END {name}”."))

    def _begin(self, block: Block, cell: Cell, number: int) -> None:
        inside = [name for name, _ in self._open]
        if block == "question":
            if inside:
                raise Wrong("A question begins inside another block.", "End the block before it.")
            self._open.append((block, number))
            self._had = set()
            settings: dict[str, Any] = {}
            question = QuestionBlock(settings, number)
            self.found.items.append(question)
            question.settings = _settings_in(cell)
            return
        if inside != ["question"]:
            where = f"inside a {inside[-1]} block" if inside else "outside a question"
            raise Wrong(f"A {block} block begins {where}.")
        if block == "prompt" and "solution" in self._had:
            raise Wrong("A prompt block comes after the solution block.", "Put the prompt before the solution.")
        self._had.add(block)
        self._open.append((block, number))

    def _end(self, block: Block) -> None:
        if not self._open or self._open[-1][0] != block:
            inside = f" inside a {self._open[-1][0]} block" if self._open else ""
            if block == "question":
                self._open = []
            raise Wrong(f"A {block} block ends{inside} that did not begin.", "Balance the begin and end cells.")
        self._open.pop()

    def _put(self, cell: Cell, number: int) -> None:
        roles: dict[Block, Role] = {"question": "given", "prompt": "prompt", "solution": "solution", "tests": "test"}
        question = self.found.items[-1] if self._open else None
        if not isinstance(question, QuestionBlock):
            self.found.items.append(Piece(cell, number, "free"))
            return
        role = roles[self._open[-1][0]]
        if role == "test" and cell["cell_type"] != "code":
            if cell["source"].strip():
                raise Wrong("A cell in a tests block is no code cell.", "Put text outside of the tests block.")
            return
        question.pieces.append(Piece(cell, number, role))


def _settings_in(cell: Cell) -> dict[str, Any]:
    """The YAML of a boundary cell. Its first line is a comment to YAML."""
    try:
        found = yaml.safe_load(cell["source"])
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it is no YAML"
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise Wrong(f"The settings in this cell can't be read{where}: {problem}.", "Write “name: value” lines.") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Wrong("The settings in this cell are no “name: value” lines.", "Write one “name: value” on each line.")
    return {str(name): value for name, value in found.items()}
