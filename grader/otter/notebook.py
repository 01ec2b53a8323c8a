"""One Otter Assign notebook as one of ours: answers, locked cells, a test cell for each test case, written answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.cell_notes import KEY, CellNote
from grader.otter import student_copy
from grader.otter.blocks import Cell, Piece, QuestionBlock, Structure, Wrong, is_old
from grader.otter.cases import Case, read_case, unseen_names
from grader.otter.config import AssignmentConfig, QuestionConfig, question_config, unknown_in_question
from grader.otter.house_tests import house_test, names_bound
from grader.otter.points import Points, shared_out
from grader.otter.stripping import has_seed, marks_solution, without_ignored, without_solution
from grader.problems import Problem
from grader.reading import language_of

_INCLUDED = "otter_include"
_NOT_RUN = "otter_ignore"
_ANSWER = "otter_answer_cell"


@dataclass(slots=True)
class Made:
    """A notebook of ours and where its cells come from."""

    cells: list[Cell] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)
    """The number of each cell in the teacher's file; None for one that we added."""
    problems: list[Problem] = field(default_factory=list)


def translate_notebook(path: str, notebook: dict[str, Any], structure: Structure, config: AssignmentConfig) -> Made:
    """The notebook ``path`` in our format, as far as there are no errors among the problems; changes ``notebook``."""
    maker = _Maker(path, notebook, config)
    maker.translate(structure)
    notebook["cells"] = maker.made.cells
    notebook["metadata"].pop("otter", None)
    if maker.public or config.name:
        tests = {"OK_FORMAT": config.ok_format, "tests": maker.public}
        notebook["metadata"]["otter"] = {**({"assignment_name": config.name} if config.name else {}), **tests}
    return maker.made


def unusable(path: str, notebook: dict[str, Any]) -> Problem | None:
    """Why a notebook can't be translated at all, if so."""
    if is_old(notebook):
        text = "The notebook is in Otter's first format (v0), with blocks in Markdown cells, which Otter 5 gave up."
        return Problem(path, None, None, text, "Bring it to raw cells “# BEGIN QUESTION”; Otter's documentation says how.")
    if language_of(notebook).lower() not in ("python", "python3", "ipython"):
        text = f"Otter assignments in {language_of(notebook)} can't be read, only those in Python."
        return Problem(path, None, None, text, "Use nbgrader's format for other languages.")
    return None


class _Maker:
    def __init__(self, path: str, notebook: dict[str, Any], config: AssignmentConfig) -> None:
        self.made = Made()
        self.public: dict[str, Any] = {}
        self._path, self._notebook, self.config = path, notebook, config
        self._ids: set[str] = set()
        self._names: dict[str, int] = {}
        self.known: set[str] = set()
        """The names that the cells bind, tests apart."""
        self.number: int | None = None

    def translate(self, structure: Structure) -> None:
        pieces = [piece for item in structure.items for piece in (item.pieces if isinstance(item, QuestionBlock) else [item])]
        code = [piece for piece in pieces if piece.cell["cell_type"] == "code" and piece.role != "test"]
        self.known = names_bound(piece.cell["source"] for piece in code)
        for number, message, cure in structure.problems:
            self.problem(message, cure, number=number)
        for number, first in structure.ignored:
            if re.sub(r"[#\s]", "", first).lower() != "ignore":
                text = f"The first line “{first[:60]}” begins with “ignore”: the whole cell is left out."
                self.problem(text, "Word the comment otherwise if the cell is to stay.", number=number, error=False)
        if self.config.init_cell:
            name = self._path.rpartition("/")[2]
            self.locked("otter-init", student_copy.IN_GRADING, student_copy.first_cell(name), folded=True)
        for item in structure.items:
            if isinstance(item, QuestionBlock):
                self._question(item)
            else:
                self.take(item, self._free)
        self.number = None
        if self.config.check_all_cell:
            self.add(student_copy.locked_text(_text(student_copy.CHECK_ALL_TEXT)))
            self.locked("otter-check-all", "grader.check_all()", None)

    def take(self, piece: Piece, what: Any) -> None:
        """Do something with a piece; whatever is wrong with it is said of its cell."""
        self.number = piece.number
        try:
            kept = without_ignored(piece.cell["source"]) if piece.role != "test" else None
            if kept and kept.plugins:
                self.problem("A plugin is used here. Plugins are not run.", "Do without it.", error=False)
            cell = {**piece.cell, "source": kept.source} if kept else piece.cell
            what({**cell, "metadata": {key: value for key, value in cell["metadata"].items() if key not in (KEY, "nbgrader")}})
        except Wrong as wrong:
            self.problem(wrong.message, wrong.cure)

    # Cells outside of questions.

    def _free(self, cell: Cell) -> None:
        if self.config.strip_everywhere and cell["cell_type"] == "code" and marks_solution(cell["source"]):
            self.answer("otter-cell", cell, without_solution(cell["source"]))
            return
        self.refuse_leaks(cell)
        if _NOT_RUN in _tags(cell) and cell["cell_type"] == "code":
            self.locked("otter-ignored", "# Not run when work is graded.", cell["source"], cell=cell)
            return
        self._check_seed(cell)
        self.add(cell)

    def refuse_leaks(self, cell: Cell) -> None:
        """Refuse a solution's mark where students would get the line. Raises Wrong."""
        if cell["cell_type"] == "code" and marks_solution(cell["source"]):
            raise Wrong(
                "A line is marked as a solution in a cell that is in no solution block: students would get it.",
                "Put raw cells “# BEGIN SOLUTION” and “# END SOLUTION” around the cell, "
                "or set “strip_solutions_from_all_cells: true”.",
            )

    def _check_seed(self, cell: Cell) -> None:
        """Refuse a line that sets a seed where the assignment has none. Raises Wrong."""
        seed = self.config.seed
        if cell["cell_type"] == "code" and has_seed(cell["source"]) and seed.grading is None:
            raise Wrong("A line is marked as a seed, but the assignment has no seed.", "Set “generate: seed” to a number.")

    # Questions.

    def _question(self, block: QuestionBlock) -> None:
        self.number = block.number
        try:
            config = question_config(block.settings)
        except Wrong as wrong:
            self.problem(wrong.message, wrong.cure)
            return
        for message, cure in unknown_in_question(block.settings):
            self.problem(message, cure, error=False)
        if earlier := self._names.get(config.name):
            self.problem(f"The question “{config.name}” begins in cell {earlier} already.", "Give each question its own name.")
        self._names[config.name] = block.number
        _Question(self, config, block).make()

    def at(self, number: int) -> None:
        """Go on with this cell of the teacher's file."""
        self.number = number

    # What all cells are made of.

    def new_id(self, wanted: str) -> str:
        """An id for a cell, like ``wanted`` and not yet used."""
        wanted = re.sub(r"[^A-Za-z0-9_-]", "_", wanted)
        made, count = wanted, 1
        while made in self._ids:
            count += 1
            made = f"{wanted}-{count}"
        self._ids.add(made)
        return made

    def answer(self, name: str, cell: Cell, released: str, *, points: float | None = None, title: str = "") -> None:
        """Add a cell for the student's answer; ``points`` makes it one that a person grades."""
        self._check_seed(cell)
        flags = {"solution": True, **({"grade": True, "points": points} if points is not None else {})}
        tags = list(dict.fromkeys([*_tags(cell), _ANSWER]))
        marked = {**cell, "metadata": {**cell["metadata"], "tags": tags}}
        self.add(_marked(marked, self.new_id(name), flags, CellNote(self._for_students(released), title=title)))

    def locked(self, name: str, source: str, released: str | None, *, cell: Cell | None = None, folded: bool = False) -> None:
        """Add a cell that students can't change; ``released`` is what they get of it, if it is something else."""
        made = {**(cell or _code("")), "source": source}
        if folded:
            made["metadata"] = {**made["metadata"], "jupyter": {"source_hidden": True}}
        self.add(_marked(made, self.new_id(name), {"locked": True}, CellNote(released)))

    def add(self, cell: Cell) -> None:
        """Add a cell."""
        cell = dict(cell)
        if self._notebook.get("nbformat_minor", 0) >= 5:  # noqa: PLR2004 - cells have ids from format 4.5 on
            taken = {other.get("id") for other in self.made.cells}
            if not cell.get("id") or cell["id"] in taken:
                cell["id"] = f"otter-{len(self.made.cells)}"
        if KEY not in cell["metadata"] and cell["cell_type"] == "code":
            cell["source"] = self._for_students(cell["source"])
        self.made.cells.append(cell)
        self.made.places.append(self.number)

    def _for_students(self, source: str) -> str:
        """The source with the students' seed in place of the teacher's."""
        seed = self.config.seed
        if not seed.variable or seed.students is None:
            return source
        return re.sub(rf"(?m)^([ \t]*){seed.variable}[ \t]*=.*$", rf"\g<1>{seed.variable} = {seed.students}", source)

    def problem(self, message: str, cure: str, *, number: int | None = None, error: bool = True) -> None:
        """Note a problem, of the cell that is being read if no other is named."""
        place = number if number is not None else self.number
        self.made.problems.append(Problem(self._path, place, None, message, cure, "error" if error else "warning"))


class _Question:
    """Makes the cells of one question."""

    def __init__(self, maker: _Maker, config: QuestionConfig, block: QuestionBlock) -> None:
        self._maker, self._config, self._block = maker, config, block
        self._cases: list[Case] = []
        self._prompted = any(piece.role == "prompt" for piece in block.pieces)
        self._answers = [piece for piece in block.pieces if piece.role in ("prompt", "solution")]
        self._graded_by_hand = config.manual

    def make(self) -> None:
        points = self._manual_points()
        last_text = [piece for piece in self._block.pieces if piece.role == "given" and piece.cell["cell_type"] == "markdown"]
        for piece in self._block.pieces:
            makes = {"given": self._given, "prompt": self._prompt, "solution": self._solution, "test": self._test}
            is_last = bool(last_text) and piece is last_text[-1]
            self._maker.take(piece, lambda cell, make=makes[piece.role], last=is_last: make(cell, points, last=last))
        self._maker.at(self._block.number)
        if self._graded_by_hand:
            text = "The question is graded by hand, but has no place for an answer."
            self._maker.problem(text, "Add a prompt block or a solution block with a Markdown cell.")
        try:
            self._tests()
        except Wrong as wrong:
            self._maker.problem(wrong.message, wrong.cure)

    def _manual_points(self) -> float:
        """What a person gives for it: the question's points, unless tests give them."""
        if not self._config.manual:
            return 0.0
        has_tests = any(piece.role == "test" for piece in self._block.pieces)
        points = self._config.points
        if has_tests:
            text = "The question is graded by hand and has tests: its points are those of the tests, a person gives 0."
            self._maker.problem(text, "Make two questions of it.", error=False)
            return 0.0
        if points is None:
            self._maker.problem("The question is graded by hand and has no points.", "Add a line “points: 1”.", error=False)
            return 0.0
        if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
            self._maker.problem(f"“{str(points)[:40]}” is no number of points.", "Write one number.")
            return 0.0
        return float(points)

    def _given(self, cell: Cell, _points: float, *, last: bool) -> None:
        """The question's text, and code that comes with it."""
        self._maker.refuse_leaks(cell)
        if cell["cell_type"] == "code":
            self._maker.locked(f"{self._config.name}-given", cell["source"], None, cell=cell)
            return
        if last and self._maker.config.show_points:
            cell = {**cell, "source": f"{cell['source']}\n\n_Points:_ {self._total():g}"}
        self._maker.add(student_copy.locked_text(cell))

    def _total(self) -> float:
        config = self._config
        tests = [piece for piece in self._block.pieces if piece.role == "test"]
        if config.manual or not tests:
            return float(config.points) if isinstance(config.points, int | float) else 0.0 if config.manual else 1.0
        cases = [read_case(piece.cell, piece.number, ok_format=self._maker.config.ok_format) for piece in tests]
        return round(sum(shared_out(config.points, [case.points for case in cases])), 5)

    def _prompt(self, cell: Cell, points: float, *, last: bool) -> None:
        if cell["cell_type"] == "raw":
            self._maker.add(cell)
            return
        self._answer(cell, cell["source"], points)

    def _solution(self, cell: Cell, points: float, *, last: bool) -> None:
        if cell["cell_type"] == "code":
            released = without_solution(cell["source"])
            self._answer(cell, released, 0.0 if self._has_text_place() else points)
        elif _INCLUDED in _tags(cell):
            tags = [tag for tag in _tags(cell) if tag != _INCLUDED]
            self._maker.add({**cell, "metadata": {**cell["metadata"], "tags": tags}})
        elif self._config.manual and not self._prompted and self._graded_by_hand:
            self._answer(cell, student_copy.PLACEHOLDER, points)

    def _has_text_place(self) -> bool:
        """Whether the answer that a person grades is a text, so that code beside it is not graded by itself."""
        return any(piece.cell["cell_type"] == "markdown" and _INCLUDED not in _tags(piece.cell) for piece in self._answers)

    def _answer(self, cell: Cell, released: str, points: float) -> None:
        """A cell for the student's answer. One of a question that is graded by hand has its points, the others none."""
        name, is_text = self._config.name, cell["cell_type"] == "markdown"
        graded = self._graded_by_hand and (is_text or not self._has_text_place())
        by_hand = points if graded else None
        if graded:
            self._graded_by_hand = False
        elif is_text:
            # A text is never an answer that tests look at: kept, and shown to whoever grades, for no points of its own.
            by_hand = 0.0
        title = name if by_hand is not None else ""
        self._maker.answer(f"{name}-answer", cell, released, points=by_hand, title=title)

    def _test(self, cell: Cell, _points: float, *, last: bool) -> None:
        number = self._maker.number
        assert number is not None
        case = read_case(cell, number, ok_format=self._maker.config.ok_format)
        if case.remark:
            self._maker.problem(case.remark, "Word it otherwise if students are to see the test.", error=False)
        if not self._maker.config.ok_format:
            self._look_at_function(case)
        self._cases.append(case)

    def _look_at_function(self, case: Case) -> None:
        if unseen := unseen_names(case):
            text = f"The test uses {', '.join(unseen)}, which Otter would not find: its functions see their parameters only."
            self._maker.problem(text, "Make it a parameter, or import it in the function.", error=False)
        name = getattr(case.tree.body[0], "name", "")
        if any(getattr(other.tree.body[0], "name", "") == name for other in self._cases):
            text = f"Two tests of this question are called “{name}”; Otter would run the last one only. Here all count."
            self._maker.problem(text, "Give each function a name of its own.", error=False)

    def _tests(self) -> None:
        maker, config = self._maker, self._config
        wanted = sum(piece.role == "test" for piece in self._block.pieces)
        if not wanted or len(self._cases) < wanted:
            return
        points = shared_out(config.points, [case.points for case in self._cases])
        shared = list(zip(self._cases, points, strict=True))
        ok_format = maker.config.ok_format
        maker.public[config.name] = student_copy.public_tests(
            config.name, shared, all_or_nothing=config.all_or_nothing, ok_format=ok_format
        )
        asks = config.check_cell and (self._prompted or any(not case.hidden for case in self._cases))
        call = student_copy.check_cell(config.name)
        note = CellNote(call if asks else None, withheld=not asks)
        maker.add(_marked(_code(call), maker.new_id(f"{config.name}-check"), {"locked": True}, note))
        for number, sources, most in self._test_cells(shared):
            maker.at(number)
            flags = {"grade": True, "locked": True, "points": most}
            note = CellNote(withheld=True, title=config.name)
            maker.add(_marked(_code("\n".join(sources)), maker.new_id(config.name), flags, note))

    def _test_cells(self, shared: list[tuple[Case, Points]]) -> Iterator[tuple[int, list[str], float]]:
        """Number of the teacher's cell, sources and points of each test cell: one for each case, or one for all or nothing."""
        maker, name = self._maker, re.sub(r"\W", "_", self._config.name)
        sources = [
            house_test(case, f"otter_{name}_{place}", maker.known, ok_format=maker.config.ok_format)
            for place, (case, _) in enumerate(shared, start=1)
        ]
        if self._config.all_or_nothing:
            yield shared[0][0].number, sources, float(sum(points for _, points in shared))
            return
        for (case, points), source in zip(shared, sources, strict=True):
            yield case.number, [source], float(points)


def _marked(cell: Cell, grade_id: str, flags: dict[str, Any], note: CellNote) -> Cell:
    """The cell with nbgrader's metadata and a note."""
    data = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False, "grade_id": grade_id, **flags}
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": data, KEY: note.to_json()}}


def _code(source: str) -> Cell:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def _text(source: str) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def _tags(cell: Cell) -> list[str]:
    tags = cell["metadata"].get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
