"""Processes that must not outlive the one that started them."""

import shutil
import sys


def tied(command: list[str]) -> list[str]:
    """``command``, asked to end (SIGTERM) when its parent is gone, however that happened. On Linux; elsewhere unchanged."""
    setpriv = shutil.which("setpriv") if sys.platform.startswith("linux") else None
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else command
