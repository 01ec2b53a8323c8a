"""What students get of a line that is marked as a solution: Otter's prompts."""

import pytest

from grader.otter.blocks import Wrong
from grader.otter.stripping import without_ignored, without_solution


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("x = 1 # SOLUTION", "x = ..."),
        ("    x, y = 1, 2 # SOLUTION", "    x, y = ..."),
        ("d['k'] = x['y'] #SOLUTION", "d['k'] = ..."),
        ("a.b = c = 3 # SOLUTION", "a.b = ..."),
        ("a[0] = b[1] = 3 # SOLUTION", "a[0] = b[1] = ..."),
        ("x == 3 # SOLUTION", "x = ..."),
        ("x += 1 # SOLUTION", "..."),
        ("x: int = 1 # SOLUTION", "..."),
        ("  f(a=3) # SOLUTION", "  ..."),
        ("if x == 1: # SOLUTION and more", "..."),
        ("# SOLUTION", "..."),
        ("x = 1 # a solution", "x = 1 # a solution"),
        (", ".join(f"a[{place}]" for place in range(60)) + " # SOLUTION", "..."),
    ],
)
def test_a_marked_line_becomes_a_prompt(line: str, left: str) -> None:
    assert without_solution(line) == left


def test_marked_parts_become_one_prompt_or_go() -> None:
    source = (
        "# BEGIN SOLUTION\na\n# END SOLUTION\n# BEGIN SOLUTION NO PROMPT\nb\n# END SOLUTION\nc # SEED\nd # SOLUTION NO PROMPT\ne"
    )

    assert without_solution(source) == "...\ne"


@pytest.mark.parametrize(
    "source", ["# BEGIN SOLUTION\na", "# END SOLUTION", "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION"]
)
def test_parts_that_do_not_match_are_refused(source: str) -> None:
    with pytest.raises(Wrong):
        without_solution(source)


def test_ignored_lines_and_plugins_are_in_no_version() -> None:
    kept = without_ignored('a # IGNORE\nb\n# BEGIN IGNORE\nc\n# END IGNORE\n""" # BEGIN PLUGIN\nplugin: p\n""" # END PLUGIN\nd')

    assert (kept.source, kept.plugins) == ("b\nd", True)
    with pytest.raises(Wrong, match="END IGNORE"):
        without_ignored("# BEGIN IGNORE\nc")
