"""What a job brings to a run: the notebooks to run, those that can't be, and the files that lie beside them."""

from dataclasses import dataclass, field
from typing import Any

from grader.files import FileStore
from grader.jobs import FileRef, GradeJob
from grader.languages import is_python, kernel_of
from grader.nbgrader_settings import Settings, is_for_the_engine, settings_of
from grader.otter_copies import adopt
from grader.plan import Plan, PlannedQuestion, make_plan
from grader.reading import UnreadableNotebook, read_notebook
from grader.release import is_ignored, is_notebook, is_safe
from grader.report import NotebookRun


class Unusable(Exception):
    """Nothing that was handed in can be run; the message says why, in words for everybody."""


@dataclass(slots=True)
class HandedIn:
    """A submission, sorted."""

    plans: list[Plan] = field(default_factory=list)
    not_run: list[NotebookRun] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """What lies in the working folder: the student's files, and over them the teacher's data files. No notebooks."""
    teachers_files: dict[str, bytes] = field(default_factory=dict)
    """The teacher's data files alone."""
    sources: dict[str, bytes] = field(default_factory=dict)
    """The teacher's notebook of each plan, by path."""
    settings: Settings = field(default_factory=Settings)
    """How the source is to be read."""
    like_nbgrader: tuple[str, ...] = ()
    """The switches that the job has set."""
    only_python: bool = False
    """Whether the sandbox has no room for other kernels."""
    ignored: list[str] = field(default_factory=list)
    """Paths of the student's that were left out."""


def open_submission(job: GradeJob, files: FileStore, *, only_python: bool = False) -> HandedIn:
    """Read and sort the files of ``job``. ``only_python``: no other kernel can be run in this sandbox.

    Raises Unusable when nothing can be run because of the student's files, MissingFile when the store has lost one, and
    UnreadableNotebook when the teacher's notebook is the broken one.
    """
    theirs = {ref.path: ref for ref in job.submission if is_safe(ref.path) and not is_ignored(ref.path)}
    nested = "top-level-only" not in job.like_nbgrader
    wanted = [ref for ref in job.source if is_notebook(ref.path) and (nested or "/" not in ref.path)]
    handed_in = HandedIn(
        like_nbgrader=job.like_nbgrader, ignored=[ref.path for ref in job.submission if ref.path not in theirs][:20]
    )
    handed_in.settings = settings_of({ref.path: files.get(ref.sha256) for ref in job.source if is_for_the_engine(ref.path)})
    strays = sorted(path for path in theirs if is_notebook(path) and path not in {ref.path for ref in wanted})
    handed_in.only_python = only_python
    refusals = [_take(handed_in, ref, theirs.get(ref.path), strays, files) for ref in wanted]
    refused = [refusal for refusal in refusals if refusal]
    if not handed_in.plans and (refused or all(ref.path not in theirs for ref in wanted)):
        raise Unusable(_why_nothing(refused, strays))
    _collect_files(handed_in, job, theirs, files)
    return handed_in


def _take(handed_in: HandedIn, wanted: FileRef, theirs: FileRef | None, strays: list[str], files: FileStore) -> str:
    """Plan one notebook, or note why it can't be run; returns the reason if it was handed in and can't."""
    teacher = files.get(wanted.sha256)
    if theirs is None:
        _leave_out(handed_in, wanted.path, teacher, _absent(wanted.path, strays), missing=not strays)
        return ""
    try:
        student = read_notebook(files.get(theirs.sha256))
    except UnreadableNotebook as error:
        sentence = f"{wanted.path}: {error.sentence}"
        _leave_out(handed_in, wanted.path, teacher, sentence, missing=False)
        return sentence
    if not adopt(student, teacher):
        sentence = f"{wanted.path} is a copy made by Otter, and its answer cells are not the ones it was given out with."
        _leave_out(handed_in, wanted.path, teacher, sentence, missing=False)
        return sentence
    plan = make_plan(wanted.path, teacher, student, handed_in.settings, handed_in.like_nbgrader)
    if plan.stops:
        raise Unusable(f"{wanted.path}: {plan.stops}")
    if not is_python(plan.language) and (handed_in.only_python or not kernel_of(plan.kernelspec)):
        why = "can't run in this sandbox" if handed_in.only_python else "is not installed here"
        sentence = f"The kernel of {wanted.path} ({plan.language[:60]}) {why}; it is graded by hand."
        _leave_out(handed_in, wanted.path, teacher, sentence, missing=False)
        return ""
    handed_in.plans.append(plan)
    handed_in.sources[wanted.path] = teacher
    return ""


def _leave_out(handed_in: HandedIn, path: str, teacher: bytes, sentence: str, *, missing: bool) -> None:
    empty: dict[str, Any] = {"cells": [], "metadata": {}}
    questions: tuple[PlannedQuestion, ...] = make_plan(path, teacher, empty, handed_in.settings).questions
    handed_in.not_run.append(NotebookRun(path, questions, missing=missing, student_sentence=sentence, staff_sentence=sentence))


def _absent(path: str, strays: list[str]) -> str:
    if strays:
        return f"{path} was not handed in, but there is {_listed(strays)}; a person looks at it."
    return f"{path} was not handed in."


def _why_nothing(refusals: list[str], strays: list[str]) -> str:
    if refusals:
        return " ".join(refusals)
    if strays:
        return f"None of the notebooks has the name it was given out with; there is {_listed(strays)}."
    return "There is no notebook among the files that were handed in."


def _listed(paths: list[str]) -> str:
    shown = ", ".join(path[:80] for path in paths[:3])
    return f"{shown} and more" if len(paths) > 3 else shown  # noqa: PLR2004 - three names fit a line


def _collect_files(handed_in: HandedIn, job: GradeJob, theirs: dict[str, FileRef], files: FileStore) -> None:
    """The files for the working folder; the teacher's win, as in nbgrader, and notebooks stay out: they hold the hidden tests."""
    teachers = {ref.path: ref for ref in job.source if is_safe(ref.path) and not is_ignored(ref.path)}
    data = {path: ref for path, ref in {**theirs, **teachers}.items() if not is_notebook(path)}
    if sum(ref.size for ref in data.values()) > job.limits.disk_mb << 20:
        raise Unusable(f"The files beside the notebook are larger than {job.limits.disk_mb} MB together.")
    handed_in.teachers_files = {path: files.get(ref.sha256) for path, ref in sorted(teachers.items()) if not is_notebook(path)}
    folders = {parent for path in teachers for parent in _folders(path)}
    for path, ref in sorted(data.items()):
        taken = path in folders or any(parent in data for parent in _folders(path))
        if taken and path not in teachers:
            handed_in.ignored.append(path)
        else:
            handed_in.files[path] = files.get(ref.sha256)


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
