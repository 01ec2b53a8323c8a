"""What a seminar's guests get: notebooks and data from an upload, a Git repository, or the example."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import classroom
from classroom.errors import HomeroomError
from classroom.services.paths import is_noise
from grader.problems import Problem
from grader.reading import language_of, read_notebook, write_notebook
from grader.sources import prepare, students_version

MAX_FILES = 500
_NAMED = 3
_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True, slots=True)
class Material:
    """Files by path, as guests get them, and which notebook opens first."""

    files: dict[str, bytes]
    notebook: str


def make(source: Mapping[str, bytes], *, notebook: str = "") -> Material:
    """What guests get of a teacher's files: solutions and hidden tests are taken out, as in any release.

    ``notebook`` opens first; empty means the only one, or the first by name. Raises HomeroomError.
    """
    files = students_files(source)
    notebooks = sorted((path for path in files if path.endswith(".ipynb")), key=lambda path: (path.count("/"), path))
    if not notebooks:
        raise HomeroomError("There is no notebook among these files. A seminar needs at least one .ipynb file.")
    wanted = notebook.strip().strip("/")
    if wanted and wanted not in notebooks:
        raise HomeroomError(f"“{wanted[:100]}” is not among the notebooks: {_some(notebooks)}.")
    return Material(files, wanted or notebooks[0])


def students_files(source: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as guests get them. Raises HomeroomError with the first thing that is wrong with a notebook."""
    kept = {path: data for path, data in source.items() if not is_noise(path)}
    if len(kept) > MAX_FILES:
        raise HomeroomError(f"These are {len(kept)} files; at most {MAX_FILES} are given out. Leave out what guests do not need.")
    if not any(path.endswith(".ipynb") for path in kept):
        return kept
    made = students_version(prepare(kept))
    if not made.files:
        raise HomeroomError(_sentence(next(problem for problem in made.problems if problem.severity == "error")))
    return {path: _with_kernel(data) if path.endswith(".ipynb") else data for path, data in made.files.items()}


def example_files() -> dict[str, bytes]:
    """The example seminar that comes with Homeroom."""
    package = Path(classroom.__file__).parent
    places = (package / "_courses" / "seminar", package.parent / "courses" / "seminar")
    folder = next((place for place in places if place.is_dir()), places[-1])
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file() and not is_noise(path.name)}


def _with_kernel(data: bytes) -> bytes:
    """A notebook that names its kernel: JupyterLab asks every guest for one otherwise."""
    notebook = read_notebook(data)
    if isinstance(notebook["metadata"].get("kernelspec"), dict) or language_of(notebook) != "python":
        return data
    return write_notebook(notebook | {"metadata": notebook["metadata"] | {"kernelspec": _PYTHON}})


def _sentence(problem: Problem) -> str:
    cell = f", cell {problem.cell}" if problem.cell is not None else ""
    return f"{problem.notebook}{cell}: {problem.message} {problem.cure}".strip()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
