"""Runs Otter itself, in its own environment: assign, then grade, many students in one process.

``python otter_driver.py FOLDER ORDER``; ORDER is JSON: ``notebook`` (the master, in FOLDER), ``submissions`` (paths).
What came of it is printed as JSON on the last line: the students' version's sources, and scores by submission and question.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from otter.api import grade_submission
from otter.assign import main as assign


def main(folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Do what is ordered."""
    os.chdir(folder)
    name = order["notebook"]
    assign(name, "dist", no_pdfs=True, no_run_tests=not order.get("run_tests", True))
    students = json.loads((folder / "dist/student" / name).read_text("utf-8"))
    zips = sorted((folder / "dist/autograder").glob("*-autograder_*.zip"))
    scores = {}
    for path in order["submissions"]:
        results = grade_submission(path, str(zips[-1]), quiet=True)
        scores[path] = {test: round(float(results.get_score(test)), 6) for test in results.test_files}
    return {"cells": students["cells"], "metadata": students["metadata"], "scores": scores}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print("\n" + json.dumps(main(Path(sys.argv[1]).absolute(), json.loads(sys.argv[2]))))  # noqa: T201 - its answer
