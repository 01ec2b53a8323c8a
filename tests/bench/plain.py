"""What grading can't beat: a fork of a process that has the libraries loaded runs the cells by ``exec``. No kernel, no sandbox.

    python -m tests.bench.plain NOTEBOOK COUNT AT_ONCE

The teacher's tests run beside the student's code, as in nbgrader; a line for each cell that fails is all there is of a verdict.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat


def main(arguments: Sequence[str]) -> None:
    """Run the notebook so often, so many at once."""
    path, count, at_once = arguments
    cells = [cell["source"] for cell in nbformat.read(path, as_version=4)["cells"] if cell["cell_type"] == "code"]  # type: ignore[no-untyped-call]
    exec(cells[0], {})  # noqa: S102 - the imports, so that children have them
    running = 0
    for _ in range(int(count)):
        if running == int(at_once):
            os.wait()
            running -= 1
        if os.fork() == 0:
            _run(cells)
            os._exit(0)
        running += 1
    for _ in range(running):
        os.wait()


def _run(cells: Sequence[str]) -> None:
    names: dict[str, object] = {}
    for number, source in enumerate(cells):
        try:
            exec(compile(source, f"cell {number}", "exec"), names)  # noqa: S102 - this is what is measured
        except Exception as error:  # noqa: BLE001 - likewise
            sys.stderr.write(f"cell {number}: {error!r}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main(sys.argv[1:])
