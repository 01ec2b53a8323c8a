"""Starts the parts, keeps them running, stops them in order."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import FrameType

from classroom.stack.child import Child
from classroom.stack.errors import StackError
from classroom.stack.leftovers import record
from classroom.stack.parts import Part
from classroom.stack.state import State

TICK = 0.1
START_SECONDS = 120.0
STOP_SECONDS = 8.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 60.0
"""Running that long makes a part trusted again: its next restart is a quick one."""


class Stopped(Exception):
    """Somebody asked the stack to stop before it was up."""


@dataclass
class _Running:
    part: Part
    child: Child
    deaths: int = 0
    restart_at: float | None = field(default=None)


class Supervisor:
    """The running parts of one stack. ``say`` shows a line to the person at the terminal."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        self._state = state
        self._say = say
        self._running: dict[str, _Running] = {}
        self._asked = 0
        self._begin = time.monotonic()

    def listen(self) -> None:
        """Stop on Ctrl-C and SIGTERM; a second Ctrl-C does not wait."""
        # Started as `homeroom up &`, we would inherit SIGINT ignored, and every kernel with us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_asked)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._stop_asked)

    def pids(self) -> dict[str, int]:
        """The process id of each part."""
        return {name: running.child.pid for name, running in self._running.items()}

    def start(self, part: Part) -> None:
        """Start a part and do not wait for it."""
        self._running[part.name] = _Running(part, Child(part.command))
        record(self._state, self.pids())

    def run_to_end(self, child: Child, what: str, log: Path) -> None:
        """Wait for a process that does one thing, while the parts run. Raises StackError when it fails."""
        while (code := child.exit_code()) is None:
            self._check_starting()
            time.sleep(TICK / 2)
        if code:
            raise StackError(f"{what} failed:\n{child.said()}\n(all of it in {log})")

    def wait_until_ready(self, names: list[str]) -> None:
        """Wait until these parts answer, and say so for each. Raises StackError when one ends or takes too long."""
        waiting = dict.fromkeys(names)
        while waiting:
            self._check_starting()
            for name in list(waiting):
                if self._running[name].part.ready():
                    del waiting[name]
                    self.tell(f"{name} is up")
            if time.monotonic() - self._begin > START_SECONDS:
                raise StackError(
                    f"Not up after {START_SECONDS:.0f} seconds: {', '.join(waiting)}. See the logs in {self._state.path}/log."
                )
            time.sleep(TICK / 2 if waiting else 0)

    def tell(self, what: str) -> None:
        """Say what happened, and how long after the start."""
        self._say(f"  {time.monotonic() - self._begin:5.1f} s  {what}")

    def watch(self, on_change: Callable[[], None]) -> None:
        """Stay until asked to stop. Parts that die are started again, after a pause that grows; then ``on_change`` is called."""
        while not self._asked:
            if [running for running in self._running.values() if self._look_after(running)]:
                record(self._state, self.pids())
                on_change()
            time.sleep(TICK)

    def stop(self) -> None:
        """Stop everything in order: who gives work first, the broker last."""
        in_order = sorted(self._running.values(), key=lambda running: running.part.stage)
        for _stage, group in groupby(in_order, key=lambda running: running.part.stage):
            self._stop_together([running for running in group if running.child.exit_code() is None])
        record(self._state, {})

    def _look_after(self, running: _Running) -> bool:
        """Start the part again if it died and its pause is over; whether that was done."""
        code = running.child.exit_code()
        if code is None:
            return False
        now = time.monotonic()
        if running.restart_at is None:
            steady = now - running.child.started > STEADY_SECONDS
            running.deaths = 1 if steady else running.deaths + 1
            delay = min(FIRST_DELAY * 2 ** (running.deaths - 1), LONGEST_DELAY)
            running.restart_at = now + delay
            self._say(f"  {running.part.name} ended unexpectedly ({_how(code)}); starting it again in {delay:.1f} s")
        if now < running.restart_at:
            return False
        running.child, running.restart_at = Child(running.part.command), None
        return True

    def _check_starting(self) -> None:
        if self._asked:
            raise Stopped
        for name, running in self._running.items():
            code = running.child.exit_code()
            if code is not None:
                said, log = running.child.said(), running.part.command.log
                raise StackError(f"{name} ended while starting ({_how(code)}):\n{said}\n(all of it in {log})")

    def _stop_together(self, group: list[_Running]) -> None:
        for running in group:
            self._stop_one_step(running, 0)
        steps = max((len(running.part.stops) for running in group), default=0)
        for step in range(1, steps + 1):
            deadline = time.monotonic() + STOP_SECONDS
            while any(running.child.exit_code() is None for running in group):
                if time.monotonic() > deadline or self._asked > 1:
                    break
                time.sleep(TICK / 5)
            for running in group:
                self._stop_one_step(running, step)
        for running in group:
            running.child.wait(STOP_SECONDS)

    def _stop_one_step(self, running: _Running, step: int) -> None:
        """Ask a part that still runs the next, less polite way; after the last, end it with all it started."""
        if running.child.exit_code() is not None:
            return
        if step < len(running.part.stops) and self._asked <= 1:
            running.child.signal(running.part.stops[step])
        else:
            running.child.signal_all(signal.SIGKILL)

    def _stop_asked(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT or not self._asked:
            self._asked += 1


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
