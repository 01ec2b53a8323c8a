"""A whole Homeroom on ports and a state folder of its own, started and stopped the way a person does it."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import databases

START_SECONDS = 120


class StackFailed(Exception):
    """The stack did not come up; the message holds what it printed."""


def free_ports(count: int = 4) -> int:
    """The first of ``count`` neighbouring ports that nobody listens on. The stack refuses a taken one in words."""
    for base in range(20_000 + os.getpid() % 200 * 50, 60_000, 10):
        with suppress(OSError):
            for port in range(base, base + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
    raise StackFailed("no free ports")


@dataclass
class Stack:
    """A running stack: where it is, and what READY.json says."""

    state: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    database: str
    """HOMEROOM_DATABASE_URL; empty for SQLite."""
    ready: dict[str, Any] = field(default_factory=dict)

    @property
    def portal(self) -> str:
        """The portal's address, with its path."""
        return f"http://localhost:{self.port}/portal"

    @property
    def hub(self) -> str:
        """The hub's public origin."""
        return f"http://localhost:{self.port + 1}"

    @property
    def hub_api(self) -> str:
        """The hub's API as the portal reaches it."""
        return f"http://127.0.0.1:{self.port + 2}/hub/api"

    @property
    def secrets(self) -> dict[str, str]:
        """What the stack made for itself on first start."""
        return dict(json.loads((self.state / "secrets.json").read_text()))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the portal's database says right now; only reading."""
        if databases.SERVER:
            return databases.rows(self.database, sql, *values)
        with closing(sqlite3.connect(f"file:{self.state / 'portal.sqlite'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql, values).fetchall()

    def home(self, hub_name: str) -> Path:
        """Somebody's home folder."""
        return self.state / "homes" / hub_name

    def sign_in_link(self, name: str) -> str:
        """A fresh one-time link for somebody, as the one who runs the server makes it."""
        command = [sys.executable, "-m", "classroom.cli", "sign-in", name, "--state", str(self.state)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def pid(self, part: str) -> int:
        """The process id of one part, read anew: the supervisor restarts what dies."""
        return int(json.loads((self.state / "READY.json").read_text())["pids"][part])

    def wait_until_ready(self) -> None:
        """Wait for READY.json. Raises StackFailed with the log when the stack ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        ready = self.state / "READY.json"
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise StackFailed(self.log.read_text()[-4000:])
            time.sleep(0.1)
        self.ready = json.loads(ready.read_text())

    def stop(self) -> int:
        """Stop as Ctrl-C does and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def start_stack(
    state: Path,
    *,
    port: int | None = None,
    demo: bool = True,
    env: dict[str, str] | None = None,
    homeroom: Sequence[str] = (sys.executable, "-m", "classroom.cli"),
    folder: Path | None = None,
) -> Stack:
    """Start ``homeroom up``, this checkout's unless another is named, and wait until all of it answers."""
    port = port or free_ports()
    state.parent.mkdir(parents=True, exist_ok=True)
    log = state.with_name(f"{state.name}.log")
    database = databases.of_stack(state)
    command = [*homeroom, "up", "--port", str(port), "--state", str(state)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--demo" if demo else "--no-demo"],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "HOMEROOM_DATABASE_URL": database, **(env or {})},
            cwd=folder,
        )
    stack = Stack(state=state, port=port, process=process, log=log, database=database)
    try:
        stack.wait_until_ready()
    except BaseException:
        with suppress(Exception):
            stack.stop()
        raise
    return stack


@contextmanager
def running_stack(state: Path, **options: Any) -> Iterator[Stack]:
    """A stack for the length of a ``with`` block."""
    stack = start_stack(state, **options)
    try:
        yield stack
    finally:
        stack.stop()
