"""The same in gives the same out: twice by the same way, and by the two ways there are."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.batch import Batch
from grader.engine import digest_of
from grader.files import FileStore
from grader.jobs import GradeJob, GradeResult
from grader.release import make_release
from grader.stored_report import FORMAT, NoUsableReport, StoredReport
from grader.tasks import run_job
from tests.support.example_answers import answers_of, fill_in
from tests.support.notebooks import answering, as_file, released
from tests.unit.grader.conftest import Graded
from tests.unit.grader.test_corpus import CORPUS, assignment, expected_of, parts_of

COURSE = Path(__file__).parents[3] / "courses" / "example"
TIMES = {"seconds", "kernel_seconds", "cpu_seconds", "peak_mb"}


def without_times(result: GradeResult) -> dict[str, Any]:
    facts = {key: value for key, value in result.provenance.items() if key not in TIMES}
    return {**result.to_json(), "provenance": facts, "executed": []}


@pytest.mark.parametrize("case", ["honest-partial", "hostile-assert-removed"])
def test_grading_twice_gives_the_same_result(case: str, grade_files: Callable[..., Graded], store: FileStore) -> None:
    source = assignment(expected_of(case)["assignment"])
    theirs = released(source)
    answering(**{words[1]: text for words, text in parts_of(CORPUS / case / "submission.py")})(theirs)

    first, second = (grade_files({"n.ipynb": as_file(source)}, {"n.ipynb": as_file(theirs)}).result for _ in range(2))

    assert without_times(first) == without_times(second)
    facts = first.provenance
    assert all(re.fullmatch("[0-9a-f]{64}", facts[f"{name}_digest"]) for name in ("source", "submission", "environment"))
    assert {"engine", "python", "limits", "sandbox", "seed", "shown", "report"} <= facts.keys()
    stored = StoredReport.unpack(store.get(facts["report"]))
    assert stored.rescore({"n.ipynb": as_file(source)}, "message") == first.cells


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"format": "other/9"}', b"[" * 100_000, b'{"format": "%s"}' % FORMAT.encode()]
)
def test_what_is_no_run_report_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NoUsableReport, match="run report"):
        StoredReport.unpack(data)


def test_the_command_and_the_worker_agree_on_the_example_course(tmp_path: Path) -> None:
    files = FileStore(tmp_path / "files")
    by_worker: dict[str, Any] = {}
    for name in ("temperatures", "coin", "co2"):
        source = {path.name: path.read_bytes() for path in (COURSE / "source" / name).iterdir()}
        handed_in = make_release(source).files
        handed_in[f"{name}.ipynb"] = fill_in(handed_in[f"{name}.ipynb"], answers_of(COURSE, name, "half-right"))
        for path, data in handed_in.items():
            target = tmp_path / "submitted" / "ann" / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        refs = [tuple(files.put_file(path, data) for path, data in some.items()) for some in (source, handed_in)]
        message = json.loads(json.dumps(GradeJob("job", refs[0], refs[1]).to_json()))
        by_worker[name] = run_job(message, files, lambda _done, _total: None)

    batch = Batch(COURSE / "source", tmp_path / "submitted", tmp_path / "out")
    batch.look()
    by_command = {line["assignment"]: line for line in batch.run(jobs=2, on_done=lambda _line, _kept: None)}

    assert by_command.keys() == by_worker.keys()
    for name, result in by_worker.items():
        cells = [cell for notebook in by_command[name]["notebooks"] for cell in notebook["cells"]]
        assert [(cell["grade_id"], cell["score"], cell["max_score"], cell["status"], cell["message"]) for cell in cells] == [
            (cell.grade_id, cell.points, cell.max_points, cell.status, cell.student_message) for cell in result.cells
        ]
        assert by_command[name]["provenance"]["report"] == result.provenance["report"]
        assert by_command[name]["provenance"]["submission_digest"] == result.provenance["submission_digest"]


def test_a_digest_names_a_set_of_files_whatever_their_order(tmp_path: Path) -> None:
    refs = tuple(FileStore(tmp_path).put_file(path, path.encode()) for path in ("a", "b"))

    assert digest_of(refs) == digest_of(refs[::-1]) != digest_of(refs[:1])
