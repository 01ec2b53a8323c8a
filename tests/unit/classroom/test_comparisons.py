"""What a comparison leaves out, and how much of it is shown at most."""

import pytest

from classroom.services import comparisons
from classroom.services.comparisons import Block, ChangedCell, Gap
from grader.difference import CellDifference
from grader.line_difference import Line, Row


def same(number: int) -> Row:
    return Line(number, [("x", False)], changed=False), Line(number, [("x", False)], changed=False)


def replaced(number: int) -> Row:
    return Line(number, [("old", False)], changed=True), Line(number, [("new", False)], changed=True)


def retouched(number: int) -> Row:
    return Line(number, [("a", True)], changed=True), Line(number, [("b", True)], changed=True)


def cell(*rows: Row, kind: comparisons.FileKind = "changed") -> CellDifference:
    return CellDifference(kind, "code", 1, 1, list(rows))


def shapes(shown: ChangedCell | Gap) -> list[tuple[int, int] | int]:
    """A pair of numbers of lines for each block, one number for each gap."""
    assert isinstance(shown, ChangedCell)
    return [one.count if isinstance(one, Gap) else (len(one.before), len(one.after)) for one in shown.blocks]


def test_only_lines_near_a_change_are_shown() -> None:
    rows = [same(number) for number in range(20)] + [replaced(20)] + [same(number) for number in range(21, 40)]

    [shown], is_cut = comparisons._shown([cell(*rows)], 100)

    assert shapes(shown) == [17, (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), 16]
    assert not is_cut


def test_lines_that_replace_others_stand_together_and_retouched_ones_alone() -> None:
    gone: Row = (Line(9, [("gone", False)], changed=True), None)

    [shown], _ = comparisons._shown([cell(replaced(1), replaced(2), gone, retouched(3), replaced(4), same(5))], 100)

    assert shapes(shown) == [(3, 2), (1, 1), (1, 1), (1, 1)]


def test_cells_that_are_the_same_are_only_counted() -> None:
    alike, other = cell(same(1), kind="same"), cell(replaced(1))

    shown, _ = comparisons._shown([alike, alike, other, alike], 100)

    assert [one.count if isinstance(one, Gap) else "cell" for one in shown] == [2, "cell", 1]


@pytest.mark.parametrize(("most", "lines", "is_cut"), [(10, 10, False), (9, 9, True), (0, 0, True)])
def test_a_page_ends_where_it_would_be_too_long(most: int, lines: int, is_cut: bool) -> None:  # noqa: FBT001
    shown, cut = comparisons._shown([cell(*(replaced(number) for number in range(10)))], most)

    [one] = [one for one in shown if isinstance(one, ChangedCell)]
    assert sum(len(block.before) for block in one.blocks if isinstance(block, Block)) == lines
    assert cut == is_cut
