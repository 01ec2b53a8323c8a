"""The files of an Otter assignment: which notebook is the teacher's, what students get beside it, and what only grading needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from grader.cell_notes import KEY, NotebookNote
from grader.otter.blocks import Structure, Wrong, is_otter, read_structure
from grader.otter.config import AssignmentConfig, assignment_config, not_followed
from grader.otter.notebook import translate_notebook, unusable
from grader.problems import Problem
from grader.reading import UnreadableNotebook, read_notebook, write_notebook

_LISTED = 5


@dataclass(slots=True)
class Translated:
    """An assignment in our format, good for use where no problem is an error."""

    files: dict[str, bytes] = field(default_factory=dict)
    """What work is graded with, by path."""
    problems: list[Problem] = field(default_factory=list)


def translate(files: Mapping[str, bytes]) -> Translated:
    """The assignment in our format. Raises nothing.

    Students get the notebooks and what these list under ``files``; what is listed nowhere is left out, as Otter does.
    """
    done = Translated()
    listed: set[str] = set()
    for path, data in sorted(files.items()):
        if not path.endswith(".ipynb"):
            continue
        try:
            notebook = read_notebook(data)
        except UnreadableNotebook:
            done.files[path] = data  # the release says what is wrong with it
            continue
        if is_otter(notebook):
            listed |= _translate_one(done, path, notebook, files)
            listed.add(path)
    for path in sorted(listed - done.files.keys()):
        if path.endswith(".ipynb"):
            done.problems.append(_warning(path, "A notebook listed as a file is left out.", "Give it to students another way."))
        else:
            done.files[path] = files[path]
    left = [path for path in sorted(files) if path not in done.files and not path.endswith(".ipynb")]
    if left:
        more = f" and {len(left) - _LISTED} more" if len(left) > _LISTED else ""
        text = f"Not handed out and not there when work is graded: {', '.join(left[:_LISTED])}{more}."
        done.problems.append(_warning("", text, "List under “files” in the assignment's settings what students need."))
    return done


def _translate_one(done: Translated, path: str, notebook: dict[str, Any], files: Mapping[str, bytes]) -> set[str]:
    """Add one notebook; returns the paths of the files that it lists."""
    if refusal := unusable(path, notebook):
        done.problems.append(refusal)
        return set()
    structure = read_structure(notebook)
    number = structure.settings[0][0] if structure.settings else None
    try:
        settings = _settings(structure, path, files)
        config = assignment_config(settings)
        students, grading = (_found(names, path, files) for names in (config.files, config.grading_files))
    except Wrong as wrong:
        done.problems.append(Problem(path, number, None, wrong.message, wrong.cure))
        settings, config = {}, AssignmentConfig()
        students, grading = set(), set()
    done.problems += [Problem(path, number, None, text, cure, "warning") for text, cure in not_followed(settings)]
    made = translate_notebook(path, notebook, structure, config)
    done.problems += made.problems
    note = NotebookNote(tuple(made.places), frozenset(grading - students), config.seed.line())
    notebook["metadata"][KEY] = note.to_json()
    done.files[path] = write_notebook(notebook)
    return students | grading


def _settings(structure: Structure, path: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """All settings of an assignment: those of the file it names, then those of the notebook. Raises Wrong."""
    together: dict[str, Any] = {}
    for _, settings in structure.settings:
        if name := settings.get("config_file"):
            found = files.get(_beside(path, str(name)))
            if found is None:
                raise Wrong(f"The file “{str(name)[:80]}” with the settings is not there.", "Put it beside the notebook.")
            together = _over(together, _yaml(found, str(name)))
        together = _over(together, settings)
    return together


def _yaml(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(data.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise Wrong(f"The settings in “{name[:80]}” can't be read.", "Write “name: value” lines.")
    return {str(key): value for key, value in found.items()}


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """``above`` where it says something, also inside of settings with settings of their own."""
    both = {**below, **above}
    for name in below.keys() & above.keys():
        if isinstance(below[name], dict) and isinstance(above[name], dict):
            both[name] = _over(below[name], above[name])
    return both


def _found(names: list[str], path: str, files: Mapping[str, bytes]) -> set[str]:
    """The paths of listed files and of all files in listed folders. Raises Wrong."""
    return {found for name in names for found in _in_folder(_beside(path, name), name, files)}


def _in_folder(wanted: str, name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    found = [path for path in files if path == wanted or path.startswith(f"{wanted}/")]
    if not found:
        raise Wrong(
            f"The listed file “{name[:80]}” is not there.", "Put it into the assignment's folder, or take it off the list."
        )
    yield from found


def _beside(path: str, name: str) -> str:
    """The path of a file that a notebook names. One that leads out of the folder is found nowhere."""
    return str(PurePosixPath(path).parent / name)


def _warning(path: str, text: str, cure: str) -> Problem:
    return Problem(path, None, None, text, cure, "warning")
