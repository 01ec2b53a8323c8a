import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.feedback import QuestionFeedback, feedback_page, points_text
from grader.view import NotebookView, notebook_view


def flags(grade_id: str, **true: bool) -> dict[str, Any]:
    return {"nbgrader": {"schema_version": 3, "grade": False, "solution": False, "locked": False, "grade_id": grade_id, **true}}


def view_of(*cells: dict[str, Any]) -> NotebookView:
    return notebook_view(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}).encode())


def code(source: str, metadata: dict[str, Any] | None = None, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata or {}, "source": source, "outputs": list(outputs), "execution_count": None}


NOTEBOOK = view_of(
    {"cell_type": "markdown", "metadata": {}, "source": "# Temperatures"},
    code("mean = 3", flags("mean", solution=True), {"output_type": "stream", "name": "stdout", "text": "three"}),
    code(
        "assert mean == 4",
        flags("mean-tests", grade=True, locked=True),
        {"output_type": "stream", "name": "stdout", "text": "quoted"},
    ),
    {"cell_type": "markdown", "metadata": flags("why", grade=True, solution=True), "source": "Because."},
)


def page(view: NotebookView = NOTEBOOK, **changes: Any) -> str:
    facts: dict[str, Any] = {
        "title": "Reading data",
        "student": "Zoë O'Brien",
        "view": view,
        "scores": {
            "mean-tests": QuestionFeedback(1.5, 2, "partial", message="The mean is not right yet."),
            "why": QuestionFeedback(None, 3, "manual"),
        },
        "total": 1.5,
        "max_total": 5,
    }
    return feedback_page(**{**facts, **changes})


def test_scores_messages_and_comments_stand_beside_their_cells() -> None:
    text = page(
        scores={"mean-tests": QuestionFeedback(0, 2, "failed", "Not right yet.", "Look at the *units*.", title="The mean")}
    )

    assert text.index("three") < text.index("Not right yet.") < text.index("Look at the *units*.") < text.index("Because.")
    assert "The mean" in text
    assert "0 / 2" in text


def test_the_head_tells_the_total_and_what_is_still_waiting() -> None:
    text = page(course="Data 101", handed_in="Attempt 2, 3 March 2030, 14:05")

    assert "<strong>1.5</strong> of 5 points" in text
    assert "1 answer is still waiting" in text
    assert "Data 101" in text
    assert "Attempt 2, 3 March 2030, 14:05" in text


def test_every_text_is_escaped() -> None:
    evil = "<script>alert(1)</script>\"'>"
    text = page(
        title=evil,
        student=evil,
        course=evil,
        handed_in=evil,
        scores={
            evil: QuestionFeedback(0, 1, "failed", message=evil, comment=evil, title=evil),
            "why": QuestionFeedback(1, 1, "failed", evil),
        },
    )

    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 8


def test_the_page_allows_itself_nothing_but_its_own_style_and_pictures() -> None:
    text = page()

    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'" in text
    assert "style=" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_hidden_tests_stay_hidden_even_in_an_executed_notebook() -> None:
    traceback = {"output_type": "error", "ename": "AssertionError", "evalue": "", "traceback": ["assert secret == 42"]}
    executed = view_of(
        code("### BEGIN HIDDEN TESTS\nassert secret == 42\n### END HIDDEN TESTS", flags("t", grade=True, locked=True), traceback),
        code("assert 1", flags("u", grade=True, locked=True), traceback),
        {"cell_type": "markdown", "metadata": flags("k", locked=True, task=True), "source": "=== BEGIN MARK SCHEME ===\nsecret"},
    )

    assert "secret" not in page(executed)


def test_a_question_without_a_cell_is_still_told() -> None:
    text = page(view_of(), scores={"gone": QuestionFeedback(0, 2, "failed", "The cell with the tests is missing.")})

    assert "no cell in the notebook" in text
    assert "The cell with the tests is missing." in text


def test_once_a_person_has_read_it_nobody_promises_one() -> None:
    text = page(scores={"why": QuestionFeedback(3, 3, "manual", message="A person grades this answer.", comment="Well said.")})

    assert "Read by your teacher" in text
    assert "Well said." in text
    assert "A person grades this answer." not in text


def test_ids_are_unique_and_links_lead_to_them() -> None:
    seen: list[str] = []
    links: list[str] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.extend(value for name, value in attrs if name == "id" and value)
            links.extend(value for name, value in attrs if name == "href" and value)

    Collector().feed(page(NotebookView([*NOTEBOOK.cells, *NOTEBOOK.cells])))

    assert len(seen) == len(set(seen))
    assert {link.removeprefix("#") for link in links} == set(seen)


@pytest.mark.parametrize(
    ("points", "text"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (10.0, "10"), (1200.0, "1200")]
)
def test_points_read_as_people_write_them(points: float, text: str) -> None:
    assert points_text(points) == text


ANYWHERE = st.text(max_size=20) | st.sampled_from(
    ["</style>", "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7*7 }}"]
)


@settings(deadline=None)
@given(ANYWHERE, ANYWHERE, ANYWHERE, st.sampled_from(["tests", "hidden", "scheme"]))
def test_no_words_make_a_script_or_bring_out_what_is_hidden(before: str, message: str, comment: str, where: str) -> None:
    outputs = {"output_type": "stream", "name": "stdout", "text": f"{before}s3cr3t"}
    cell = {
        "tests": code(f"assert f() # {before}", flags("t", grade=True, locked=True), outputs),
        "hidden": code(
            f"{before}\n### BEGIN HIDDEN TESTS\ns3cr3t\n### END HIDDEN TESTS", flags("t", grade=True, locked=True), outputs
        ),
        "scheme": {"cell_type": "markdown", "metadata": {}, "source": f"{before}\n=== BEGIN MARK SCHEME ===\ns3cr3t"},
    }[where]
    told = QuestionFeedback(0, 2, "failed", f"No.\n{message}s3cr3t", comment=comment)

    text = page(view_of(cell), scores={"t": told})

    assert "s3cr3t" not in text
    assert "<script" not in text
    assert not re.search(r"<[^>]*\sonerror", text)
    text.encode()
