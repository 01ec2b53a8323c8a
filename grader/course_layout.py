"""nbgrader's folder layout: ``source/<assignment>/*.ipynb`` and ``submitted/<student>/<assignment>/*.ipynb``."""

import os
from dataclasses import dataclass
from pathlib import Path

from grader.folder import shown
from grader.release import is_ignored, is_notebook, is_safe


class BadLayout(Exception):
    """The folders are not laid out as they should be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A folder that a student handed in for an assignment. What is in it has not been looked at."""

    student: str
    assignment: str
    folder: Path


def find_assignments(source: Path) -> dict[str, Path]:
    """The assignments' folders by name. Raises BadLayout when there is none."""
    names = [entry.name for entry in _entries(source) if entry.is_dir() and _is_ours(entry.name)]
    if not names:
        notebooks = any(is_notebook(entry.name) for entry in _entries(source))
        hint = f" It is an assignment itself: name the folder above it, {source.absolute().parent}." if notebooks else ""
        raise BadLayout(f"{source} has no assignment folders.{hint}")
    return {name: source / name for name in names}


def find_submissions(submissions: Path) -> tuple[list[Submitted], list[str]]:
    """What was handed in, by assignment and student, and a sentence for each thing that is out of place."""
    found: list[Submitted] = []
    remarks: list[str] = []
    for student in _entries(submissions):
        if not _is_ours(student.name):
            continue
        if student.is_symlink():
            remarks.append(f"{shown(student.name)} is a link; links are not followed.")
        elif student.is_dir(follow_symlinks=False):
            theirs = _of_student(student)
            found += theirs
            if not theirs:
                remarks.append(f"{shown(student.name)} has no assignment folders; nothing is graded there.")
    if not found and not remarks:
        raise BadLayout(f"{submissions} has no submissions. It should hold a folder for each student, with one per assignment.")
    return sorted(found, key=lambda one: (one.assignment, one.student)), remarks


def _of_student(student: os.DirEntry[str]) -> list[Submitted]:
    """Links in the place of assignment folders are listed too; reading them will refuse."""
    theirs = [entry for entry in _entries(Path(student.path)) if _is_ours(entry.name)]
    folders = [entry for entry in theirs if entry.is_symlink() or entry.is_dir(follow_symlinks=False)]
    return [Submitted(student.name, entry.name, Path(entry.path)) for entry in folders]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise BadLayout(f"{folder} can't be read: {error.strerror}.") from error


def _is_ours(name: str) -> bool:
    return is_safe(name) and name.isprintable() and not name.startswith(".") and not is_ignored(name)
