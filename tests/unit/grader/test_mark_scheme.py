"""What a teacher's notebook says about how tasks are marked."""

from grader.mark_scheme import mark_schemes
from tests.support.work import cell, notebook

TASK = "Plot it.\n### BEGIN MARK SCHEME\n- 1 point for *labels*\n- <script>alert(1)</script>\n### END MARK SCHEME"


def test_a_mark_scheme_is_found_by_its_cell_and_made_harmless() -> None:
    source = {
        "week1.ipynb": notebook(cell("markdown", TASK, grade_id="plot", task=True, points=3), cell("markdown", "# No scheme")),
        "data.csv": b"1",
    }

    [(key, html)] = mark_schemes(source).items()

    assert key == ("week1.ipynb", "plot")
    assert "<em>labels</em>" in html
    assert "<script" not in html
    assert "Plot it" not in html


def test_what_cannot_be_read_and_empty_schemes_are_left_out() -> None:
    empty = "### BEGIN MARK SCHEME\n\n### END MARK SCHEME"

    assert mark_schemes({"a.ipynb": b"{", "b.ipynb": notebook(cell("markdown", empty, grade_id="plot", task=True))}) == {}
