import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reading import CELLS_LIMIT, SIZE_LIMIT, UnreadableNotebook, language_of, read_notebook, write_notebook
from tests.support.notebooks import as_file, code, markdown, notebook

VALID = as_file(notebook(markdown("# Title"), code("1 + 1")))


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "line 1"),
        (VALID[:-20], "not valid JSON"),
        ("ä".encode("latin-1"), "UTF-8"),
        (VALID.decode().encode("utf-16"), "UTF-8"),
        (b" " * SIZE_LIMIT + VALID, "20 MB"),
        (b"[" * 100_000, "deeply"),
        (b'{"a": ' * 300 + b"1" + b"}" * 300, "deeply"),
        (b"[" * 2_000_000, "too many lists"),
        (b'{"nbformat": ' + b"9" * 5_000 + b"}", "5,000 digits"),
        (b"[]", "not a notebook"),
        (b"7", "not a notebook"),
        (b"{}", "nbformat"),
        (b'{"nbformat": true}', "nbformat"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3"),
        (b'{"nbformat": 5, "cells": []}', "format 5"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "Cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "shell"}]}', "Cell 1"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}', "no source"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 3]}]}', "no source"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_with_its_cause(data: bytes, cause: str) -> None:
    with pytest.raises(UnreadableNotebook) as refusal:
        read_notebook(data)

    assert cause in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(UnreadableNotebook, match="5,001 cells"):
        read_notebook(as_file(notebook(*[markdown("x")] * (CELLS_LIMIT + 1))))


def test_a_source_of_more_than_a_megabyte_is_refused() -> None:
    with pytest.raises(UnreadableNotebook, match="longer than 1 MB"):
        read_notebook(as_file(notebook(code("x" * 2**20 + "x"))))


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 9])
def test_every_minor_version_of_format_4_is_read(minor: int) -> None:
    assert read_notebook(as_file(notebook(code("x"), minor=minor)))["nbformat_minor"] == minor


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_notebook(b"\xef\xbb\xbf" + VALID) == read_notebook(VALID)


def test_lone_surrogates_and_infinite_numbers_become_writable() -> None:
    content = notebook(code("x = '\ud800 \U0001f600'", score=float("nan")))

    cell = read_notebook(as_file(content))["cells"][0]

    assert cell["source"] == "x = '\ufffd \U0001f600'"
    assert cell["metadata"] == {"score": None}


def test_missing_and_repeated_ids_are_completed_the_same_way_each_time() -> None:
    content = notebook(code("a"), code("a"), code("b"))
    content["cells"][0].pop("id")
    content["cells"][2]["id"] = content["cells"][1]["id"]

    first, second = read_notebook(as_file(content)), read_notebook(as_file(content))

    assert first == second
    assert len({cell["id"] for cell in first["cells"]}) == 3


def test_a_notebook_without_ids_gets_none_where_its_format_has_none() -> None:
    assert "id" not in read_notebook(as_file(notebook(code("x"), minor=4)))["cells"][0]


def test_unknown_metadata_survives_reading_and_writing() -> None:
    content = notebook(code("a\nb", mine={"deep": [1, "ä"]}))
    content["extra"] = {"kept": True}

    again = read_notebook(write_notebook(read_notebook(as_file(content))))

    assert again["extra"] == {"kept": True}
    assert again["cells"][0]["metadata"] == {"mine": {"deep": [1, "ä"]}}
    assert again["cells"][0]["source"] == "a\nb"


def test_the_language_comes_from_the_kernelspec_then_from_language_info_else_it_is_python() -> None:
    content = read_notebook(VALID)

    assert language_of({**content, "metadata": {"kernelspec": {"language": "R"}, "language_info": {"name": "x"}}}) == "R"
    assert language_of({**content, "metadata": {"language_info": {"name": "octave"}}}) == "octave"
    assert language_of({**content, "metadata": {"kernelspec": "odd", "language_info": 7}}) == "python"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["cells", "source", "metadata", "x"]), inner),
    max_leaves=20,
)
CELLS = st.lists(st.dictionaries(st.sampled_from(["cell_type", "source", "metadata", "id", "outputs"]), JSON), max_size=3)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), JSON.map(json.dumps).map(str.encode)))
def test_nothing_but_its_own_error_comes_out_of_the_gate(data: bytes) -> None:
    with contextlib.suppress(UnreadableNotebook):
        read_notebook(data)


@settings(deadline=None)
@given(CELLS, JSON, st.sampled_from([4, 4.0, "4", None]), JSON)
def test_a_file_that_is_almost_a_notebook_is_read_or_refused(cells: list[Any], metadata: Any, major: Any, minor: Any) -> None:
    for cell in cells:
        cell["cell_type"] = "code"
    data = json.dumps({"nbformat": major, "nbformat_minor": minor, "metadata": metadata, "cells": cells}).encode()
    try:
        read = read_notebook(data)
    except UnreadableNotebook:
        return

    assert read_notebook(write_notebook(read)) == read


@settings(deadline=None)
@given(st.data())
def test_a_notebook_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    changed = bytearray(VALID)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    with contextlib.suppress(UnreadableNotebook):
        write_notebook(read_notebook(bytes(changed)))
