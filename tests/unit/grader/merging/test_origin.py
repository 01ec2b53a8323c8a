"""Which release a notebook that says nothing of one was made from."""

import json

import pytest

from grader.merging import origin_of


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": source} for n, source in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


NEW, OLD = notebook("# Growth", "Count.", "Draw."), notebook("# Groth", "Count.")


@pytest.mark.parametrize(
    ("theirs", "origin"),
    [
        (notebook("# Growth", "Ten.", "Draw.", "My own."), NEW),
        (notebook("# Groth", "Ten.", "My own."), OLD),
        (notebook("Ten."), OLD),
        (OLD, OLD),
        (b"broken", NEW),
    ],
    ids=["begun from the new", "begun from the old", "little left of either", "untouched", "unreadable"],
)
def test_a_notebook_comes_from_the_release_whose_lines_it_has(theirs: bytes, origin: bytes) -> None:
    assert [NEW, OLD][origin_of(theirs, [NEW, OLD])] == origin


def test_of_equal_ones_it_is_the_first() -> None:
    assert origin_of(notebook("Ten."), [notebook("# New"), notebook("# Old")]) == 0
