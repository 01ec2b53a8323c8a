"""Switches that bring back what nbgrader does where Homeroom, on purpose, does something else."""

from collections.abc import Iterable

SWITCHES = {
    "stderr-fails": "A test that writes on stderr gives 0 points. Sets one-process: only there is seen who writes what.",
    "numpy-passes": "A last value that numpy writes as np.float64(0.5) is no number and gives all points.",
    "above-points-stops": "A last value above the cell's points ends the grading of the submission there.",
    "below-zero-passes": "A last value below 0 gives all points.",
    "deleted-tests-lost": "A test or locked cell that was deleted is not put back; the test has no score.",
    "copies-stop": "A submission in which an id is there twice is not graded.",
    "foreign-cells-stop": "A submission with a marked cell that the assignment does not have is not graded.",
    "changed-kinds-stop": "A submission in which a marked cell was made one of another kind is not graded.",
    "skip-tags": "A cell that the student tagged skip-execution is not run.",
    "students-order": "Cells run in the student's order.",
    "dead-kernel-stops": "When the kernel dies, nothing of that notebook and of those after it is scored.",
    "one-process": "Tests run in the process of the student's code, and what that says is believed.",
    "top-level-only": "Notebooks in folders of the assignment are not graded.",
}
"""By name, what nbgrader does."""

ALL = "all"


class UnknownSwitch(ValueError):
    """There is no such switch; the message names those there are."""


def switches(names: Iterable[str]) -> tuple[str, ...]:
    """The switches of these names, in the order of :data:`SWITCHES`; ``all`` is every one. Raises UnknownSwitch."""
    wanted = {name.strip() for name in names} - {""}
    unknown = sorted(wanted - SWITCHES.keys() - {ALL})
    if unknown:
        raise UnknownSwitch(f"There is no switch “{unknown[0][:60]}”. There are: {ALL}, {', '.join(SWITCHES)}.")
    if "stderr-fails" in wanted:
        wanted.add("one-process")
    return tuple(name for name in SWITCHES if ALL in wanted or name in wanted)
