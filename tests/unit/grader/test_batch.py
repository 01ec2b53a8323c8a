"""Folders of submissions, graded for real: layout, resuming, pages, and file trees made to do harm."""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.batch import BadLayout, BadSource, Batch
from tests.support.notebooks import answer, answering, as_file, cell_of, checks, from_file, notebook, released, written

SOURCE = notebook(
    answer("f", "def f(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"),
    checks("t", "assert f(2) == 4\n### BEGIN HIDDEN TESTS\nassert f(3) == 9, 'three'\n### END HIDDEN TESTS", 2),
    written("why", points=3),
)
Lines = dict[str, dict[str, Any]]


class Course:
    """A teacher's folder, the students' folders, and what grading makes of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.put("source/hw/hw.ipynb", as_file(SOURCE))
        self.put("source/hw/data.csv", b"1\n")
        self.ran: list[str] = []
        self.remarks: list[str] = []

    def put(self, path: str, data: bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return target

    def hand_in(self, student: str, f: str = "def f(x): return x * x", why: str = "So.") -> Path:
        content = released(SOURCE)
        answering(f=f, why=why)(content)
        return self.put(f"submitted/{student}/hw/hw.ipynb", as_file(content))

    def batch(self, **how: Any) -> Batch:
        return Batch(self.root / "source", self.root / "submitted", self.root / "out", **how)

    def page(self, student: str) -> str:
        return (self.root / f"out/{student}/hw/hw.html").read_text("utf-8")

    def grade(self, **how: Any) -> Lines:
        batch = self.batch(**how)
        self.ran = []
        batch.look()
        self.remarks = batch.remarks
        batch.run(jobs=2, on_done=lambda line, kept: None if kept else self.ran.append(line["student"]))
        lines = [json.loads(line) for line in (self.root / "out/results.jsonl").read_text("utf-8").splitlines()]
        return {line["student"]: line for line in lines}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_each_submission_gets_a_line_and_a_page(course: Course) -> None:
    course.hand_in("ann")
    course.hand_in("bob", f="def f(x): return 3 * x", why="Twice, I think.")

    lines = course.grade()

    ann, bob = lines["ann"], lines["bob"]
    assert (ann["status"], ann["score"], ann["max_score"], ann["needs_review"], ann["evidence"]) == ("graded", 2, 5, [], [])
    assert [cell["status"] for cell in bob["notebooks"][0]["cells"]] == ["failed", "manual"]
    assert [cell["integrity"] for cell in ann["notebooks"][0]["cells"]][1] == "manual"
    assert ann["wall_seconds"] > 0
    page = (course.root / "out/bob/hw/hw.html").read_text("utf-8")
    assert "Twice, I think." in page
    assert "three" not in page
    assert "f(3)" not in page


def test_a_second_run_grades_only_what_has_changed(course: Course) -> None:
    for student in ("ann", "bob", "cem"):
        course.hand_in(student)
    course.grade()
    course.hand_in("bob", f="def f(x): return 0")
    (course.root / "out/cem/hw/hw.html").unlink()

    lines = course.grade()

    assert sorted(course.ran) == ["bob", "cem"]
    assert {student: line["score"] for student, line in lines.items()} == {"ann": 2, "bob": 0, "cem": 2}


def test_a_changed_source_grades_everybody_again(course: Course) -> None:
    course.hand_in("ann")
    course.grade()
    course.put("source/hw/data.csv", b"2\n")

    course.grade()

    assert course.ran == ["ann"]


def test_a_run_that_was_cut_short_is_taken_up_again(course: Course) -> None:
    course.hand_in("ann")
    course.grade()
    results = course.root / "out/results.jsonl"
    results.write_text(results.read_text("utf-8") + '{"student": "bob", "assi', "utf-8")
    course.hand_in("bob")

    lines = course.grade()

    assert course.ran == ["bob"]
    assert set(lines) == {"ann", "bob"}


def test_links_pipes_and_huge_files_are_named_and_never_opened(course: Course) -> None:
    secret = course.put("secret.ipynb", course.hand_in("ann").read_bytes())
    for student in ("link", "folder-link", "pipe", "huge"):
        (course.root / "submitted" / student).mkdir(parents=True)
    course.put("submitted/link/hw/hw.ipynb", b"").unlink()
    (course.root / "submitted/link/hw/hw.ipynb").symlink_to(secret)
    (course.root / "submitted/folder-link/hw").symlink_to(course.root / "submitted/ann/hw")
    (course.root / "submitted/pipe/hw").mkdir()
    os.mkfifo(course.root / "submitted/pipe/hw/hw.ipynb")
    with course.put("submitted/huge/hw/data.bin", b"").open("wb") as file:
        file.truncate(1 << 40)

    lines = course.grade()

    assert {student: line["status"] for student, line in lines.items()} == {
        "ann": "graded",
        "link": "ungradable",
        "folder-link": "ungradable",
        "pipe": "ungradable",
        "huge": "ungradable",
    }
    assert "links are not followed" in lines["link"]["reason"]
    assert "links are not followed" in lines["folder-link"]["reason"]
    assert "not a plain file" in lines["pipe"]["reason"]
    assert "larger than" in lines["huge"]["reason"]
    assert lines["huge"]["score"] is None


def test_a_link_beside_the_notebook_is_left_out_and_told_to_a_person(course: Course) -> None:
    course.hand_in("ann")
    (course.root / "submitted/ann/hw/key").symlink_to("/etc/passwd")

    ann = course.grade()["ann"]

    assert ann["score"] == 2
    assert ann["needs_review"] == ["key is a link, and links are not followed; it was left out."]


def test_an_assignment_that_the_source_does_not_have_is_no_reason_to_stop(course: Course) -> None:
    course.hand_in("ann")
    course.put("submitted/bob/hw9/hw.ipynb", b"{}")

    lines = course.grade()

    assert lines["ann"]["score"] == 2
    assert lines["bob"]["reason"] == "The source has no assignment “hw9”."


def test_a_source_with_errors_stops_before_anything_is_run(course: Course) -> None:
    course.hand_in("ann")
    course.put("source/hw/hw.ipynb", as_file(notebook(answer("same"), checks("same", "assert True"))))

    with pytest.raises(BadSource) as caught:
        course.grade()

    assert "same" in caught.value.problems["hw"][0].message
    assert not (course.root / "out").exists()


def test_naming_the_assignment_instead_of_the_folder_above_is_explained(course: Course) -> None:
    course.hand_in("ann")
    batch = Batch(course.root / "source/hw", course.root / "submitted", course.root / "out")
    batch.look()

    with pytest.raises(BadLayout, match="name the folder above it"):
        batch.run(jobs=1, on_done=lambda _line, _kept: None)


def test_the_output_must_not_lie_among_the_submissions(course: Course) -> None:
    course.hand_in("ann")

    with pytest.raises(BadLayout, match="output folder of its own"):
        Batch(course.root / "source", course.root / "submitted", course.root / "submitted/out").look()


def test_what_was_repaired_is_evidence_and_costs_nothing(course: Course) -> None:
    path = course.hand_in("ann")
    content = from_file(path.read_bytes())
    content["cells"] = [
        *(cell for cell in content["cells"] if cell["metadata"]["nbgrader"]["grade_id"] != "t"),
        {**cell_of(content, "why"), "id": "copy"},
        {**checks("else", "assert True"), "id": "else"},
    ]
    path.write_bytes(as_file(content))

    ann = course.grade()["ann"]

    assert (ann["score"], ann["needs_review"]) == (2, [])
    assert ann["evidence"] == [
        "hw.ipynb: Cell “t” was deleted; the teacher's was put back.",
        "hw.ipynb: Cell “why” is there 2 times; the last changed one counts.",
        "hw.ipynb: Cell “else” is not of this assignment; it ran as a cell of the student's.",
    ]


def test_a_changed_test_is_evidence(course: Course) -> None:
    path = course.hand_in("ann", f="def f(x): return 0")
    content = from_file(path.read_bytes())
    cell_of(content, "t")["source"] = "pass"
    path.write_bytes(as_file(content))

    ann = course.grade()["ann"]

    assert ann["score"] == 0
    assert ann["evidence"] == ["hw.ipynb: Cell “t” is locked and was changed; the teacher's was run."]


def with_points(points: float) -> bytes:
    content = from_file(as_file(SOURCE))
    cell_of(content, "t")["metadata"]["nbgrader"]["points"] = points
    return as_file(content)


@contextlib.contextmanager
def no_process() -> Iterator[None]:
    """Fail if this process starts another one."""
    watched.set()
    try:
        yield
    finally:
        watched.clear()


watched = threading.Event()


def _watch(event: str, _arguments: tuple[object, ...]) -> None:
    if watched.is_set() and event in {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec"}:
        raise AssertionError(f"a process was started: {event}")


sys.addaudithook(_watch)


def test_new_points_are_given_to_an_earlier_run_and_nothing_is_run(course: Course) -> None:
    course.hand_in("ann")
    course.hand_in("bob", f="def f(x): return 3 * x")
    before = course.grade()
    course.put("source/hw/hw.ipynb", with_points(7))

    with no_process():
        lines = course.grade(rescore_only=True)

    assert {name: (line["score"], line["max_score"]) for name, line in lines.items()} == {"ann": (7, 10), "bob": (0, 10)}
    assert "7 / 7" in course.page("ann")
    assert lines["bob"]["provenance"]["rescored"]
    assert lines["bob"]["notebooks"][0]["cells"][0]["staff_message"] == before["bob"]["notebooks"][0]["cells"][0]["staff_message"]
    with no_process():
        assert course.grade(rescore_only=True) == lines
    assert course.ran == []


def test_what_cannot_be_scored_anew_stays_as_it_is_and_is_named(course: Course) -> None:
    for student in ("ann", "bob", "cem"):
        course.hand_in(student)
    before = course.grade()
    course.hand_in("bob", f="def f(x): return 0")
    course.hand_in("new")
    report = before["cem"]["provenance"]["report"]
    course.put(f"out/run-reports/{report[:2]}/{report}", b"{}")
    course.put("source/hw/hw.ipynb", with_points(7))

    with no_process():
        lines = course.grade(rescore_only=True)

    assert set(lines) == {"ann", "bob", "cem"}
    assert lines["bob"] == before["bob"]
    assert [name for name in ("ann", "bob", "cem", "new") if any(r.startswith(f"{name}, hw:") for r in course.remarks)][-2:] == [
        "cem",
        "new",
    ]
    assert any("bob, hw: not scored anew. What was handed in" in remark for remark in course.remarks)


def test_a_changed_test_is_never_scored_by_an_earlier_run(course: Course) -> None:
    course.hand_in("ann")
    before = course.grade()
    course.put("source/hw/hw.ipynb", with_points(7).replace(b"f(2) == 4", b"f(2) == 5"))

    with no_process():
        lines = course.grade(rescore_only=True)

    assert lines == before
    assert course.remarks == ["ann, hw: not scored anew. More than points has changed in the source; grade it anew."]


def test_students_see_of_a_failed_test_what_the_teacher_wants(course: Course) -> None:
    course.hand_in("ann", f="def f(x): return 4")
    course.grade()
    assert "did not pass this test" in course.page("ann")

    course.grade(shown="nothing")
    assert "did not pass this test" not in course.page("ann")
    assert "Tests failed" in course.page("ann")

    course.grade(shown="test")
    assert "assert f(3) == 9" in course.page("ann")
    assert "AssertionError: three" in course.page("ann")

    course.grade(shown="message")
    assert "did not pass this test" in course.page("ann")
    assert "three" not in course.page("ann")
    assert "f(3)" not in course.page("ann")
