"""The page that a student gets back from a batch: scores beside their own cells."""

from collections.abc import Sequence
from pathlib import Path

from grader.course_layout import Submitted
from grader.feedback import QuestionFeedback, feedback_page
from grader.jobs import GradeResult, Shown
from grader.release import Question
from grader.view import NotebookView, UnreadableNotebook, notebook_view


def page_of(
    one: Submitted, notebook: str, data: bytes, questions: Sequence[Question], result: GradeResult, *, shown: Shown = "message"
) -> str:
    """What the student may see: what was handed in, never the notebook as it was run, which has the hidden tests."""
    try:
        view = notebook_view(data)
    except UnreadableNotebook:
        view = NotebookView([])
    titles = {(question.notebook, question.grade_id): question.title for question in questions}
    scores = {
        cell.grade_id: QuestionFeedback(
            points=cell.points,
            max_points=cell.max_points,
            status=cell.status,
            message=cell.student_message,
            title=titles.get((notebook, cell.grade_id), ""),
        )
        for cell in result.cells
        if cell.notebook == notebook
    }
    return feedback_page(
        title=one.assignment,
        student=one.student,
        view=view,
        scores=scores,
        total=sum(score.points or 0.0 for score in scores.values()),
        max_total=sum(score.max_points for score in scores.values()),
        shown=shown,
    )


def write_page(path: Path, text: str) -> None:
    """Write a page so that it is there whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name[:100]}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
