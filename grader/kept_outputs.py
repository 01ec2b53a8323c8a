"""Outputs of a notebook as they arrive from a kernel that is not believed: brought into shape and held to a budget."""

import json
from collections.abc import Callable
from typing import Any

from grader.reading import UnreadableNotebook, plain

_NAME_LIMIT = 200
_MESSAGE_LIMIT = 2_000
_RESULT_LIMIT = 10_000
_TRACEBACK_LINES = 100
_CUT = "\n… output cut here: the submission printed more than is stored …\n"


class OutputBudget:
    """What a submission may still store, in bytes.

    What a score depends on (that there was an error, the text of a result) is kept even when nothing is left.
    """

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, message_type: str, content: dict[str, Any]) -> dict[str, Any] | None:
        """The content of an output message in a known shape and as much of it as fits; None to drop it."""
        shaped = _SHAPES[message_type](content) if message_type in _SHAPES else None
        if shaped is None:
            return None
        try:
            shaped = plain(shaped)
            size = len(json.dumps(shaped))
        except (UnreadableNotebook, TypeError, ValueError, RecursionError):
            return None
        had, self.left = self.left, max(0, self.left - size)
        return shaped if size <= had else _cut(message_type, shaped, had)


def _cut(message_type: str, content: dict[str, Any], room: int) -> dict[str, Any] | None:
    if message_type == "stream":
        return {**content, "text": content["text"][:room] + _CUT} if room else None
    if message_type == "execute_result":
        text = content["data"].get("text/plain")
        return {**content, "data": {"text/plain": text[:_RESULT_LIMIT]} if isinstance(text, str) else {}}
    return {**content, "traceback": []} if message_type == "error" else None


def _input(content: dict[str, Any]) -> dict[str, Any]:
    count = content.get("execution_count")
    return {"execution_count": count if type(count) is int else None}


def _stream(content: dict[str, Any]) -> dict[str, Any] | None:
    name, text = content.get("name"), content.get("text")
    return {"name": name, "text": text} if name in ("stdout", "stderr") and isinstance(text, str) else None


def _bundle(content: dict[str, Any]) -> dict[str, Any]:
    data, transient = content.get("data"), content.get("transient")
    kept = {key: value for key, value in data.items() if isinstance(key, str)} if isinstance(data, dict) else {}
    display_id = transient.get("display_id") if isinstance(transient, dict) else None
    return {"data": kept, "metadata": {}, "transient": {"display_id": display_id} if isinstance(display_id, str) else {}}


def _result(content: dict[str, Any]) -> dict[str, Any]:
    return {**_bundle(content), **_input(content)}


def _error(content: dict[str, Any]) -> dict[str, Any]:
    lines = content.get("traceback")
    return {
        "ename": str(content.get("ename"))[:_NAME_LIMIT],
        "evalue": str(content.get("evalue"))[:_MESSAGE_LIMIT],
        "traceback": [str(line)[:_RESULT_LIMIT] for line in lines[-_TRACEBACK_LINES:]] if isinstance(lines, list) else [],
    }


_SHAPES: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
    "execute_input": _input,
    "stream": _stream,
    "display_data": _bundle,
    "update_display_data": _bundle,
    "execute_result": _result,
    "error": _error,
}
