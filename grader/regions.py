"""The marked regions of a source notebook: solutions, hidden tests, mark schemes."""

import re
from dataclasses import dataclass

_INDENT = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Region:
    """A kind of region. A line that contains a marker anywhere begins or ends one, as in nbgrader."""

    noun: str
    begin: str
    end: str


SOLUTION = Region("solution", "BEGIN SOLUTION", "END SOLUTION")
HIDDEN_TESTS = Region("hidden tests", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
MARK_SCHEME = Region("mark scheme", "BEGIN MARK SCHEME", "END MARK SCHEME")


@dataclass(frozen=True, slots=True)
class Cut:
    """A source without its regions. Where ``nested`` or ``unterminated`` is set, it must not be used."""

    source: str
    removed: tuple[str, ...]
    """The lines inside the regions, without the marker lines."""
    found: bool
    nested: bool
    unterminated: bool
    stray_end: bool


def cut(source: str, region: Region, stub: str | None = None) -> Cut:
    """Take all regions of a kind out of ``source``, each replaced by ``stub``, indented like its first line."""
    kept: list[str] = []
    removed: list[str] = []
    inside = found = nested = stray_end = False
    for line in source.split("\n"):
        if region.begin in line:
            nested = nested or inside
            inside = found = True
            if stub is not None:
                kept += [_indent_of(line) + stub_line for stub_line in stub.split("\n")]
        elif region.end in line:
            stray_end = stray_end or not inside
            inside = False
        elif inside:
            removed.append(line)
        else:
            kept.append(line)
    return Cut("\n".join(kept), tuple(removed), found, nested, inside, stray_end)


def _indent_of(line: str) -> str:
    match = _INDENT.match(line)
    return match.group() if match else ""
