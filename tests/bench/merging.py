"""The same random edits merged by Homeroom and by nbgitpuller: what students lost, what is missing of the teacher, what broke.

    python -m tests.bench.merging [NOTEBOOKS]

nbgitpuller works as it does on a hub, on real git repositories: it clones the release, students work, it pulls the next release.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from random import Random

import nbformat

from grader.merging import merge
from tests.support.edits import Life, as_lab_writes, life, missing_cells, texts, typed_lines, usual_life
from tests.support.notebooks import Notebook, from_file

NBGITPULLER = Path(".venv-nbgitpuller/bin/python").absolute()
NOTEBOOKS = 1_000


@dataclass(slots=True)
class Tally:
    """Counts over all notebooks."""

    lost_lines: int = 0
    losers: int = 0
    """Notebooks of which the student lost a line."""
    missing_cells: int = 0
    invalid: int = 0


def main(count: int) -> None:
    """Print a table for each kind of edits."""
    for title, make in (("usual edits", usual_life), ("wild edits", life)):
        lives = [make(Random(seed)) for seed in range(count)]  # noqa: S311 - repeatable, not secret
        typed, wanted = sum(len(typed_lines(one.theirs)) for one in lives), sum(len(one.new["cells"]) for one in lives)
        print(f"{title}: {count} notebooks, {typed} lines typed by students, {wanted} cells in the new releases")  # noqa: T201
        for name, way in (("Homeroom", homeroom), ("nbgitpuller", nbgitpuller)):
            found = tally(lives, way(lives))
            print(  # noqa: T201
                f"  {name:<12} student lines lost {found.lost_lines:>5} (in {found.losers} notebooks)"
                f"   teacher cells missing {found.missing_cells:>5}   invalid files {found.invalid:>4}"
            )


def homeroom(lives: list[Life]) -> list[bytes]:
    """Each merged by us."""
    return [merge(*map(as_lab_writes, (one.base, one.theirs, one.new)), release="new").data for one in lives]


def nbgitpuller(lives: list[Life]) -> list[bytes]:
    """All in one repository: git merges each file by itself."""
    with tempfile.TemporaryDirectory() as folder:
        origin, home = Path(folder, "origin"), Path(folder, "home")
        origin.mkdir()
        _git(origin, "init", "--quiet", "--initial-branch=main")
        _commit(origin, [one.base for one in lives])
        _pull(origin, home)
        _write(home, [one.theirs for one in lives])
        _commit(origin, [one.new for one in lives])
        _pull(origin, home)
        return [(home / _name(number)).read_bytes() for number in range(len(lives))]


def tally(lives: list[Life], results: list[bytes]) -> Tally:
    """Count what went wrong. In a file that can't be opened, lines count as there if they are in it at all."""
    found = Tally()
    for one, data in zip(lives, results, strict=True):
        made = _opened(data)
        there = {line for text in texts(made) for line in text.splitlines()} if made else set()
        lost = [line for line in typed_lines(one.theirs) if line not in there and (made or line not in data.decode())]
        found.lost_lines += len(lost)
        found.losers += bool(lost)
        found.missing_cells += len(missing_cells(made, one)) if made else 0
        found.invalid += made is None
    return found


def _opened(data: bytes) -> Notebook | None:
    """The notebook as Jupyter opens it; None where it is not valid. Missing and doubled cell ids Jupyter mends by itself."""
    try:
        with warnings.catch_warnings(action="ignore"):
            nbformat.validate(json.loads(data))
    except (ValueError, nbformat.ValidationError):
        return None
    return from_file(data)


def _name(number: int) -> str:
    return f"n{number:05}.ipynb"


def _write(folder: Path, notebooks: list[Notebook]) -> None:
    for number, content in enumerate(notebooks):
        (folder / _name(number)).write_bytes(as_lab_writes(content))


def _commit(origin: Path, notebooks: list[Notebook]) -> None:
    _write(origin, notebooks)
    _git(origin, "add", "--all")
    _git(origin, "-c", "user.name=Teacher", "-c", "user.email=teacher@example.org", "commit", "--quiet", "--message=release")


def _pull(origin: Path, home: Path) -> None:
    _run([str(NBGITPULLER), "-m", "nbgitpuller.pull", f"file://{origin}", "main", str(home)], home.parent)


def _git(folder: Path, *arguments: str) -> None:
    _run(["git", *arguments], folder)


def _run(command: list[str], folder: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOKS)
