import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.jobs import CellScore, GradeJob, GradeResult, Limits, read_limits
from grader.like_nbgrader import SWITCHES, switches
from grader.plan import PlannedQuestion
from grader.report import NotebookRun, RunReport

POINTS = st.floats(allow_nan=False)
CELLS = st.lists(st.builds(CellScore, points=st.none() | POINTS, max_points=POINTS), max_size=3).map(tuple)
FACTS = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | POINTS, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.builds(GradeResult, cells=CELLS, provenance=FACTS))
def test_a_result_survives_the_way_to_the_portal(result: GradeResult) -> None:
    assert GradeResult.from_json(json.loads(json.dumps(result.to_json()))) == result


@settings(max_examples=60, deadline=None)
@given(st.builds(GradeJob, like_nbgrader=st.sets(st.sampled_from(sorted(SWITCHES))).map(switches)))
def test_a_job_survives_the_way_to_the_worker(job: GradeJob) -> None:
    assert GradeJob.from_json(json.loads(json.dumps(job.to_json()))) == job


def test_a_report_survives_the_way_to_the_worker() -> None:
    run = NotebookRun("n.ipynb", (PlannedQuestion("t", "auto", 1, 0),), ("ok", None), {"cells": []})
    report = RunReport((run,), sandbox="bubblewrap", kernel_seconds=1.5, extra={"a": 1})

    assert RunReport.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_a_result_with_an_unknown_end_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown status"):
        GradeResult.from_json({"job_id": "1", "status": "perfect"})


@pytest.mark.parametrize("told", [{}, {"shown": "everything"}, {"shown": None}, {"shown": ["test"]}])
def test_a_job_that_does_not_say_what_students_see_shows_them_our_sentence_only(told: dict[str, object]) -> None:
    assert GradeJob.from_json({"job_id": "1", "source": [], "submission": [], **told}).shown == "message"


def test_limits_are_read_as_people_write_them() -> None:
    assert read_limits({"cell_seconds": " 90 ", "memory_mb": ""}) == {"cell_seconds": 90}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"cells": "1"}, "no limit called “cells”"),
        ({"disk_mb": "0"}, "whole number from 1 on, not “0”"),
        ({"disk_mb": "many"}, "not “many”"),
        ({"disk_mb": "101"}, "at most 100 on this server"),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_words(wanted: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_limits(wanted, Limits())
