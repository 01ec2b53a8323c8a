"""How a result came about, in words for staff: who graded it, what exactly, within which limits, and what it took."""

from typing import Any

from classroom.models import Result

Facts = list[tuple[str, str]]
LONGEST = 200
"""Characters of one value: a worker's reply is shown, never trusted."""
LIMITS = {
    "cell_seconds": "{:,} s for a cell",
    "total_seconds": "{:,} s in all",
    "memory_mb": "{:,} MB of memory",
    "processes": "{:,} processes",
    "disk_mb": "{:,} MB on disk",
    "output_mb": "{:,} MB of output",
}


def provenance(result: Result | None) -> Facts:
    """Names and values of what the worker said about its run; what it did not say is left out."""
    said = result.provenance if result else {}
    facts = [
        ("Engine", _text(said, "engine")),
        ("Environment", _text(said, "environment")),
        ("Python", _text(said, "python")),
        ("Sandbox", _text(said, "sandbox")),
        ("Tests and solution", _text(said, "source_digest")),
        ("Handed in", _text(said, "submission_digest")),
        ("Random seed", _text(said, "seed")),
        ("Limits", _limits(said.get("limits"))),
        ("Time", _number(said, "seconds", "seconds")),
        ("Processor time", _number(said, "cpu_seconds", "seconds")),
        ("Most memory", _number(said, "peak_mb", "MB")),
    ]
    return [(name, value) for name, value in facts if value]


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return str(value)[:LONGEST] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _number(said: dict[str, Any], name: str, unit: str) -> str:
    value = said.get(name)
    return f"{value:.1f} {unit}" if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _limits(limits: object) -> str:
    if not isinstance(limits, dict):
        return ""
    said = {name: most for name, most in limits.items() if isinstance(most, int)}
    return ", ".join(words.format(said[name]) for name, words in LIMITS.items() if name in said)
