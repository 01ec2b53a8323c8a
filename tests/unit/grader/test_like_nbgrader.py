"""The switches to nbgrader's behaviour, as far as no notebook has to run for them."""

from pathlib import Path

import pytest

from grader.jobs import GradeJob
from grader.like_nbgrader import SWITCHES, UnknownSwitch, switches


def test_all_is_every_switch_and_their_order_does_not_matter() -> None:
    assert switches(["all"]) == tuple(SWITCHES)
    assert switches(["skip-tags", " stderr-fails", ""]) == ("stderr-fails", "skip-tags", "one-process")


def test_a_switch_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownSwitch, match=r"no-such.*stderr-fails"):
        switches(["no-such"])


def test_a_job_carries_its_switches() -> None:
    job = GradeJob("j", (), (), like_nbgrader=("skip-tags",))

    assert GradeJob.from_json(job.to_json()) == job


def test_each_switch_stands_on_the_page_of_differences(checkout: Path) -> None:
    page = (checkout / "docs/reference/nbgrader-differences.md").read_text()

    assert [name for name in SWITCHES if f"| `{name}` |" not in page] == []
