"""Runs nbgrader itself over a course folder, in nbgrader's own environment: many assignments and students in one process.

``python nbgrader_driver.py COURSE ORDER``; ORDER is JSON: ``update`` (notebooks to bring to the newest schema), ``release`` and
``autograde`` (assignments), ``cell_seconds``. What nbgrader made of it is printed as JSON on the last line.
"""

import io
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader runs alembic by its name

from nbformat import read, write
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def main(course: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Do what is ordered; errors by assignment, and scores by assignment, student, notebook and grade id."""
    config = Config()
    if (course / "nbgrader_config.py").exists():
        config.merge(PyFileConfigLoader("nbgrader_config.py", str(course)).load_config())
    config.CourseDirectory.root = str(course)
    config.Execute.timeout = order.get("cell_seconds", 30)
    for name in order.get("update", []):
        _update(course / name)
    answer: dict[str, Any] = {"errors": {}, "scores": {}}
    for assignment in order.get("release", []):
        answer["errors"][assignment] = _convert(GenerateAssignment, config, assignment)
    for assignment in order.get("autograde", []):
        answer["errors"][assignment] = _convert(Autograde, config, assignment)
        answer["scores"][assignment] = _scores(config, assignment)
    return answer


def _update(path: Path) -> None:
    """``nbgrader update``"""
    notebook = read(path, 4)  # type: ignore[no-untyped-call]
    write(MetadataValidator().upgrade_notebook_metadata(notebook), path)  # type: ignore[no-untyped-call]


def _convert(converter: Any, config: Config, assignment: str) -> str:
    directory = CourseDirectory(config=config)
    directory.assignment_id = assignment
    doing = converter(coursedir=directory, config=config)
    said = io.StringIO()
    doing.log.handlers, doing.log.propagate = [logging.StreamHandler(said)], False
    doing.log.setLevel(logging.ERROR)
    try:
        doing.start()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever nbgrader says is what we compare with
        return f"{said.getvalue()[-3000:]}\n{type(error).__name__}: {error}"
    return ""


def _scores(config: Config, assignment: str) -> dict[str, Any]:
    """``None`` for a cell that waits for a person or never got a score."""
    found: dict[str, Any] = {}
    with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            for notebook in submission.notebooks:
                cells = found.setdefault(submission.student.id, {}).setdefault(f"{notebook.name}.ipynb", {})
                cells.update({grade.name: grade.auto_score for grade in notebook.grades})
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))  # noqa: T201 - its answer
