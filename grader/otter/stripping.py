"""What Otter leaves of a cell: solutions become prompts, marked lines go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.otter.blocks import Wrong

PROMPT = "..."
_GONE = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")
_BEGIN_SOLUTION = re.compile(r"(\s*)# BEGIN SOLUTION( NO PROMPT)?")
_BEGIN_IGNORED = re.compile(r"\s*#\s*BEGIN\s*IGNORE\s*", re.IGNORECASE)
_MARKED = re.compile(r"# ?SOLUTION")
_NAME = re.compile(r"[\w.]+")
_COMMA = re.compile(r",\s*")
_INDENT = re.compile(r"\s*")
_PLUGIN = re.compile(r"# (BEGIN|END) PLUGIN( EXPORT)?\s*$")


def without_solution(source: str) -> str:
    """The source of a solution cell as students get it. Raises Wrong."""
    return "\n".join(_prompts(source.split("\n")))


def _prompts(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        text = line.rstrip()
        if text.endswith(_GONE):
            continue
        if text.endswith("# END SOLUTION"):
            if not inside:
                raise Wrong("A line “# END SOLUTION” ends nothing.", "Add “# BEGIN SOLUTION” or remove the line.")
            inside = False
        elif begin := _BEGIN_SOLUTION.match(line):
            if inside:
                raise Wrong("A “# BEGIN SOLUTION” stands inside another one.", "End the first one before it.")
            inside = True
            if not begin.group(2):
                yield begin.group(1) + PROMPT
        elif not inside:
            yield _prompt(line)
    if inside:
        raise Wrong("A “# BEGIN SOLUTION” has no “# END SOLUTION”.", "Add it where the solution ends.")


def _prompt(line: str) -> str:
    if not _MARKED.search(line):
        return line
    if left := _left_side(line):
        return f"{left} {PROMPT}"
    indent = _INDENT.match(line)
    return (indent.group() if indent else "") + PROMPT


def _left_side(line: str) -> str:
    """What is assigned to, with the equals sign; empty where nothing is."""
    marked = [mark.start() for mark in _MARKED.finditer(line)][-1]
    signs = [place for place, letter in enumerate(line[:marked]) if letter == "="]
    return next((line[: sign + 1] for sign in reversed(signs) if _are_targets(line[:sign])), "")


def _are_targets(text: str) -> bool:
    """Whether a text is one or more names, attributes and items, as Otter sees them: from a bracket to any later one is an item.

    The places where a target may end are gone through once each: a pattern would try their combinations.
    """
    waiting, seen = [len(text) - len(text.lstrip())], set[int]()
    while waiting:
        place = waiting.pop()
        name = _NAME.match(text, place)
        if place in seen or not name:
            continue
        seen.add(place)
        ends = [name.end()]
        if text[name.end() : name.end() + 1] == "[":
            ends += [end + 1 for end in range(name.end(), len(text)) if text[end] == "]"]
        for end in ends:
            if not text[end:].strip():
                return True
            comma = _COMMA.match(text, end)
            if comma and not text[comma.end() :].strip():
                return True
            waiting += [end, *([comma.end()] if comma else [])]
    return False


def marks_solution(source: str) -> bool:
    """Whether a cell has a line that only a solution cell should have."""
    return any(_MARKED.search(line) for line in source.split("\n"))


def has_seed(source: str) -> bool:
    """Whether a cell has a line that sets a seed for the teacher only."""
    return any(line.strip().endswith("# SEED") for line in source.split("\n"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A cell without what neither students nor graders get."""

    source: str
    plugins: bool
    """Whether a plugin's block was taken out."""


def without_ignored(source: str) -> Kept:
    """The source without the lines that Otter ignores and without plugins. Raises Wrong."""
    kept: list[str] = []
    ignoring = plugin = found = False
    for line in source.split("\n"):
        text = line.rstrip()
        if mark := _PLUGIN.search(text):
            plugin = mark.group(1) == "BEGIN"
            found = True
        elif plugin or text.endswith("# IGNORE"):
            continue
        elif text.endswith("# END IGNORE"):
            if not ignoring:
                raise Wrong("A line “# END IGNORE” ends nothing.", "Add “# BEGIN IGNORE” or remove the line.")
            ignoring = False
        elif ignoring:
            continue
        elif _BEGIN_IGNORED.match(line):
            ignoring = True
        else:
            kept.append(line)
    if ignoring or plugin:
        what = "IGNORE" if ignoring else "PLUGIN"
        raise Wrong(f"A “# BEGIN {what}” has no “# END {what}”.", "Add it where the part ends.")
    return Kept("\n".join(kept), found)
