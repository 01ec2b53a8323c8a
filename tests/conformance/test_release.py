"""``homeroom release`` and ``nbgrader generate_assignment`` give students the same notebooks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.batch import read_source
from grader.release import ReleaseResult, make_release
from grader.sources import prepare, students_version
from tests.conformance.conftest import NbgraderCourse
from tests.conformance.variations import BREAKS, broken_notebook, sound_notebook
from tests.support.notebooks import Notebook, cell_of, checks, code, flags, from_file, notebook

SOUND, OLDER = 24, 6
MakeCourse = Callable[[], NbgraderCourse]
Results = dict[str, tuple[str, ReleaseResult]]


def contents(data: bytes) -> dict[str, Any]:
    """What counts in a notebook: everything but the layout of the file and ids that were made up."""
    notebook = from_file(data)
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in notebook["cells"]]
    return {"metadata": notebook["metadata"], "cells": cells, "minor": notebook["nbformat_minor"]}


def both_release(course: NbgraderCourse, sources: dict[str, Notebook], *, update: bool = False) -> Results:
    """Each source as an assignment of its own: nbgrader's error, if any, and our release."""
    for name, source in sources.items():
        course.put(f"source/{name}/n.ipynb", source)
    ours = {name: students_version(prepare(read_source(course.root / "source" / name))) for name in sources}
    errors = course.run(release=sources, update=[f"source/{name}/n.ipynb" for name in sources] if update else [])["errors"]
    return {name: (errors[name], ours[name]) for name in sources}


def assert_alike(course: NbgraderCourse, results: Results) -> None:
    for name, (error, ours) in results.items():
        assert (name, error) == (name, "")
        assert (name, [problem.message for problem in ours.problems if problem.severity == "error"]) == (name, [])
        assert contents(ours.files["n.ipynb"]) == contents(course.files(f"release/{name}")["n.ipynb"]), name


def test_generated_notebooks_are_released_alike(make_course: MakeCourse) -> None:
    course = make_course()

    results = both_release(course, {f"a{seed}": sound_notebook(seed) for seed in range(SOUND)})

    assert_alike(course, results)


def test_older_metadata_is_read_as_nbgrader_updates_it(make_course: MakeCourse) -> None:
    course = make_course()
    sources = {f"a{schema}-{seed}": sound_notebook(seed, schema) for schema in (0, 1, 2) for seed in range(OLDER)}

    results = both_release(course, sources, update=True)

    assert_alike(course, results)


def test_what_nbgrader_refuses_is_refused_and_nothing_else(make_course: MakeCourse) -> None:
    results = both_release(make_course(), {f"a{seed}": broken_notebook(seed) for seed in range(BREAKS)})

    differing = {
        name: (error, [problem.message for problem in ours.problems])
        for name, (error, ours) in results.items()
        if bool(error) == bool(ours.files)
    }
    assert differing == {}


@pytest.mark.slow
def test_many_more_generated_notebooks_are_released_alike(make_course: MakeCourse) -> None:
    course = make_course()

    results = both_release(course, {f"a{seed}": sound_notebook(seed) for seed in range(1000, 1600)})

    assert_alike(course, results)


def test_several_notebooks_lie_beside_their_data(make_course: MakeCourse) -> None:
    course = make_course()
    files = {"table.csv": b"a;b\r\n", "figures/a.png": b"\x89PNG", "deep/er/x.bin": bytes(range(256)), ".hidden": b"h"}
    left_out = {".ipynb_checkpoints/n.ipynb": b"{}", "__pycache__/x.pyc": b"x", "y.pyc": b"y"}
    for path, data in (files | left_out).items():
        course.put(f"source/ps/{path}", data)
    for seed, name in enumerate(("one", "two", "three with blank")):
        course.put(f"source/ps/{name}.ipynb", sound_notebook(seed))

    error = course.run(release=["ps"])["errors"]["ps"]

    ours, theirs = make_release(course.files("source/ps")).files, course.files("release/ps")
    assert error == ""
    assert ours.keys() == theirs.keys()
    assert all(contents(ours[path]) == contents(theirs[path]) for path in ours if path.endswith(".ipynb"))
    assert {path: ours[path] for path in files} == {path: theirs[path] for path in files}


def test_unknown_metadata_and_locked_raw_cells_stop_nbgrader_and_are_kept_here(make_course: MakeCourse) -> None:
    known = flags("t", grade=True, locked=True, points=1)
    raw = {"cell_type": "raw", "source": "x", "metadata": {"nbgrader": flags("r", locked=True)}}
    sources = {"key": notebook(code("1", {**known, "another": "key"})), "raw": notebook(checks("t", "1"), raw)}

    results = both_release(make_course(), sources)

    assert "additionalProperties" in results["key"][0]
    assert "raw" in results["raw"][0]
    assert cell_of(from_file(results["key"][1].files["n.ipynb"]), "t")["metadata"]["nbgrader"]["another"] == "key"
    assert results["raw"][1].files


def test_the_example_course_and_its_data_files_are_released_alike(make_course: MakeCourse, checkout: Path) -> None:
    course = make_course()
    folder = checkout / "courses/example/source"
    for file in (file for file in folder.rglob("*") if file.is_file()):
        course.put(f"source/{file.relative_to(folder)}", file.read_bytes())
    names = sorted(path.name for path in folder.iterdir())

    assert course.run(release=names)["errors"] == dict.fromkeys(names, "")

    for name in names:
        theirs, ours = course.files(f"release/{name}"), make_release(course.files(f"source/{name}")).files
        assert ours.keys() == theirs.keys()
        for path, data in ours.items():
            assert contents(data) == contents(theirs[path]) if path.endswith(".ipynb") else data == theirs[path]


def test_a_marker_that_is_none_is_refused_here(make_course: MakeCourse) -> None:
    leak = checks("t", "assert f(1)\n### begin hidden tests\nassert f(2)\n### end hidden tests")

    [(error, ours)] = both_release(make_course(), {"leak": notebook(leak)}).values()

    assert error == ""
    assert "looks like a marker but is not one" in ours.problems[0].message
    assert not ours.files
