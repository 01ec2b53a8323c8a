"""Processes are started, watched and ended; here small ones stand for the parts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from classroom.stack.child import Child, Command
from classroom.stack.errors import StackError
from classroom.stack.leftovers import end_leftovers, record, start_time
from classroom.stack.parts import Part
from classroom.stack.state import State, write_json
from classroom.stack.supervisor import Supervisor

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
WITH_GRANDCHILD = "import subprocess, time; print(subprocess.Popen(['/bin/sleep', '60']).pid, flush=True); time.sleep(60)"


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A fresh state folder."""
    state = State(tmp_path / "state")
    state.prepare()
    return state


@pytest.fixture
def command(state: State) -> Callable[[str], Command]:
    """Makes the command that runs a line of Python."""

    def make(code: str, name: str = "part") -> Command:
        arguments = [sys.executable, "-c", code]
        return Command(arguments, {"PATH": os.environ["PATH"]}, state.path, state.path / "log" / f"{name}.log")

    return make


@pytest.fixture
def said() -> list[str]:
    """What the supervisor told the person at the terminal."""
    return []


@pytest.fixture
def supervisor(state: State, said: list[str]) -> Iterator[Supervisor]:
    """A supervisor; whatever it started is gone afterwards."""
    supervisor = Supervisor(state, said.append)
    yield supervisor
    for running in supervisor._running.values():
        running.child.signal_all(signal.SIGKILL)
        running.child.wait(5)


def eventually(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_a_dead_process_left_behind_is_ended(command: Callable[[str], Command]) -> None:
    child = Child(command(WITH_GRANDCHILD))
    eventually(lambda: child.said().isdigit())
    grandchild = int(child.said())

    child.signal(signal.SIGKILL)

    assert child.wait(10)
    eventually(lambda: start_time(grandchild) is None)


def test_a_process_shows_what_it_said_this_time_only(command: Callable[[str], Command]) -> None:
    first = Child(command("print('first')"))
    assert first.wait(10)

    second = Child(command("print('second'); raise SystemExit(3)"))

    assert second.wait(10)
    assert second.exit_code() == 3
    assert second.said() == "second"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent is gone")
def test_a_process_ends_with_the_one_that_started_it(command: Callable[[str], Command], tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from classroom.stack.child import Child, Command
child = Child(Command(["/bin/sleep", "60"], {{}}, Path("/"), Path({str(tmp_path / "sleep.log")!r})))
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = Child(command(code))
    eventually(lambda: parent.said().isdigit())
    pid = int(parent.said())
    assert start_time(pid)

    os.kill(parent.pid, signal.SIGKILL)

    eventually(lambda: start_time(pid) is None)
    assert parent.wait(5)


def test_what_a_killed_stack_left_running_is_ended(state: State) -> None:
    process = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    record(state, {"part": process.pid})

    ended = end_leftovers(state)

    assert ended == ["part"]
    assert process.wait(10) == -signal.SIGTERM


def test_a_process_that_only_got_the_same_number_is_left_alone(state: State) -> None:
    process = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    write_json(state.path / "run" / "children.json", {"part": {"pid": process.pid, "started": "another boot 42"}})

    ended = end_leftovers(state)

    assert ended == []
    assert process.poll() is None
    process.kill()
    process.wait()


def test_a_part_that_dies_is_started_again_and_it_is_said(
    supervisor: Supervisor, said: list[str], command: Callable[[str], Command]
) -> None:
    supervisor.start(Part("part", command("import time; time.sleep(60)"), lambda: True, stage=1))
    first = supervisor.pids()["part"]
    os.kill(first, signal.SIGKILL)

    supervisor.watch(lambda: supervisor._stop_asked(signal.SIGTERM, None))

    assert supervisor.pids()["part"] != first
    assert any("part ended unexpectedly (signal SIGKILL)" in line for line in said)
    supervisor.stop()


def test_each_death_makes_the_next_pause_longer(
    supervisor: Supervisor, said: list[str], command: Callable[[str], Command]
) -> None:
    starts: list[float] = []

    def changed() -> None:
        starts.append(time.monotonic())
        if len(starts) == 2:
            supervisor._stop_asked(signal.SIGTERM, None)

    supervisor.start(Part("part", command("raise SystemExit(1)"), lambda: True, stage=1))
    supervisor.watch(changed)

    pauses = [line.rpartition(" in ")[2] for line in said]
    assert pauses == ["0.5 s", "1.0 s"]
    assert starts[1] - starts[0] >= 1.0


def test_a_part_that_ends_while_starting_is_shown_with_its_last_words(
    supervisor: Supervisor, command: Callable[[str], Command]
) -> None:
    supervisor.start(Part("part", command("print('no such file'); raise SystemExit(3)"), lambda: False, stage=1))

    with pytest.raises(StackError, match=r"part ended while starting \(exit code 3\):\nno such file"):
        supervisor.wait_until_ready(["part"])


def test_parts_stop_in_order(supervisor: Supervisor, command: Callable[..., Command], tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = "import signal, sys, time\ndef end(*_):\n    open({order!r}, 'a').write({name!r} + ' ')\n    sys.exit()\n"
    code += "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)"
    for stage, name in ((3, "broker"), (1, "portal"), (2, "worker")):
        supervisor.start(Part(name, command(code.format(order=str(order), name=name), name), lambda: True, stage=stage))
    children = [running.child for running in supervisor._running.values()]
    eventually(lambda: all(child.said() == "up" for child in children))

    supervisor.stop()

    assert order.read_text().split() == ["portal", "worker", "broker"]


def test_a_part_that_does_not_listen_is_asked_less_politely(supervisor: Supervisor, command: Callable[[str], Command]) -> None:
    part = Part("part", command(STUBBORN), lambda: True, stage=1, stops=(signal.SIGTERM, signal.SIGQUIT))
    supervisor.start(part)
    child = supervisor._running["part"].child
    eventually(lambda: child.said() == "up")
    supervisor._asked = 1

    begin = time.monotonic()
    supervisor._stop_asked(signal.SIGINT, None)
    supervisor.stop()

    assert time.monotonic() - begin < 5, "a second Ctrl-C does not wait"
    assert child.exit_code() == -signal.SIGKILL
