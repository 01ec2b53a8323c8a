"""A whole test beside the student's code, for tests that work nowhere else: both ends of this one exchange.

Each run has a copy of the student's process to itself, made when the student's outputs were frozen, and that copy then ends.
What it says came from where student code could change anything: it is taken as short texts and never as more than a claim.
"""

import contextlib
import io
import socket
import sys
import time
import traceback
from typing import Any

from . import wire
from .conversation import Gone, TookTooLong

_TEXT_LIMIT = 2_000
_OUTPUT_LIMIT = 64 << 10
_OUTCOMES = {"ok", "error"}


# On the student's side.


def run(source: str) -> dict[str, Any]:
    """Run a test in IPython, magics and all, and tell how it ended. Pictures are drawn and dropped."""
    from IPython.core.displayhook import CapturingDisplayHook  # noqa: PLC0415 - there is no IPython on the tests' side
    from IPython.core.displaypub import CapturingDisplayPublisher  # noqa: PLC0415
    from IPython.core.getipython import get_ipython  # noqa: PLC0415

    shell: Any = get_ipython()
    hook: Any = CapturingDisplayHook(shell)  # type: ignore[no-untyped-call]
    hook.is_active = False  # IPython asks its hook for this whenever something is printed, and this one has no answer
    shell.display_pub = CapturingDisplayPublisher()  # type: ignore[no-untyped-call]
    # The copy was made while a cell was running, so IPython believes that its hook is in place already.
    shell.displayhook = shell.display_trap.hook = sys.displayhook = hook
    shell._showtraceback = lambda *_told: None  # noqa: SLF001 - it would write on the kernel's own socket
    printed, warned = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(warned):
        done = shell.run_cell(source, store_history=False)
    said = {"printed": printed.getvalue()[:_OUTPUT_LIMIT], "warned": warned.getvalue()[:_OUTPUT_LIMIT]}
    told: dict[str, Any] = {"outcome": "ok", **said}
    error = done.error_before_exec or done.error_in_exec
    if error is not None:
        return {**told, "outcome": "error", "name": type(error).__name__, "text": str(error), "line": _line_of(error)}
    if hook.outputs:
        told["value"] = str(hook.outputs[-1]["data"].get("text/plain", ""))[:_TEXT_LIMIT]
    return told


def _line_of(error: BaseException) -> str:
    """The line of the test that failed."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.line or "" for frame in reversed(frames) if frame.name == "<module>"), "")


# On the tests' side.


def ask(worker: socket.socket, source: str, seconds: float) -> dict[str, Any]:
    """Have a copy of the student's process run a test: the verdict's outcome and outputs."""
    try:
        with worker:
            worker.settimeout(seconds)
            wire.send(worker, {"op": "run", "n": source})
            return _verdict(_receive(worker, time.monotonic() + seconds))
    except TimeoutError:
        raise TookTooLong("The test ran out of time.") from None
    except (OSError, wire.WireError, RecursionError, MemoryError) as error:
        raise Gone(f"The student's process gave no proper answer ({type(error).__name__}).") from None


def _receive(worker: socket.socket, deadline: float) -> dict[str, Any]:
    worker.settimeout(max(0.01, deadline - time.monotonic()))
    return wire.receive(worker)


def _verdict(reply: dict[str, Any]) -> dict[str, Any]:
    """What was told, as the outputs of a cell. Raises WireError when it makes no sense."""
    told = wire.Reader(_nothing_else).read(reply.get("ok"))
    if type(told) is not dict or type(told.get("outcome")) is not str or told["outcome"] not in _OUTCOMES:
        raise wire.WireError("no verdict")
    texts = {key: wire.text_of(value, _OUTPUT_LIMIT) for key, value in told.items()}
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "name": name, "text": texts[key]}
        for name, key in (("stdout", "printed"), ("stderr", "warned"))
        if texts.get(key)
    ]
    if told["outcome"] == "error":
        name, text = (texts.get(key, "")[:_TEXT_LIMIT] for key in ("name", "text"))
        line = texts.get("line", "")[:_TEXT_LIMIT]
        trace = [*([line] if line else []), f"{name}: {text}"]
        outputs.append({"output_type": "error", "ename": name, "evalue": text, "traceback": trace})
    elif "value" in texts:
        data = {"text/plain": texts["value"][:_TEXT_LIMIT]}
        outputs.append({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})
    return {"outcome": told["outcome"], "outputs": outputs}


def _nothing_else(_node: list[Any], _reader: wire.Reader) -> Any:
    raise wire.WireError("no plain data")
