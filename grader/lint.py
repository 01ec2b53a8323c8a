"""Looks an assignment over before it is given out: what can be read, and what only shows when it is run."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader.cell_notes import note_of
from grader.engine import Trials, grade, known_trials
from grader.files import FileStore
from grader.jobs import CellScore, FileRef, GradeJob, GradeResult, Limits
from grader.languages import is_python
from grader.located import located
from grader.nbgrader_format import read_flags
from grader.nbgrader_settings import Settings, is_for_the_engine, settings_of
from grader.problems import Problem
from grader.reading import UnreadableNotebook, cells_of, language_of, read_notebook
from grader.regions import cut
from grader.release import ReleaseResult, is_ignored, is_notebook, make_release
from grader.split.obstacles import in_words

Source = Mapping[str, bytes]
OnStep = Callable[[str], None]
"""Told what is being done now."""

_STDERR_SHOWN = 160
_LEFT_FROM = 24
"""Shorter texts are found again by chance."""


def lint(
    source: Source,
    *,
    run: bool = True,
    limits: Limits | None = None,
    on_step: OnStep = lambda _text: None,
) -> list[Problem]:
    """Everything that is wrong with an assignment, by notebook and cell of the files that the teacher wrote.

    With ``run`` the teacher's own solution and the empty students' version are graded too, in the sandbox.
    """
    made = make_release(source)
    problems = [*_read(source, made)]
    if run:
        with tempfile.TemporaryDirectory(prefix="homeroom-check-") as private:
            files = FileStore(Path(private))
            problems += _Runs(source, _stored(files, source), made, files, limits or Limits(), on_step).problems()
    return _in_order([*made.problems, *located(source, problems)])


def lint_release(refs: tuple[FileRef, ...], files: FileStore, limits: Limits) -> list[Problem]:
    """The same for a source that is stored already. What its run has shown is remembered for those who are graded against it.

    Raises MissingFile when the store has lost one of its files.
    """
    source = {ref.path: files.get(ref.sha256) for ref in refs}
    made = make_release(source)
    runs = _Runs(source, refs, made, files, limits, lambda _text: None)
    return _in_order([*made.problems, *located(source, [*_read(source, made), *runs.problems()])])


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.notebook, problem.cell or 0, problem.severity))


def _stored(files: FileStore, some: Source) -> tuple[FileRef, ...]:
    return tuple(files.put_file(path, data) for path, data in some.items() if _is_run(path))


def _read(source: Source, made: ReleaseResult) -> Iterator[Problem]:
    """What make_release does not mind, but a teacher would."""
    for path, data in source.items():
        if is_ignored(path):
            continue
        if is_notebook(path):
            yield from _read_notebook(path, data)
            yield from _read_language(path, data)
        else:
            yield from _read_data(path, data, settings_of(source))
    yield from _left_in_release(source, made.files)
    for question in made.questions:
        if question.kind == "auto" and not question.points and (question.notebook, question.grade_id) not in _translated(source):
            cell = _places(source).get((question.notebook, question.grade_id))
            text, cure = "The test cell gives 0 points: nothing depends on it.", "Enter its points, or mark it as read-only."
            yield Problem(question.notebook, cell, question.grade_id, text, cure, "warning")


def _read_notebook(path: str, data: bytes) -> Iterator[Problem]:
    """Answers that nothing scores: no test and no other question comes after them."""
    waiting: list[tuple[int, str]] = []
    for number, cell in enumerate(cells_of(data), start=1):
        flags = read_flags(cell)
        if flags and flags.question:
            waiting = []
        elif flags and flags.solution:
            waiting.append((number, flags.grade_id))
    for number, grade_id in waiting:
        text = "No test cell comes after this answer, so it gives no points."
        yield Problem(path, number, grade_id or None, text, "Add a test cell below it, or grade it by hand.", "warning")


def _read_language(path: str, data: bytes) -> Iterator[Problem]:
    try:
        language = language_of(read_notebook(data))
    except UnreadableNotebook:
        return  # the release says so
    if not is_python(language):
        text = f"Tests in {language[:60]} run in the student's own process, so their points are marked as shared."
        yield Problem(path, None, None, text, "Let a person read what much depends on.", "warning")


def _left_in_release(source: Source, released: Source) -> Iterator[Problem]:
    """Solutions and hidden tests that were cut out of one cell and stand in another, or in a file beside the notebook."""
    texts: list[tuple[str, int | None, str]] = [
        (path, None, data.decode("utf-8", "replace")) for path, data in released.items() if not is_notebook(path)
    ]
    texts += [
        (path, number, cell["source"])
        for path, data in released.items()
        if is_notebook(path)
        for number, cell in enumerate(cells_of(data), start=1)
    ]
    settings = settings_of(source)
    for path, data in source.items():
        for number, cell in enumerate(cells_of(data) if is_notebook(path) else [], start=1):
            flags = read_flags(cell)
            for region in (settings.solution, settings.hidden_tests):
                lost = "\n".join(cut(cell["source"], region).removed).strip()
                for place, other, text in texts:
                    if len(lost) >= _LEFT_FROM and lost in text:
                        where = f"cell {other} of {place}" if other else place
                        said = f"The {region.noun} of this cell can be read in {where}, which students get."
                        cure = "Take it out there, or out of the region if it is no secret."
                        yield Problem(path, number, flags.grade_id if flags else None, said, cure, "warning")


def _read_data(path: str, data: bytes, settings: Settings) -> Iterator[Problem]:
    for region in settings.regions:
        if region.begin.encode() in data:
            text = f"The file has a line “{region.begin}”, but is handed out as it is: markers are for notebooks."
            yield Problem(path, None, None, text, "Take out what students must not see, or keep the file elsewhere.")


@dataclass
class _Runs:
    """Two gradings of the assignment: with the teacher's answers, and with none."""

    source: Source
    refs: tuple[FileRef, ...]
    """The source, as it is stored in ``files``."""
    made: ReleaseResult
    files: FileStore
    limits: Limits
    on_step: OnStep
    _found: list[Problem] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        if not any(cells_of(data) for path, data in self.source.items() if is_notebook(path)):
            return []
        self.on_step("Running the source with its own solution ...")
        solved = self._grade(self.refs)
        if solved.status != "graded":
            self._note("", f"The source can't be run: {solved.staff_reason}", "Run all its cells in JupyterLab.", "error")
            return self._found
        for cell in solved.cells:
            self._look_at_solution(cell)
        self._look_at_warnings(solved)
        ran = {(cell.notebook, cell.grade_id) for cell in solved.cells if cell.status != "not_run"}
        self._look_at_shared(known_trials(self.refs, self.files) or {}, ran)
        if self.made.files:
            self.on_step("Running the students' version with nothing answered ...")
            for cell in self._grade(_stored(self.files, self.made.files)).cells:
                self._look_at_stub(cell)
        return self._found

    def _grade(self, submission: tuple[FileRef, ...]) -> GradeResult:
        return grade(GradeJob("check", self.refs, submission, self.limits), self.files, on_progress=lambda _done, _total: None)

    def _look_at_solution(self, cell: CellScore) -> None:
        if cell.status == "not_run":
            text = f"The test could not be run. {cell.staff_message or cell.student_message}".strip()
            self._note_cell(cell, text, "Run all cells in JupyterLab and see where it stops.", "error")
        elif cell.points is not None and cell.status in ("partial", "failed"):
            reason = cell.staff_message.partition("\n")[0].strip()
            text = f"The source's own solution gets {cell.points:g} of {cell.max_points:g} points here."
            self._note_cell(cell, f"{text} {reason}".strip(), "Correct the solution or the test.", "error")
        elif cell.staff_message:
            self._note_cell(cell, cell.staff_message, "Let the cell end with a number within its points.", "warning")

    def _look_at_stub(self, cell: CellScore) -> None:
        if cell.points and cell.status in ("passed", "partial"):
            text = f"The test gives {cell.points:g} of {cell.max_points:g} points although nothing is answered."
            self._note_cell(cell, text, "Test something that the answer has to provide.", "warning")

    def _look_at_warnings(self, solved: GradeResult) -> None:
        """Homeroom does not mind stderr; nbgrader gives no points, and students wonder."""
        for ref in solved.executed:
            for cell in cells_of(self.files.get(ref.sha256)):
                flags = read_flags(cell)
                said = "".join(_text(output) for output in cell.get("outputs", []) if output.get("name") == "stderr")
                if flags and flags.role == "tests" and said.strip():
                    text = f"The test writes on stderr: {said.strip()[:_STDERR_SHOWN]}"
                    number = _places(self.source).get((ref.path, flags.grade_id))
                    cure = "Remove the cause of the warning; nbgrader would give 0 points."
                    self._found.append(Problem(ref.path, number, flags.grade_id, text, cure, "warning"))

    def _look_at_shared(self, trials: Trials, ran: set[tuple[str, str]]) -> None:
        """Tests that can't run apart from the student's code: how well they are watched, and what would cure it."""
        sources = {
            (path, flags.grade_id): cell["source"]
            for path, data in self.source.items()
            if is_notebook(path)
            for cell in cells_of(data)
            if (flags := read_flags(cell))
        }
        for (notebook, grade_id), test in _shared(trials):
            if (notebook, grade_id) not in ran:
                continue
            reason, cure = in_words(sources.get((notebook, grade_id), ""), test.get("why", ""))
            watch = "Wrong copies of it run along, to notice an answer that makes everything pass."
            if not test.get("mutants"):
                watch = "It has no expectation that could be made wrong, so nothing notices an answer that makes everything pass."
                cure = f"{cure} Or let it say assert RESULT == VALUE."
            text = f"The test can't run apart from the student's code: {reason}. Its points are marked as shared. {watch}"
            number = _places(self.source).get((notebook, grade_id))
            self._found.append(Problem(notebook, number, grade_id, text, cure, "warning"))

    def _note_cell(self, cell: CellScore, text: str, cure: str, severity: Literal["error", "warning"]) -> None:
        number = _places(self.source).get((cell.notebook, cell.grade_id))
        self._found.append(Problem(cell.notebook, number, cell.grade_id, text, cure, severity))

    def _note(self, notebook: str, text: str, cure: str, severity: Literal["error", "warning"]) -> None:
        self._found.append(Problem(notebook, None, None, text, cure, severity))


def _is_run(path: str) -> bool:
    return not is_ignored(path) or is_for_the_engine(path)


def _shared(trials: Trials) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for notebook, tests in trials.items():
        for grade_id, test in tests.items():
            if not test["split"]:
                yield (notebook, grade_id), test


def _places(source: Source) -> dict[tuple[str, str], int]:
    """The number of each marked cell."""
    found: dict[tuple[str, str], int] = {}
    for path, data in source.items():
        if is_notebook(path):
            for number, cell in enumerate(cells_of(data), start=1):
                if flags := read_flags(cell):
                    found.setdefault((path, flags.grade_id), number)
    return found


def _translated(source: Source) -> set[tuple[str, str]]:
    """The marked cells that come from another format, where tests without points are usual."""
    marked = [(path, cell) for path, data in source.items() if is_notebook(path) for cell in cells_of(data) if note_of(cell)]
    return {(path, flags.grade_id) for path, cell in marked if (flags := read_flags(cell))}


def _text(output: dict[str, Any]) -> str:
    text = output.get("text", "")
    return "".join(text) if isinstance(text, list) else str(text)
