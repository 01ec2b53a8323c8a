"""Processes of a stack that was killed. Only what the stack itself wrote down is touched, and only if it still is what it was."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from classroom.stack.state import State, read_json, write_json

PATIENCE = 5.0


def record(state: State, pids: dict[str, int]) -> None:
    """Write down which processes the stack runs."""
    write_json(_path(state), {name: {"pid": pid, "started": start_time(pid)} for name, pid in pids.items()})


def end_leftovers(state: State) -> list[str]:
    """End what a killed stack left running on this state folder; returns the names."""
    found = {name: int(seen["pid"]) for name, seen in read_json(_path(state)).items() if _is_same(seen["pid"], seen["started"])}
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in found.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        deadline = time.monotonic() + PATIENCE
        while any(start_time(pid) for pid in found.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
    _path(state).unlink(missing_ok=True)
    return sorted(found)


def start_time(pid: int) -> str | None:
    """When a process started, in the system's own words; None when it does not run (any more)."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else f"{_boot()} {fields[19]}"
    done = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _is_same(pid: int, started: str | None) -> bool:
    """Whether the process with this number is the one that was written down: numbers are given away again."""
    return started is not None and start_time(pid) == started


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()


def _path(state: State) -> Path:
    return state.path / "run" / "children.json"
