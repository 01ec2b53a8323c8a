"""What a shell does for the first time only, done before the fork: formatters and compilers look things up once and remember."""

import contextlib
import sys
from typing import Any

_SOURCES = ("x = 1\nprint(x)\n", "%matplotlib inline\n", "def f(:\n", "async def f():\n    await g()\nawait f()\n", "!true\n")
_FAILING = ("1/0", "assert 1 == 2, 'm'", "raise NotImplementedError()", "{}['a']", "x.y")


def warm(shell: Any) -> None:
    """Have ``shell`` format, transform, compile and fail, leaving nothing behind."""
    for value in _values():
        with contextlib.suppress(Exception):
            shell.display_formatter.format(value)
    for source in _SOURCES:
        with contextlib.suppress(SyntaxError):
            cell = shell.transform_cell(source)
            shell.should_run_async(source, transformed_cell=cell)
            shell.compile.ast_parse(cell)
    for source in _FAILING:
        _fail(shell, source)
    shell.compile.reset_compiler_flags()


def _values() -> list[Any]:
    values: list[Any] = [1, 1.5, "text", [1, 2], {"a": 1}, (1,), {1}, None, True, ValueError("x")]
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None:
        values += [numpy.arange(3.0), numpy.float64(1), numpy.eye(2)]
    if pandas is not None:
        frame = pandas.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]}, index=pandas.date_range("2026-01-01", periods=2))
        values += [frame, frame["a"], frame.index, frame.describe(), frame.groupby("b")["a"].mean()]
    return values


def _fail(shell: Any, source: str) -> None:
    try:
        exec(shell.compile(f"{source}\n", "warming", "exec"), {"x": 1})  # noqa: S102 - our own sources
    except Exception:  # noqa: BLE001 - that is what it is for
        kind, error, trace = sys.exc_info()
        shell.InteractiveTB.structured_traceback(kind, error, trace)
