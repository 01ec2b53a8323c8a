"""Each rule of merging, on the smallest notebook that shows it."""

import copy

import pytest

from grader.merging import Change, ChangeKind, Merged, Unmergeable, merge, release_of
from tests.support.notebooks import (
    Cell,
    Notebook,
    answer,
    as_file,
    cell_of,
    checks,
    code,
    from_file,
    locked,
    markdown,
    notebook,
    written,
)

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
BASE = notebook(
    markdown("# Growth"),
    locked("imports", "import math"),
    answer("f", STUB),
    checks("t", "assert f(2) == 4"),
    code("free = 1"),
    written("w", "YOUR ANSWER HERE", points=3),
)
STREAM = {"output_type": "stream", "name": "stdout", "text": "42\n"}


def edited(made: Notebook, **sources: str) -> Notebook:
    """The notebook with other texts; ``c0`` is the first cell."""
    changed = copy.deepcopy(made)
    for place, source in sources.items():
        changed["cells"][int(place[1:])]["source"] = source
    return changed


def with_cells(made: Notebook, *cells: Cell) -> Notebook:
    return {**copy.deepcopy(made), "cells": [copy.deepcopy(cell) for cell in cells]}


def own(source: str, cell_id: str = "own") -> Cell:
    return {**code(source), "id": cell_id}


def done(theirs: Notebook, new: Notebook, base: Notebook = BASE) -> Merged:
    return merge(as_file(base), as_file(theirs), as_file(new), release="r2")


def texts(result: Merged) -> list[str]:
    return [cell["source"] for cell in from_file(result.data)["cells"]]


def kinds(result: Merged) -> list[tuple[str, str]]:
    return [(change.kind.value, change.cell) for change in result.changes]


def test_a_cell_that_the_student_did_not_touch_gets_the_new_text() -> None:
    result = done(edited(BASE, c2="def f(x): return x * x"), edited(BASE, c3="assert f(3) == 9"))

    assert texts(result)[2:4] == ["def f(x): return x * x", "assert f(3) == 9"]
    assert kinds(result) == [("corrected", "t")]


def test_a_new_cell_arrives_where_the_teacher_put_it_and_the_students_own_stay_behind_their_neighbour() -> None:
    cells = BASE["cells"]
    theirs = with_cells(BASE, *cells[:3], own("scratch"), *cells[3:])
    news = {**markdown("## A hint"), "id": "hint"}

    result = done(theirs, with_cells(BASE, *cells[:3], news, *cells[3:]))

    assert texts(result)[1:6] == ["import math", STUB, "scratch", "## A hint", "assert f(2) == 4"]
    assert result.changes == (Change(ChangeKind.arrived, "A hint"),)


def test_cells_above_the_first_stay_above_it() -> None:
    theirs = with_cells(BASE, own("my name is Ada"), *BASE["cells"])

    assert texts(done(theirs, edited(BASE, c0="# Growth, corrected")))[:2] == ["my name is Ada", "# Growth, corrected"]


def test_where_both_changed_an_answer_the_answer_stays_and_the_new_text_is_shown_before_it() -> None:
    new = edited(BASE, c2="# use ``` and math\n" + STUB)
    cell_of(new, "f")["metadata"]["nbgrader"]["schema_version"] = 3

    result = done(edited(BASE, c2="def f(x): return x * x"), new)

    assert texts(result)[3] == "def f(x): return x * x"
    assert texts(result)[2].startswith("**Your teacher changed the cell below.**")
    assert f"\n````\n# use ``` and math\n{STUB}\n````" in texts(result)[2]
    assert kinds(result) == [("answer_stayed", "f")]
    assert result.changes[0].is_marked


def test_points_and_grade_metadata_are_those_of_the_new_release() -> None:
    new = copy.deepcopy(BASE)
    cell_of(new, "w")["metadata"]["nbgrader"]["points"] = 5
    theirs = edited(BASE, c5="Because cells divide.")
    cell_of(theirs, "w")["metadata"]["nbgrader"]["points"] = 1000

    cell = cell_of(from_file(done(theirs, new).data), "w")

    assert (cell["source"], cell["metadata"]["nbgrader"]["points"]) == ("Because cells divide.", 5)


def test_where_both_changed_another_cell_the_teachers_is_in_its_place_and_the_students_text_after_it() -> None:
    result = done(edited(BASE, c4="free = 'mine'"), edited(BASE, c4="free = 2"))

    assert texts(result)[4] == "free = 2"
    assert texts(result)[5].startswith("**Your teacher changed the cell above.**")
    assert texts(result)[6] == "free = 'mine'"
    assert kinds(result) == [("text_moved", "free = 2")]


def test_what_a_student_wrote_into_a_locked_cell_is_kept_as_text_that_does_not_run() -> None:
    result = from_file(done(edited(BASE, c3="assert True"), edited(BASE, c3="assert f(3) == 9")).data)

    kept = next(cell for cell in result["cells"] if cell["source"] == "assert True")
    assert kept["cell_type"] == "raw"
    assert "nbgrader" not in kept["metadata"]
    assert cell_of(result, "t")["source"] == "assert f(3) == 9"


def test_a_cell_that_the_teacher_took_out_goes_unless_it_holds_work() -> None:
    cells = BASE["cells"]
    theirs = edited(BASE, c2="def f(x): return x * x")

    result = done(theirs, with_cells(BASE, cells[0], cells[1], cells[5]))

    assert texts(result)[2].startswith("**Your teacher took out the cell below.**")
    assert texts(result)[3:] == ["def f(x): return x * x", "YOUR ANSWER HERE"]
    assert "nbgrader" not in from_file(result.data)["cells"][3]["metadata"]
    assert kinds(result) == [("work_stayed", "f"), ("removed", "t"), ("removed", "free = 1")]


def test_an_answer_whose_question_comes_back_is_its_answer_again() -> None:
    cells = BASE["cells"]
    mistaken = with_cells(BASE, *cells[:2], *cells[3:])
    without = done(edited(BASE, c2="def f(x): return x * x"), mistaken)

    again = merge(as_file(mistaken), without.data, as_file(BASE), release="r3")

    result = from_file(again.data)
    assert cell_of(result, "f")["source"] == "def f(x): return x * x"
    assert [cell["source"] for cell in result["cells"]] == texts(done(edited(BASE, c2="def f(x): return x * x"), BASE))


def test_a_deleted_cell_comes_back_if_it_is_graded_or_locked_or_changed_and_stays_away_otherwise() -> None:
    theirs = with_cells(BASE, BASE["cells"][2])

    unchanged = done(theirs, BASE)
    changed = done(theirs, edited(BASE, c4="free = 2"))

    assert texts(unchanged) == ["import math", STUB, "assert f(2) == 4", "YOUR ANSWER HERE"]
    assert ("returned", "t") in kinds(unchanged)
    assert ("arrived", "free = 2") in kinds(changed)


def test_outputs_stay_with_the_text_that_made_them() -> None:
    theirs = copy.deepcopy(BASE)
    for place in (1, 4):
        theirs["cells"][place].update(outputs=[STREAM], execution_count=place)

    result = from_file(done(theirs, edited(BASE, c4="free = 2")).data)

    assert result["cells"][1]["outputs"][0]["name"] == "stdout"
    assert (result["cells"][4]["outputs"], result["cells"][4]["execution_count"]) == ([], None)


def test_the_order_is_the_teachers() -> None:
    cells = BASE["cells"]
    theirs = with_cells(BASE, cells[5], own("scratch"), *cells[:5])

    assert texts(done(theirs, BASE))[-2:] == ["YOUR ANSWER HERE", "scratch"]
    assert texts(done(theirs, BASE))[0] == "# Growth"


def test_pictures_that_a_student_pasted_stay_and_the_teachers_arrive() -> None:
    theirs, new = edited(BASE, c5="![](attachment:mine.png)"), copy.deepcopy(BASE)
    theirs["cells"][5]["attachments"] = {"mine.png": {"image/png": "AAAA"}}
    new["cells"][5]["attachments"] = {"yours.png": {"image/png": "BBBB"}}

    assert cell_of(from_file(done(theirs, new).data), "w")["attachments"].keys() == {"mine.png", "yours.png"}


def test_the_kernel_is_the_teachers_and_other_metadata_are_whose_who_changed_them() -> None:
    theirs, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    theirs["metadata"] |= {"kernelspec": {"name": "mine", "display_name": "Mine"}, "mine": 1}
    new["metadata"] |= {"title": "Growth"}
    theirs["cells"][4]["metadata"] = {"tags": ["mine"]}
    new["cells"][4]["metadata"] = {"slideshow": {"slide_type": "skip"}}

    result = from_file(done(theirs, new).data)

    assert result["metadata"]["kernelspec"] == BASE["metadata"]["kernelspec"]
    assert (result["metadata"]["mine"], result["metadata"]["title"]) == (1, "Growth")
    assert result["cells"][4]["metadata"] == {"tags": ["mine"], "slideshow": {"slide_type": "skip"}}


def test_copies_of_an_answer_count_as_in_grading() -> None:
    cells = BASE["cells"]
    copies = [{**cells[2], "source": "def f(x): return 1", "id": "a"}, {**cells[2], "id": "b"}]
    theirs = with_cells(BASE, *cells[:2], {**cells[2], "source": "def f(x): return 2"}, *cells[3:], *copies)

    result = texts(done(theirs, edited(BASE, c2="# changed\n" + STUB)))

    assert result[2] == "def f(x): return 2"
    assert result[4] == "def f(x): return 1"  # the last that was changed: it counts
    assert STUB not in result


def test_copies_of_a_question_that_grades_no_more_do_not_grade() -> None:
    cells = BASE["cells"]
    mine, mine_too = ({**cells[3], "source": f"assert f({n})", "id": f"mine-{n}"} for n in (1, 2))
    theirs = with_cells(BASE, *cells[:3], mine, mine_too, *cells[4:])
    new = copy.deepcopy(BASE)
    new["cells"][3] |= {"source": "print(f(2))", "metadata": {}}  # the same cell, with nothing of nbgrader's any more

    result = from_file(done(theirs, new).data)

    assert [cell["source"] for cell in result["cells"] if "nbgrader" in cell["metadata"]] == [
        cell["source"] for cell in new["cells"] if "nbgrader" in cell["metadata"]
    ]
    assert {"assert f(1)", "assert f(2)"} <= set(texts(done(theirs, new)))


def test_an_emptied_copy_of_a_question_goes_and_merging_again_changes_nothing() -> None:
    cells = BASE["cells"]
    theirs = with_cells(BASE, *cells[:2], {**cells[2], "source": ""}, *cells[3:], {**cells[2], "source": "", "id": "b"})
    new = edited(BASE, c2="# changed\n" + STUB)

    once = done(theirs, new)

    assert len(texts(once)) == len(new["cells"])
    assert merge(as_file(new), once.data, as_file(new), release="r2").data == once.data


def test_an_older_format_becomes_the_newer_and_ids_are_completed() -> None:
    older = {
        **copy.deepcopy(BASE),
        "nbformat_minor": 4,
        "cells": [{k: v for k, v in c.items() if k != "id"} for c in BASE["cells"]],
    }
    theirs = edited(older, c2="def f(x): return x * x")

    result = from_file(done(theirs, edited(BASE, c0="# Growth!"), base=older).data)

    assert result["nbformat_minor"] == 5
    assert [cell["id"] for cell in result["cells"]] == [cell["id"] for cell in BASE["cells"]]
    assert result["cells"][0]["source"] == "# Growth!"


def test_a_text_without_any_id_is_known_by_its_words() -> None:
    older = {**copy.deepcopy(BASE), "nbformat_minor": 4, "cells": [markdown("Look at how the number of cells grows with time.")]}
    theirs = edited(older, c0="Look at how the number of cells grows with time. I did.")
    new = edited(older, c0="Look at how the number of cells grows with the day.")

    result = done(theirs, new, base=older)

    assert texts(result)[0] == new["cells"][0]["source"]
    assert kinds(result) == [("text_moved", "Look at how the number of cells grows with the day.")]


def test_a_second_change_of_a_question_replaces_the_marked_text() -> None:
    first, second = edited(BASE, c2="# one\n" + STUB), edited(BASE, c2="# two\n" + STUB)
    once = done(edited(BASE, c2="def f(x): return x * x"), first)

    result = texts(merge(as_file(first), once.data, as_file(second), release="r3"))

    assert len([text for text in result if text.startswith("**Your teacher")]) == 1
    assert "# two" in result[2]


def test_a_marked_text_that_the_student_wrote_into_is_theirs() -> None:
    first, second = edited(BASE, c2="# one\n" + STUB), edited(BASE, c2="# two\n" + STUB)
    theirs = from_file(done(edited(BASE, c2="def f(x): return x * x"), first).data)
    theirs["cells"][2]["source"] += "\nmy thoughts on it"

    result = texts(merge(as_file(first), as_file(theirs), as_file(second), release="r3"))

    assert len([text for text in result if text.startswith("**Your teacher")]) == 2
    assert any("my thoughts on it" in text for text in result)


def test_the_result_says_which_release_is_in_it() -> None:
    assert release_of(done(BASE, edited(BASE, c0="# Growth!")).data) == "r2"
    assert release_of(as_file(BASE)) is None
    assert release_of(b"no notebook") is None


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b'{"nbformat": 4}', as_file(BASE)[:-30]])
def test_a_file_that_is_no_notebook_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Unmergeable) as refusal:
        merge(as_file(BASE), data, as_file(BASE), release="r2")

    assert refusal.value.sentence.startswith("Your file could not be read as a notebook.")


def test_what_together_would_be_too_large_is_refused() -> None:
    big = "x" * (2**20 - 10)

    with pytest.raises(Unmergeable, match="Together the two versions"):
        done(edited(BASE, c2="mine"), edited(BASE, c2=big))


def test_thousands_of_like_cells_are_merged() -> None:
    theirs = with_cells(BASE, *[own("x = 1", f"o{number}") for number in range(4_900)])

    assert len(texts(done(theirs, BASE))) == 4_900 + 4
