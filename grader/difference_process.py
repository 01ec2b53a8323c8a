"""The process in which nbdime compares: plain cells in, operations out, both as JSON. Ends itself when it takes too long."""

import json
import operator
import resource
import signal
import sys
from typing import Any

MEMORY = 1 << 30
THOROUGH_SHARE = 0.3
"""Of the processor time, for comparing with nbdime's own notion of cells that are alike; then only the same cells are."""


class _TooLong(Exception):
    """nbdime's way takes too long for these notebooks."""


def main() -> None:
    """Read two lists of cells from standard input and write nbdime's operations on the first to standard output."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    # Half of what loading nbdime takes is this, for a check of IRIs that nobody needs here.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    json.dump(operations(asked["before"], asked["after"], THOROUGH_SHARE * asked["seconds"]), sys.stdout)


def operations(before: list[Any], after: list[Any], thorough_seconds: float) -> list[Any]:
    """What nbdime does to ``before`` to make ``after`` of it. For the main thread, whose timer it uses."""
    from nbdime.diffing import notebooks  # noqa: PLC0415 - after what main does

    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, thorough_seconds)
    try:
        found: list[Any] = notebooks.diff_cells(before, after)
    except _TooLong:
        # How alike any two cells are is what took so long.
        notebooks.notebook_predicates["/cells"] = [operator.eq, notebooks.compare_cell_by_ids]
        found = notebooks.diff_cells(before, after)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found


def _give_up(_number: int, _frame: object) -> None:
    raise _TooLong


if __name__ == "__main__":
    main()
