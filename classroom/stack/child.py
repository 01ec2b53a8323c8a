"""One child process of the stack: started in a session of its own, and stopped with all it started."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, Signals

from hub_bridge.processes import tied

LOG_LIMIT = 20_000_000
"""Bytes after which a log is put aside when its part starts."""

TAIL = 1500
"""Bytes of a log that are shown when its part fails."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, with which environment, in which folder, and into which file it talks."""

    arguments: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path


class Child:
    """A running process. It ends when this process ends, however that happens (on Linux)."""

    def __init__(self, command: Command) -> None:
        _put_aside(command.log)
        self._log = command.log
        with command.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                tied(command.arguments),
                env=command.environment,
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.started = time.monotonic()

    def exit_code(self) -> int | None:
        """How it ended, with everything it left behind ended too; None while it runs."""
        if self._process.returncode is None:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self.signal_all(SIGKILL)  # before its number is given away
        return self._process.wait()

    def said(self) -> str:
        """The last lines of what it wrote to its log."""
        with self._log.open("rb") as log:
            log.seek(max(self._log_start, self._log.stat().st_size - TAIL))
            return log.read().decode(errors="replace").strip() or "(it said nothing)"

    def signal(self, number: Signals) -> None:
        """Send a signal to the process alone."""
        self._process.send_signal(number)

    def signal_all(self, number: Signals) -> None:
        """Send a signal to the process and to what it started."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def wait(self, seconds: float) -> bool:
        """Whether it ended within ``seconds``."""
        deadline = time.monotonic() + seconds
        while self.exit_code() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def _put_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
