"""Brings a teacher's files into the form that is released and graded: one step in front of both.

The course's ``nbgrader_config.py`` is read, the cells of header and footer notebooks are put around each notebook, and tests that
the teacher asked for are written from the values of the solution, in the sandbox. What comes out needs none of this again.
"""

import fnmatch
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from grader.child import ChildFailed, run_child
from grader.files import FileStore
from grader.jobs import GradeJob, Limits
from grader.nbgrader_config import NAME, read_config
from grader.nbgrader_format import read_flags
from grader.nbgrader_settings import COURSE_FILES, Settings, with_settings
from grader.problems import Problem
from grader.reading import SIZE_LIMIT, UnreadableNotebook, language_of, read_notebook, write_notebook
from grader.release import is_ignored, is_notebook
from grader.sandbox import SandboxUnavailable
from grader.warm import warm

Source = Mapping[str, bytes]
_FIRST_MINOR_WITH_IDS = 5
_MARGIN_SECONDS = 60


def prepare_files(source: Source, limits: Limits | None = None) -> tuple[dict[str, bytes], list[Problem]]:
    """The files as they are released and graded, and what is wrong with them so far. Raises nothing."""
    step = _Step(source, limits or Limits())
    return step.files(), step.problems


def course_files(source: Path) -> dict[str, bytes]:
    """What the assignment in the folder ``source`` needs of its course: settings, header, footer, recipes for tests, if there.

    They are looked for in the course's folder, two above in nbgrader's layout. Nothing outside of it is read.
    """
    root = source.absolute().parent.parent
    found = _read(root, [NAME])
    if NAME in found:
        settings = read_config(found[NAME]).settings
        found |= _read(root, [settings.header, settings.footer, settings.autotest_file])
    else:
        found |= _read(root, [Settings().autotest_file])
    return {f"{COURSE_FILES}{path}": data for path, data in found.items()}


def _read(root: Path, names: list[str]) -> dict[str, bytes]:
    found = {}
    for name in filter(None, names):
        path = (root / name).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file() and path.stat().st_size <= SIZE_LIMIT:
            found[name] = path.read_bytes()
    return found


@dataclass(slots=True)
class _Step:
    source: Source
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)

    def files(self) -> dict[str, bytes]:
        self._read_config()
        around = {self._place(name) for name in (NAME, self.settings.header, self.settings.footer) if name} | {NAME}
        files = {
            path: data
            for path, data in self.source.items()
            if path not in around and not is_ignored(path) and not self._is_left_out(path)
        }
        for path in sorted(filter(is_notebook, files)):
            files[path] = self._with_tests(path, self._with_surroundings(path, files[path]), files)
        return with_settings(files, self.settings)

    def _read_config(self) -> None:
        data = self._of_course(NAME)
        if data is None:
            return
        read = read_config(data)
        self.settings = read.settings
        for remark in read.remarks:
            self._note(NAME, remark, "See the reference page on nbgrader for what is read.", error=False)

    def _is_left_out(self, path: str) -> bool:
        parts = PurePosixPath(path).parts
        return any(fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in self.settings.ignore)

    def _of_course(self, name: str) -> bytes | None:
        """A file of the course: from its folder, or, of an upload, from among the assignment's."""
        place = self._place(name)
        return self.source[place] if place else None

    def _place(self, name: str) -> str | None:
        places = (f"{COURSE_FILES}{name}", name, PurePosixPath(name).name)
        return next((path for path in places if path in self.source), None)

    def _with_surroundings(self, path: str, data: bytes) -> bytes:
        """The notebook with the cells of header and footer around its own."""
        if not (self.settings.header or self.settings.footer):
            return data
        try:
            notebook = read_notebook(data)
        except UnreadableNotebook:
            return data  # the release says so
        header, footer = (self._cells_of(path, name) for name in (self.settings.header, self.settings.footer))
        cells = [*header, *notebook["cells"], *footer]
        if notebook["nbformat_minor"] < _FIRST_MINOR_WITH_IDS:
            for cell in cells:
                cell.pop("id", None)
        return write_notebook(notebook | {"cells": cells})

    def _cells_of(self, path: str, name: str) -> list[dict[str, Any]]:
        if not name:
            return []
        data = self._of_course(name)
        if data is None:
            self._note(
                path, f"The notebook {name}, which {NAME} wants around it, is not there.", "Put it there, or name another."
            )
            return []
        try:
            cells: list[dict[str, Any]] = read_notebook(data)["cells"]
        except UnreadableNotebook as error:
            self._note(path, f"{name}: {error.sentence}", "Open the notebook in JupyterLab, save it and try again.")
            return []
        return cells

    # Tests that are to be written.

    def _with_tests(self, path: str, data: bytes, files: Source) -> bytes:
        try:
            notebook = read_notebook(data)
        except UnreadableNotebook:
            return data
        cells = notebook["cells"]
        if not any(cell["cell_type"] == "code" and self.settings.autotest in cell["source"] for cell in cells):
            return data
        answer = self._ask(notebook, files)
        if "sources" not in answer:
            place = answer.get("cell")
            flags = read_flags(cells[place - 1]) if place else None
            cure = "See autotests.yml and the cell, and run the notebook in JupyterLab."
            grade_id = flags.grade_id if flags else None
            self.problems.append(Problem(path, place, grade_id, answer["problem"], cure))
            return data
        for cell, source in zip(cells, answer["sources"], strict=True):
            cell["source"] = source
        return write_notebook(notebook)

    def _ask(self, notebook: dict[str, Any], files: Source) -> dict[str, Any]:
        """New sources of the notebook's cells, or what is wrong; see autotests.answer."""
        spec = notebook["metadata"].get("kernelspec")
        kernel = spec.get("name") if isinstance(spec, dict) else None
        comment = self.settings.autotest_comments.get(str(kernel))
        language = language_of(notebook)
        recipes = self._of_course(self.settings.autotest_file)
        if comment is None or language != "python":
            return {"problem": f"Tests can't be written here for the kernel “{kernel}”; Python notebooks only."}
        if recipes is None:
            return {"problem": f"It asks for tests to be written, but there is no {self.settings.autotest_file} that says how."}
        order = {
            "recipes": recipes.decode("utf-8", "replace"),
            "kernel": kernel,
            "language": language,
            "marks": {"autotest": self.settings.autotest, "hashed": self.settings.hashed, "comment": comment},
            "cells": list(_asked(notebook["cells"])),
            "seconds": self.limits.total_seconds,
        }
        try:
            return _run(order, files, self.limits)
        except (SandboxUnavailable, ChildFailed) as error:
            return {"problem": f"The source can't be run to write its tests. {error}"}

    def _note(self, path: str, message: str, cure: str, *, error: bool = True) -> None:
        self.problems.append(Problem(path, None, None, message, cure, "error" if error else "warning"))


def _asked(cells: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for cell in cells:
        flags = read_flags(cell)
        yield {"source": cell["source"], "is_code": cell["cell_type"] == "code", "is_test": bool(flags and flags.grade)}


def _run(order: dict[str, Any], files: Source, limits: Limits) -> dict[str, Any]:
    """Have a driver's process run it, see run.py. Raises SandboxUnavailable and ChildFailed."""
    with tempfile.TemporaryDirectory(prefix="homeroom-tests-") as private, warm().kernels() as kernels:
        store = FileStore(Path(private))
        data = tuple(store.put_file(path, content) for path, content in files.items() if not is_notebook(path))
        request = {
            "job": GradeJob("tests", data, (), limits).to_json(),
            "files": str(store.root.absolute()),
            "kernels": kernels.paths,
            "sandbox": kernels.kind,
            "folders": kernels.sandbox.own_folder,
            "groups": {},
            "trials": None,
            "trying": False,
            "tests_to_write": order,
        }
        answer, _ = run_child(request, seconds=limits.total_seconds + _MARGIN_SECONDS, on_progress=lambda _done, _total: None)
    if "unavailable" in answer or "missing" in answer:
        raise ChildFailed(str(answer.get("unavailable") or answer.get("missing")))
    return answer
