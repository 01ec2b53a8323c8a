"""What of Otter itself is in a student's copy: the cells that make and call ``grader``, and the public tests in the metadata."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.otter.blocks import Cell
from grader.otter.cases import Case, doctest_of, function_of
from grader.otter.points import Points

PLACEHOLDER = "_Type your answer here, replacing this text._"
_STAND_IN = (Path(__file__).parent / "stand_in.py").read_text("utf-8").partition("# Cut here.\n")[2].strip()
_CALLS = ("check", "check_all", "export", "to_pdf", "run_plugin", "add_plugin_files", "submit")
IN_GRADING = f'grader = type("Grader", (), dict.fromkeys({_CALLS!r}, staticmethod(lambda *_, **__: None)))()'
"""What ``grader`` is while work is graded: every call is taken, none does anything."""
CHECK_ALL_TEXT = "---\n\nTo double-check your work, the cell below runs all of the tests that you can see."


def first_cell(notebook: str) -> str:
    """The cell that makes ``grader``: Otter itself where it is installed, else our stand-in."""
    stand_in = "\n".join(f"    {line}" if line else "" for line in _STAND_IN.split("\n"))
    return (
        "# Initialize Otter\n"
        "try:\n"
        "    import otter\n\n"
        f"    grader = otter.Notebook({notebook!r})\n"
        "except Exception:  # It is not installed here. What follows runs the same tests.\n"
        f"{stand_in}\n\n"
        f"    grader = Checks({notebook!r}, globals())"
    )


def check_cell(question: str) -> str:
    """The cell that runs the public tests of a question."""
    escaped = question.replace("\\", "\\\\").replace('"', '\\"')
    return f'grader.check("{escaped}")'


def locked_text(cell: Cell) -> Cell:
    """A cell of text that JupyterLab lets no student change."""
    return {**cell, "metadata": {**cell["metadata"], "editable": False, "deletable": False}}


def public_tests(
    question: str, cases: Sequence[tuple[Case, Points]], *, all_or_nothing: bool, ok_format: bool
) -> dict[str, Any] | str:
    """The tests of a question that students may see, in Otter's own form: for ``metadata.otter.tests``."""
    public = [(case, points) for case, points in cases if not case.hidden]
    if not ok_format:
        return _functions(question, public, all_or_nothing=all_or_nothing)
    told: list[dict[str, Any]] = []
    for case, points in public:
        messages = {"success_message": case.success, "failure_message": case.failure}
        entry = {"code": doctest_of(case), "hidden": False, "locked": False, "points": points}
        told.append({**entry, **{name: text for name, text in messages.items() if text}})
    suite = {"cases": told, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return {"name": question, "points": None, "all_or_nothing": all_or_nothing, "suites": [suite]}


def _functions(question: str, public: Sequence[tuple[Case, Points]], *, all_or_nothing: bool) -> str:
    lines = ["from otter.test_files import test_case", "", "OK_FORMAT = False", f"name = {question!r}", "points = None"]
    lines += [f"all_or_nothing = {all_or_nothing}", ""]
    for case, points in public:
        messages = {"success_message": case.success, "failure_message": case.failure}
        said = "".join(f", {name}={text!r}" for name, text in messages.items() if text)
        lines += [f"@test_case(points={points!r}, hidden=False{said})", function_of(case), ""]
    return "\n".join(lines)
