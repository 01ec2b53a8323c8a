"""What grading workers say of checks, read without trust in it: they run next to student code."""

from collections.abc import Callable, Iterator
from typing import Any

_MOST_ENTRIES = 500
_MOST_CELLS = 5_000
_LONGEST_TEXT = 2_000
_STATUSES = ("checked", "unusable", "our_fault")
_STATES = ("passes", "partial", "fails", "not_run", "unseen", "person", "unanswered")
_KINDS = ("missing", "unreadable", "deleted", "unanswered", "copied", "changed", "failed", "order")


def read(reply: object, *, is_question: Callable[[str, str], bool]) -> dict[str, Any]:
    """Only what has the right shape, about questions that there are: ``is_question(notebook, grade_id)``."""
    told = reply if isinstance(reply, dict) else {}
    status = told.get("status")
    return {
        "status": status if status in _STATUSES else "our_fault",
        "reason": _text(told.get("reason")),
        "questions": [
            {**_place(entry), "state": entry["state"], "message": _text(entry.get("message"))}
            for entry in _entries(told.get("questions"))
            if entry.get("state") in _STATES and is_question(_text(entry.get("notebook")), _text(entry.get("grade_id")))
        ],
        "stumbles": [{**_place(entry), "message": _text(entry.get("message"))} for entry in _entries(told.get("stumbles"))],
        "remarks": [
            {**_place(entry), "kind": entry["kind"], "message": _text(entry.get("message")), "title": _text(entry.get("title"))}
            for entry in _entries(told.get("remarks"))
            if entry.get("kind") in _KINDS
        ],
    }


def ran(reply: object) -> frozenset[int]:
    """The numbers of the cells, counted from 1 in the file that was checked, that ran to their end without an error."""
    told = reply.get("ran") if isinstance(reply, dict) else None
    return frozenset(number for number in told[:_MOST_CELLS] if type(number) is int) if isinstance(told, list) else frozenset()


def _entries(value: object) -> Iterator[dict[str, Any]]:
    found = value[:_MOST_ENTRIES] if isinstance(value, list) else []
    return (entry for entry in found if isinstance(entry, dict) and all(isinstance(key, str) for key in entry))


def _place(entry: dict[str, Any]) -> dict[str, Any]:
    cell = entry.get("cell")
    place = {"notebook": _text(entry.get("notebook")), "grade_id": _text(entry.get("grade_id"))}
    return {**place, "cell": cell if type(cell) is int else None}


def _text(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""
