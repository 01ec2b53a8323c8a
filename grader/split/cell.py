"""Runs one cell of the teacher's and says how it ended, as outputs of a notebook and an outcome."""

import ast
import asyncio
import contextlib
import io
import traceback
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from .conversation import ConversationOver, TookTooLong
from .namespace import Namespace

FILE = "<test>"
_OUTPUT_LIMIT = 64 << 10
_TEXT_LIMIT = 2_000
_STUDENTS = "student's error in a hidden test"


@dataclass(slots=True)
class Ended:
    """How a cell ended."""

    outcome: str
    outputs: list[dict[str, Any]] = field(default_factory=list)


def run_cell(source: str, names: Namespace) -> Ended:
    """Run a test cell. Whatever it raises is part of the answer."""
    printed = (io.StringIO(), io.StringIO())
    try:
        with contextlib.redirect_stdout(printed[0]), contextlib.redirect_stderr(printed[1]):
            value = execute(source, names)
            shown = None if value is None or source.rstrip().endswith(";") else _shown(value)
    except TookTooLong as error:
        return Ended("timeout", [*_stream(printed), _error(error, source)])
    except BaseException as error:  # noqa: BLE001 - sys.exit in a test is a failed test, and so is the rest
        return Ended("error", [*_stream(printed), _error(error, source)])
    result = {"output_type": "execute_result", "data": {"text/plain": shown}, "metadata": {}, "execution_count": None}
    return Ended("ok", [*_stream(printed), *([result] if shown is not None else [])])


def execute(source: str, names: Namespace) -> Any:
    """Run ``source`` and give the value of its last expression."""
    tree = ast.parse(source, FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    _run(compile(tree, FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    if not isinstance(last, ast.Expr):
        return None
    return _run(compile(ast.Expression(last.value), FILE, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)


def _run(code: CodeType, names: Namespace) -> Any:
    value = eval(code, names)  # noqa: S307 - the teacher's code, in a process that is there for it
    if code.co_flags & 0x80:  # a coroutine: it awaits at top level

        async def waited() -> Any:
            return await value

        return asyncio.run(waited())
    return value


def _shown(value: Any) -> str:
    """What a notebook would show; never words that student code chose."""
    if isinstance(value, bool | complex | str):
        return repr(value)[:_TEXT_LIMIT] if type(value) in (bool, complex, str) else f"<{type(value).__name__}>"
    for kind in (int, float):
        if isinstance(value, kind) and type(value).__module__ != "numpy":
            return kind.__repr__(value)[:_TEXT_LIMIT]
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return repr(value)[:_TEXT_LIMIT] if type(value).__name__ != "ndarray" else "array"
    return f"<{type(value).__name__}>"


def _stream(printed: tuple[io.StringIO, io.StringIO]) -> list[dict[str, Any]]:
    texts = zip(("stdout", "stderr"), printed, strict=True)
    return [
        {"output_type": "stream", "name": name, "text": text}
        for name, stream in texts
        if (text := stream.getvalue()[:_OUTPUT_LIMIT])
    ]


def _error(error: BaseException, source: str) -> dict[str, Any]:
    line = _failing_line(error)
    name = type(error).__name__
    if getattr(error, "from_student", False) is True and line in hidden_lines(source):
        name, text = _STUDENTS, f"{name}: {_text_of(error)}"
    else:
        text = _text_of(error)
    lines = source.split("\n")
    trace = [f"line {line}: {lines[line - 1]}"] if 0 < line <= len(lines) else []
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [*trace, f"{name}: {text}"]}


def _text_of(error: BaseException) -> str:
    if isinstance(error, ConversationOver):
        return str(error)[:_TEXT_LIMIT]
    try:
        return str(error)[:_TEXT_LIMIT]
    except BaseException:  # noqa: BLE001 - the message may hold a stand-in whose process is gone
        return ""


def _failing_line(error: BaseException) -> int:
    """The line of the cell that the error came through, 0 when it came from elsewhere."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno or 0
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == FILE]
    return lines[0] if lines else 0


def hidden_lines(source: str) -> set[int]:
    """The lines of a test cell that students never see."""
    hidden, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = (inside or "BEGIN HIDDEN TESTS" in line) and "END HIDDEN TESTS" not in line
        if inside:
            hidden.add(number)
    return hidden
