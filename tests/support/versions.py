"""New versions of the example assignment, released as a teacher does."""

import json
from pathlib import Path

from tests.support.stack import Stack
from tests.support.visitor import Visitor

COURSE, ASSIGNMENT = "data-101", "temperatures"
NOTEBOOK = f"{COURSE}/{ASSIGNMENT}/temperatures.ipynb"


def with_hint(checkout: Path, hint: str) -> list[tuple[str, tuple[str, bytes]]]:
    """The source's files with ``hint`` as a text at the notebook's end, as a form takes them."""
    files = []
    for path in sorted((checkout / "courses" / "example" / "source" / ASSIGNMENT).iterdir()):
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            notebook = json.loads(data)
            notebook["cells"].append({"cell_type": "markdown", "id": "a-hint", "metadata": {}, "source": hint})
            data = json.dumps(notebook).encode()
        files.append(("files", (path.name, data)))
    return files


def release_with_hint(stack: Stack, checkout: Path, hint: str) -> None:
    """Have the teacher upload it and deliver it to everybody."""
    teacher = Visitor(stack)
    teacher.sign_in(stack.sign_in_link("teacher"))
    form = teacher.get(f"/courses/{COURSE}/teach/assignments/_add/?assignment={ASSIGNMENT}")
    page = teacher.press(form, "Upload and release", files=with_hint(checkout, hint), assignment=ASSIGNMENT)
    teacher.press(page, "Deliver")
    teacher.close()
