"""A teacher's files as they were written, made ready for the engine, which knows one format."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from grader.otter import is_otter, translate
from grader.prepare import prepare_files
from grader.problems import Problem
from grader.reading import UnreadableNotebook, read_notebook
from grader.release import ReleaseResult, make_release

SourceFormat = Literal["auto", "nbgrader", "otter"]


@dataclass(frozen=True, slots=True)
class Source:
    """An assignment that the engine can grade with, unless one of its problems is an error."""

    files: dict[str, bytes]
    problems: list[Problem] = field(default_factory=list)
    is_translated: bool = False
    """Whether it was written in another format; then what is wrong in one place hides nothing in another."""

    @property
    def is_usable(self) -> bool:
        """Whether nothing stands against a release so far."""
        return not any(problem.severity == "error" for problem in self.problems)


def prepare(files: Mapping[str, bytes], source_format: SourceFormat = "auto") -> Source:
    """The files in the engine's format; ``auto`` looks for Otter's blocks. Raises nothing."""
    found = any(_is_otter(data) for path, data in files.items() if path.endswith(".ipynb"))
    if source_format == "nbgrader" or (source_format == "auto" and not found):
        prepared, problems = prepare_files(files)
        return Source(prepared, problems=problems)
    if not found:
        text = "No notebook has the blocks of Otter Assign, raw cells like “# BEGIN QUESTION”."
        return Source(dict(files), problems=[Problem("", None, None, text, "Choose the format nbgrader, or auto.")])
    done = translate(files)
    return Source(done.files, done.problems, is_translated=True)


def students_version(source: Source) -> ReleaseResult:
    """The students' version, with everything that is wrong by the teacher's numbers; no files if one of it is an error."""
    if not source.is_usable and not source.is_translated:
        return ReleaseResult({}, [], 0.0, source.problems)  # what could not be prepared would be complained about twice
    made = make_release(source.files)
    problems = [*source.problems, *made.problems]
    return replace(made, problems=problems, files=made.files if source.is_usable else {})


def _is_otter(data: bytes) -> bool:
    try:
        return is_otter(read_notebook(data))
    except UnreadableNotebook:
        return False
