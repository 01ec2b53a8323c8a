import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.jobs import CellScore, GradeJob, GradeResult
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
@given(st.from_type(GradeJob))
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
