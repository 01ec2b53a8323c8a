"""``homeroom grade`` and ``nbgrader autograde`` give the same score to the same cell, except where we mean not to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from grader.batch import Batch
from grader.jobs import Limits
from grader.like_nbgrader import switches
from grader.release import make_release
from tests.conformance.answers import hand_in, source
from tests.conformance.conftest import NbgraderCourse
from tests.conformance.variations import PIXEL
from tests.support.notebooks import (
    Edit,
    Notebook,
    answer,
    answering,
    cell_of,
    checks,
    from_file,
    markdown,
    notebook,
    released,
    task,
    written,
)

Scores = dict[str, Any]
MakeCourse = Callable[[], NbgraderCourse]
STUDENTS = 6
CELL_SECONDS = 4


def our_scores(course: NbgraderCourse, assignment: str, like: str = "") -> Scores:
    """By student, notebook and grade id; None where a person must look."""
    folders = (course.root / "source", course.root / "submitted", course.root / f"ours-{like}")
    batch = Batch(*folders, Limits(cell_seconds=CELL_SECONDS), like_nbgrader=switches([like]))
    batch.look()
    lines = batch.run(jobs=1, on_done=lambda _line, _kept: None)
    return {
        line["student"]: {book["name"]: {cell["grade_id"]: cell["score"] for cell in book["cells"]} for book in line["notebooks"]}
        for line in lines
        if line["assignment"] == assignment
    }


def both_grade(course: NbgraderCourse, assignment: str = "ps", update: tuple[str, ...] = ()) -> tuple[Scores, Scores]:
    """nbgrader's scores and ours, made at the same time. ``update``: files that nbgrader must bring to schema 3 before."""
    if update:
        ours = our_scores(course, assignment)
        answer = course.run(update=update, release=[assignment], autograde=[assignment], cell_seconds=CELL_SECONDS)
        return answer["scores"][assignment], ours
    with ThreadPoolExecutor() as pool:
        run = pool.submit(course.run, release=[assignment], autograde=[assignment], cell_seconds=CELL_SECONDS)
        ours = our_scores(course, assignment)
        return run.result()["scores"][assignment], ours


def generated_class(course: NbgraderCourse, seeds: range) -> tuple[Scores, Scores]:
    course.put("source/ps/n.ipynb", source())
    course.put("source/ps/data.txt", b"teacher\n")
    student_version = make_release(course.files("source/ps")).files["n.ipynb"]
    for seed in seeds:
        content = from_file(student_version)
        hand_in(content, seed)
        course.put(f"submitted/s{seed:03}/ps/n.ipynb", content)
        course.put(f"submitted/s{seed:03}/ps/data.txt", b"student\n")
    return both_grade(course)


def test_a_generated_class_gets_the_same_scores(make_course: MakeCourse) -> None:
    course = make_course()

    theirs, ours = generated_class(course, range(STUDENTS))

    assert len(theirs) == STUDENTS
    assert ours == theirs
    assert our_scores(course, "ps", "all") == theirs


@pytest.mark.slow
def test_a_large_generated_class_gets_the_same_scores(make_course: MakeCourse) -> None:
    theirs, ours = generated_class(make_course(), range(100, 200))

    assert ours == theirs


def test_several_notebooks_one_missing_one_stuck(make_course: MakeCourse) -> None:
    course = make_course()
    loops = notebook(answer("f"), checks("stuck", "f()", 1), checks("after", "assert True", 1), checks("slow", "f()", 1))
    essay = notebook(written("essay", points=2), task("do", "Do it\n=== BEGIN MARK SCHEME ===\nall\n=== END MARK SCHEME ===", 3))
    for name, content in {"loops": loops, "essay": essay}.items():
        course.put(f"source/ps/{name}.ipynb", content)
    answering(f="def f():\n    while True: pass")(stuck := released(loops))
    answering(essay="Mine")(wrote := released(essay))
    course.put("submitted/ann/ps/loops.ipynb", stuck)
    course.put("submitted/ann/ps/essay.ipynb", wrote)
    course.put("submitted/bob/ps/essay.ipynb", released(essay))

    theirs, ours = both_grade(course)

    assert ours == theirs
    assert ours["ann"] == {"essay.ipynb": {"essay": None, "do": None}, "loops.ipynb": {"stuck": 0, "after": 1, "slow": 0}}
    assert ours["bob"] == {"essay.ipynb": {"essay": 0, "do": None}, "loops.ipynb": {"stuck": 0, "after": 0, "slow": 0}}


QUESTION = notebook(answer("f"), markdown("between"), checks("t", "f()", 2), checks("last", "assert True", 1))


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a student does, the scores of ``t`` and ``last``, nbgrader's and ours, and the switch to nbgrader's."""

    edit: Edit
    theirs: tuple[float | None, float | None]
    ours: tuple[float | None, float | None]
    switch: str


def returning(value: str) -> Edit:
    return answering(f=f"import sys\nimport warnings\nimport numpy as np\ndef f(): return {value}")


def without(grade_id: str) -> Edit:
    return lambda content: content["cells"].remove(cell_of(content, grade_id))


def also(first: Edit, second: Edit) -> Edit:
    def edit(content: Notebook) -> None:
        first(content)
        second(content)

    return edit


def tagged(content: Notebook) -> None:
    cell_of(content, "t")["metadata"]["tags"] = ["skip-execution"]


def moved_down(content: Notebook) -> None:
    content["cells"].append(content["cells"].pop(0))


def foreign(content: Notebook) -> None:
    content["cells"].append({**checks("elsewhere", "assert True"), "id": "foreign"})


def flipped(content: Notebook) -> None:
    cell_of(content, "t")["metadata"]["nbgrader"]["solution"] = True


DEVIATIONS = {
    "a warning on stderr": Deviation(returning("warnings.warn('old')"), (0, 1), (2, 1), "stderr-fails"),
    "a line on stderr": Deviation(returning("print('hm', file=sys.stderr)"), (0, 1), (2, 1), "stderr-fails"),
    "numpy's numbers": Deviation(returning("np.float64(0.5)"), (2, 1), (0.5, 1), "numpy-passes"),
    "numpy's whole numbers": Deviation(returning("np.int64(1)"), (2, 1), (1, 1), "numpy-passes"),
    "more than there is": Deviation(returning("3"), (None, None), (2, 1), "above-points-stops"),
    "infinitely much": Deviation(returning("float('inf')"), (None, None), (2, 1), "above-points-stops"),
    "less than nothing": Deviation(returning("-1"), (2, 1), (0, 1), "below-zero-passes"),
    "a deleted test": Deviation(also(returning("1"), without("t")), (None, 1), (1, 1), "deleted-tests-lost"),
    "a deleted answer": Deviation(without("f"), (0, 1), (0, 1), "deleted-tests-lost"),
    "a foreign test": Deviation(also(returning("1"), foreign), (None, None), (1, 1), "foreign-cells-stop"),
    "a test declared an answer": Deviation(also(returning("1"), flipped), (None, None), (1, 1), "changed-kinds-stop"),
    "a test tagged to be skipped": Deviation(also(returning("0"), tagged), (2, 1), (0, 1), "skip-tags"),
    "an answer moved below its test": Deviation(also(returning("1"), moved_down), (0, 1), (1, 1), "students-order"),
    "a kernel that died": Deviation(returning("__import__('os')._exit(1)"), (None, None), (0, None), "dead-kernel-stops"),
}


def test_each_deliberate_deviation_is_as_documented(make_course: MakeCourse) -> None:
    course = make_course()
    course.put("source/ps/n.ipynb", QUESTION)
    for name, deviation in DEVIATIONS.items():
        deviation.edit(content := released(QUESTION))
        course.put(f"submitted/{name}/ps/n.ipynb", content)

    theirs, ours = both_grade(course)

    seen = {name: (pair(theirs[name]), pair(ours[name])) for name in DEVIATIONS}
    assert seen == {name: (deviation.theirs, deviation.ours) for name, deviation in DEVIATIONS.items()}
    assert our_scores(course, "ps", "all") == theirs
    for switch in sorted({deviation.switch for deviation in DEVIATIONS.values()}):
        alone = our_scores(course, "ps", switch)
        for name, deviation in DEVIATIONS.items():
            # In one process, the test in which the kernel dies is no more reached to its end than in nbgrader.
            alike = switch in (deviation.switch, *(["one-process", "stderr-fails"] if name == "a kernel that died" else []))
            wanted = deviation.theirs if alike else deviation.ours
            assert (switch, name, pair(alone[name])) == (switch, name, wanted)


def pair(scores: Scores) -> tuple[float | None, float | None]:
    return scores["n.ipynb"]["t"], scores["n.ipynb"]["last"]


def test_a_copied_cell_stops_nbgrader_for_everybody_after_and_nobody_here(make_course: MakeCourse) -> None:
    course = make_course()
    course.put("source/ps/n.ipynb", QUESTION)
    for student in ("ann", "bob", "cem"):
        returning("1")(content := released(QUESTION))
        if student == "bob":
            content["cells"].append({**cell_of(content, "f"), "id": "copy"})
        course.put(f"submitted/{student}/ps/n.ipynb", content)

    theirs, ours = both_grade(course)

    assert {student: pair(scores) for student, scores in ours.items()} == {"ann": (1, 1), "bob": (1, 1), "cem": (1, 1)}
    assert pair(theirs["ann"]) == (1, 1)
    assert "cem" not in theirs
    alike = our_scores(course, "ps", "copies-stop")
    assert {student: pair(scores) for student, scores in alike.items()} == {"ann": (1, 1), "bob": (None, None), "cem": (1, 1)}


def test_notebooks_in_folders_are_graded_here_only(make_course: MakeCourse) -> None:
    course = make_course()
    returning("1")(content := released(QUESTION))
    for top in ("source/ps", "submitted/ann/ps"):
        course.put(f"{top}/n.ipynb", QUESTION if top.startswith("source") else content)
        course.put(f"{top}/extra/more.ipynb", QUESTION if top.startswith("source") else content)

    theirs, ours = both_grade(course)

    assert set(theirs["ann"]) == {"n.ipynb"}
    assert ours["ann"] == {path: {"t": 1, "last": 1} for path in ("extra/more.ipynb", "n.ipynb")}
    assert our_scores(course, "ps", "top-level-only") == theirs


def older(content: Notebook, schema: int) -> Notebook:
    """The notebook as an earlier nbgrader saved it."""
    for cell in content["cells"]:
        data = cell["metadata"].get("nbgrader")
        if data:
            data["schema_version"] = schema
            data.pop("task", None)
            if schema == 0:
                del data["schema_version"]
    return content


@pytest.mark.parametrize("schema", [0, 1, 2])
def test_notebooks_of_older_schemas_with_attachments_get_the_same_scores(make_course: MakeCourse, schema: int) -> None:
    course = make_course()
    picture = markdown("![a picture](attachment:p.png)") | {"attachments": {"p.png": {"image/png": PIXEL}}}
    essay = written("essay", "See ![it](attachment:p.png)", points=2) | {"attachments": {"p.png": {"image/png": PIXEL}}}
    source = older(notebook(picture, answer("f"), checks("t", "f()", 2), essay), schema)
    course.put("source/ps/n.ipynb", source)
    for student, value in {"ann": "1.5", "bob": "2"}.items():
        content = released(source)
        answering(f=f"def f(): return {value}", essay="Mine")(content)
        course.put(f"submitted/{student}/ps/n.ipynb", content)

    theirs, ours = both_grade(course, update=("source/ps/n.ipynb",))

    assert ours == theirs
    assert ours["ann"] == {"n.ipynb": {"t": 1.5, "essay": None}}
