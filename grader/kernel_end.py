"""How a kernel came to its end, in a sentence for people, as far as the system tells."""

import os
import signal

_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}


def how_it_ended(status: int | None, memory_mb: int) -> str:
    """``status`` is what wait(2) gave for the kernel's process; None where nobody could tell."""
    if status is None:
        return "how is not known"
    if os.WIFEXITED(status):
        return f"it left with exit code {os.WEXITSTATUS(status)}, as exit(), quit() and os._exit() do"
    number = os.WTERMSIG(status)
    name = next((known.name for known in signal.Signals if known == number), "unknown")
    if number == signal.SIGKILL:
        return f"it was killed ({name}), most often for using more than the {memory_mb} MB of memory, or the disk space, allowed"
    if number == signal.SIGXCPU:
        return f"it had used up its processor time ({name})"
    return f"it crashed ({name})" if number in _CRASHES else f"a signal ended it ({name})"
