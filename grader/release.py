"""Makes the students' version of an assignment, in the order of ``nbgrader generate_assignment``.

Lock cells, clear solutions, clear outputs, clear hidden tests, clear mark schemes, checksums. Everything that is wrong is
found, not only the first thing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from grader.cell_notes import KEY, note_of, notebook_note
from grader.jobs import QuestionKind
from grader.located import located
from grader.nbgrader_format import Flags, checksum, read_flags, upgrade
from grader.nbgrader_settings import COURSE_FILES, Settings, settings_of
from grader.problems import Problem, check_cell, check_cut, check_kind, check_leftovers
from grader.reading import UnreadableNotebook, language_of, read_notebook, write_notebook
from grader.regions import Region, cut

__all__ = ["Problem", "Question", "ReleaseResult", "heading_in", "is_ignored", "is_notebook", "is_safe", "make_release"]

_IGNORED_FOLDERS = {".ipynb_checkpoints", "__pycache__", "feedback"}
_ATTACHMENT = re.compile(r"!\[.*\]\(attachment:.+?\)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_TITLE_LIMIT = 120
_PATH_LIMIT, _NAME_LIMIT = 1_000, 255


@dataclass(frozen=True, slots=True)
class Question:
    """Something that gives points."""

    notebook: str
    grade_id: str
    kind: QuestionKind
    points: float
    title: str


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """The students' files by path and what there is to score; no files at all if a problem is an error."""

    files: dict[str, bytes]
    questions: list[Question]
    max_score: float
    problems: list[Problem]


def make_release(source: Mapping[str, bytes]) -> ReleaseResult:
    """The students' version of the teacher's prepared files (path inside the assignment → content), without those they withhold.

    Problems have the numbers of cells in the file that the teacher wrote. Raises nothing.
    """
    withheld = _withheld(source)
    settings = settings_of(source)
    files: dict[str, bytes] = {}
    questions: list[Question] = []
    problems: list[Problem] = []
    for path in sorted(source):
        if is_ignored(path):
            continue
        if not is_safe(path):
            problems.append(_of_file(path, "The file's path leaves the assignment's folder.", "Rename or remove the file."))
        elif is_notebook(path):
            maker = _NotebookRelease(path, settings)
            files[path] = maker.make(source[path])
            questions += maker.questions
            problems += maker.problems
        elif path not in withheld:
            files[path] = source[path]
    if not any(is_notebook(path) for path in source if not is_ignored(path)):
        problems.append(_of_file("", "There is no notebook among the files.", "Add at least one .ipynb file."))
    elif not questions and not problems:
        text = "Nothing in this assignment gives points."
        problems.append(_of_file("", text, "Mark test cells or answers in the Create Assignment sidebar.", error=False))
    if any(problem.severity == "error" for problem in problems):
        files = {}
    return ReleaseResult(files, questions, sum(question.points for question in questions), located(source, problems))


def _withheld(source: Mapping[str, bytes]) -> set[str]:
    return {path for notebook in _notebooks(source) if (note := notebook_note(notebook)) for path in note.withheld}


def _notebooks(source: Mapping[str, bytes]) -> Iterable[dict[str, Any]]:
    for path, data in source.items():
        if is_notebook(path):
            with suppress(UnreadableNotebook):
                yield read_notebook(data)


def is_notebook(path: str) -> bool:
    """Whether a file of an assignment is one of its notebooks."""
    return path.endswith(".ipynb")


def is_ignored(path: str) -> bool:
    """Whether a file is left out of every release and submission: checkpoints, caches, returned feedback, the course's own."""
    parts = PurePosixPath(path).parts
    return path.startswith(COURSE_FILES) or path.endswith(".pyc") or not _IGNORED_FOLDERS.isdisjoint(parts)


def is_safe(path: str) -> bool:
    """Whether ``path`` names a file inside the assignment's folder, on any system."""
    try:
        parts = [part.encode() for part in path.split("/")]
    except UnicodeEncodeError:
        return False
    if len(path) > _PATH_LIMIT or any(len(part) > _NAME_LIMIT for part in parts):
        return False
    return not any(part in (b"", b".", b"..") or b"\\" in part or b"\0" in part for part in parts)


def _of_file(path: str, message: str, cure: str, *, error: bool = True) -> Problem:
    return Problem(path, None, None, message, cure, "error" if error else "warning")


@dataclass
class _NotebookRelease:
    """Makes the students' version of one notebook and notes what there is to score and what is wrong."""

    path: str
    settings: Settings
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _cell: int | None = None
    _flags: Flags | None = None

    def make(self, data: bytes) -> bytes:
        try:
            notebook = read_notebook(data)
        except UnreadableNotebook as error:
            self._problem(error.sentence, "Open the notebook in JupyterLab, save it and try again.")
            return b""
        language = language_of(notebook)
        stubs, text_stub = self.settings.code_stubs, self.settings.text_stub
        if language not in stubs:
            known = f"Use a kernel for one of: {', '.join(stubs)}, or set c.ClearSolutions.code_stub in nbgrader_config.py."
            self._problem(f"There is no answer stub for the language “{language}”.", known)
        notebook["metadata"].pop("celltoolbar", None)
        for number, cell in enumerate(notebook["cells"], start=1):
            self._release_cell(cell, number, stubs.get(language, text_stub))
        self._note_questions(notebook["cells"])
        _drop_notes(notebook)
        return write_notebook(notebook)

    def _release_cell(self, cell: dict[str, Any], number: int, code_stub: str) -> None:
        self._cell = number
        self._upgrade(cell)
        self._flags = flags = read_flags(cell)
        if flags:
            for message, cure in check_cell(cell, flags):
                self._problem(message, cure)
        _lock(cell, flags, self.settings)
        note = note_of(cell)
        if note and (note.withheld or note.released is not None):
            cell["source"] = note.released or ""
            self._look_for_leftovers(cell["source"])
        else:
            self._clear_sources(cell, flags, code_stub if cell["cell_type"] == "code" else self.settings.text_stub)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"].pop("collapsed", None)
            cell["metadata"].pop("scrolled", None)
        if flags and (flags.grade or flags.solution or flags.is_locked):
            cell["metadata"]["nbgrader"].update(checksum=checksum(cell, flags), cell_type=cell["cell_type"])

    def _upgrade(self, cell: dict[str, Any]) -> None:
        data = cell["metadata"].get("nbgrader")
        if not isinstance(data, dict):
            return
        self._flags = None
        for message, cure in check_kind(data):
            self._problem(message, cure)
        data = upgrade(data, cell["cell_type"])
        if data is None:
            del cell["metadata"]["nbgrader"]
        else:
            cell["metadata"]["nbgrader"] = data

    def _clear_sources(self, cell: dict[str, Any], flags: Flags | None, stub: str) -> None:
        is_solution = flags is not None and flags.solution
        is_test = flags is not None and flags.grade
        is_task = flags is not None and flags.task
        settings = self.settings
        allowed = is_solution or settings.solutions_anywhere
        had_solution, _ = self._cut(cell, settings.solution, allowed=allowed, where="an answer", stub=stub)
        if is_solution and not had_solution:
            cell["source"] = stub
        allowed = is_test or settings.hidden_tests_anywhere
        self._cut(cell, settings.hidden_tests, allowed=allowed, where="a test or a manually graded answer")
        allowed = is_task or settings.mark_schemes_anywhere
        _, scheme = self._cut(cell, settings.mark_scheme, allowed=allowed, where="a manually graded task")
        if settings.check_attachments and any(_ATTACHMENT.search(line) for line in scheme):
            self._problem(
                "The mark scheme shows an attached image; attachments stay in the students' copy.",
                "Put the image into the text as a data: address, or leave it out.",
            )
        if cell["cell_type"] == "code" and _asks_for_tests(cell["source"], settings):
            self._problem("The cell asks for tests that have not been written yet (AUTOTEST).", "Prepare the source first.")
        self._look_for_leftovers(cell["source"])

    def _look_for_leftovers(self, source: str) -> None:
        for message, cure in check_leftovers(source, self.settings.regions):
            self._problem(message, cure)

    def _cut(
        self, cell: dict[str, Any], region: Region, *, allowed: bool, where: str, stub: str | None = None
    ) -> tuple[bool, tuple[str, ...]]:
        done = cut(cell["source"], region, stub)
        for message, cure in check_cut(done, region, allowed=allowed, where=where):
            self._problem(message, cure)
        if done.stray_end:
            self._problem(f"A line “{region.end}” ends nothing; it was left out.", "Remove the line.", error=False)
        cell["source"] = done.source
        return done.found, done.removed

    def _note_questions(self, cells: list[dict[str, Any]]) -> None:
        """List the questions, in the words of the students' version, and find ids used twice."""
        first_use: dict[str, int] = {}
        found: list[tuple[Flags, str]] = []
        heading = ""
        for number, cell in enumerate(cells, start=1):
            self._cell, self._flags = number, read_flags(cell)
            if cell["cell_type"] == "markdown":
                heading = heading_in(cell["source"]) or heading
            if self._flags is None:
                continue
            earlier = first_use.setdefault(self._flags.grade_id, number)
            if self._flags.grade_id and earlier != number:
                message = f"The id “{self._flags.grade_id}” is used by cell {earlier} already."
                self._problem(message, "Give each cell an id of its own.")
            elif self._flags.question:
                note = note_of(cell)
                found.append((self._flags, (note.title if note else "") or heading or self._flags.grade_id))
        self._number_questions(found)

    def _number_questions(self, found: list[tuple[Flags, str]]) -> None:
        uses = Counter(title for _, title in found)
        seen: Counter[str] = Counter()
        for flags, title in found:
            seen[title] += 1
            numbered = f"{title} ({seen[title]})" if uses[title] > 1 else title
            assert flags.question
            self.questions.append(Question(self.path, flags.grade_id, flags.question, max(flags.points or 0.0, 0.0), numbered))

    def _problem(self, message: str, cure: str, *, error: bool = True) -> None:
        grade_id = (self._flags.grade_id or None) if self._flags else None
        self.problems.append(Problem(self.path, self._cell, grade_id, message, cure, "error" if error else "warning"))


def _drop_notes(notebook: dict[str, Any]) -> None:
    """Take out what a prepared source says to us, and the cells that are not for students."""
    notebook["cells"] = [cell for cell in notebook["cells"] if not ((note := note_of(cell)) and note.withheld)]
    for holder in (notebook, *notebook["cells"]):
        holder["metadata"].pop(KEY, None)


def _lock(cell: dict[str, Any], flags: Flags | None, settings: Settings) -> None:
    """What JupyterLab must not let a student do with the cell."""
    if flags and flags.solution and (settings.lock_answers or (flags.grade and settings.lock_tests)):
        cell["metadata"]["deletable"] = False
    elif settings.lock_all or (flags and _is_fixed(flags, settings)):
        cell["metadata"]["deletable"] = False
        cell["metadata"]["editable"] = False


def _is_fixed(flags: Flags, settings: Settings) -> bool:
    return (flags.grade and not flags.solution and settings.lock_tests) or (flags.is_locked and settings.lock_readonly)


def _asks_for_tests(source: str, settings: Settings) -> bool:
    return any(settings.autotest in line and line.strip().startswith("#") for line in source.split("\n"))


def heading_in(source: str) -> str:
    """The last heading in a Markdown source as plain text, or nothing."""
    headings = _HEADING.findall(_FENCE.sub("", source))
    return re.sub(r"[*_`$]", "", headings[-1]).strip()[:_TITLE_LIMIT] if headings else ""
