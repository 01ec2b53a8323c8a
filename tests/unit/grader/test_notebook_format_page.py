import json
import re
from pathlib import Path
from typing import Any

import pytest

from grader.release import make_release

PAIR = re.compile(r"\*You write\*\n\n```\w+\n(.*?)```\n\n\*Students get\*\n\n```\w+\n(.*?)```\n", re.DOTALL)


def kind_of(source: str) -> dict[str, Any]:
    """The metadata that fits an example of the page."""
    flags = {"schema_version": 3, "grade_id": "example", "grade": False, "solution": False, "locked": False, "task": False}
    if "MARK SCHEME" in source:
        return {**flags, "task": True, "locked": True, "points": 3}
    if "HIDDEN TESTS" in source:
        return {**flags, "grade": True, "locked": True, "points": 2}
    return {**flags, "solution": True}


@pytest.fixture(scope="module")
def page(checkout: Path) -> str:
    return (checkout / "docs" / "reference" / "notebook-format.md").read_text("utf-8")


def test_every_example_on_the_page_becomes_what_the_page_says(page: str) -> None:
    examples = PAIR.findall(page)

    assert len(examples) == page.count("*You write*") == 4
    for written, given in examples:
        flags = kind_of(written)
        cell = {
            "cell_type": "markdown" if flags["task"] else "code",
            "metadata": {"nbgrader": flags},
            "source": written.rstrip("\n"),
        }
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}

        result = make_release({"example.ipynb": json.dumps(notebook).encode()})

        assert [problem for problem in result.problems if problem.severity == "error"] == []
        released = json.loads(result.files["example.ipynb"])["cells"][0]["source"]
        assert "".join(released).rstrip("\n") == given.rstrip("\n")
