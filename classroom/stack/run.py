"""``homeroom up``: from an empty folder to a running stack, and back."""

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from classroom.config import PORTAL_PREFIX, Settings
from classroom.stack.child import Child
from classroom.stack.environments import check_environments
from classroom.stack.errors import StackError
from classroom.stack.leftovers import end_leftovers
from classroom.stack.parts import Plan, parts_of, prepare_command
from classroom.stack.settings import make_settings
from classroom.stack.state import PEOPLE, State
from classroom.stack.supervisor import Stopped, Supervisor
from hub_bridge.proxy import ProxyMissing, ensure_proxy
from hub_bridge.sandbox import sandbox_problem

PORTS = 4
VERSIONS = ("homeroom", "jupyterhub", "jupyterlab", "notebook", "celery")


def run_stack(path: Path, *, port: int, demo: bool, unsafe_servers: bool = False, say: Callable[[str], None] = print) -> None:
    """Start all parts on the state folder ``path``, and stay until told to stop. Raises StackError with a sentence."""
    os.umask(0o077)
    state = State(path)
    state.prepare()
    state.lock()
    state.remove_ready()
    say(f"Homeroom {version('homeroom')} starts. All it writes is in {state.path}")
    say, show = _noted(state, say), say
    supervisor = Supervisor(state, say)
    supervisor.listen()
    try:
        plan = _plan(state, port=port, unsafe_servers=unsafe_servers, supervisor=supervisor)
        people = _start(plan, supervisor, demo=demo)
        started_at = datetime.now(UTC)

        def write_ready() -> None:
            state.write_ready(_facts(plan.settings, supervisor.pids(), people, started_at))

        write_ready()
        supervisor.tell("all is ready")
        _welcome(plan.settings, people, show)
        supervisor.watch(write_ready)
    except Stopped:
        pass
    finally:
        state.remove_ready()
        if supervisor.pids():
            say("Stopping ...")
            begin = time.monotonic()
            supervisor.stop()
            say(f"Stopped in {time.monotonic() - begin:.1f} s.")
        state.unlock()


def _noted(state: State, say: Callable[[str], None]) -> Callable[[str], None]:
    """Like ``say``, but what happens is in log/stack.log as well, and a terminal that was closed stops nothing."""
    log = state.path / "log" / "stack.log"

    def note(line: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line.strip()}\n")
        with suppress(OSError):
            say(line)

    return note


def _plan(state: State, *, port: int, unsafe_servers: bool, supervisor: Supervisor) -> Plan:
    """Everything that can be known to fail is looked at before anything starts."""
    for name in end_leftovers(state):
        supervisor.tell(f"ended {name}, left behind by a stack that was killed")
    _check_ports(port)
    problem = sandbox_problem()
    if problem and not unsafe_servers:
        raise StackError(
            f"{problem}\nWithout it every student could read every home and this state folder. To try Homeroom out all the "
            "same, on a machine with nothing to lose: --unsafe-servers"
        )
    if unsafe_servers:
        supervisor.tell("WARNING: students' servers are not separated from one another or from this machine (--unsafe-servers)")
    try:
        script = ensure_proxy(supervisor.tell)
    except ProxyMissing as error:
        raise StackError(str(error)) from error
    settings = make_settings(state, port=port)
    check_environments(settings, sandboxed=not unsafe_servers)
    return Plan(
        state=state,
        settings=settings,
        port=port,
        proxy_script=script,
        proxy_token=state.secrets()["proxy_token"],
        own_broker="broker_url" not in Settings().model_fields_set,
        sandboxed=not unsafe_servers,
    )


def _start(plan: Plan, supervisor: Supervisor, *, demo: bool) -> list[dict[str, Any]]:
    """Start every part as early as it can; the demo people."""
    parts = parts_of(plan)
    for part in parts:
        if not part.needs_database:
            supervisor.start(part)
    command = prepare_command(plan, demo=demo)
    supervisor.run_to_end(Child(command), "Preparing the database", command.log)
    supervisor.tell("the database is up to date")
    for part in parts:
        if part.needs_database:
            supervisor.start(part)
    supervisor.wait_until_ready([part.name for part in parts])
    prepared = plan.state.path / "run" / PEOPLE
    people: list[dict[str, Any]] = json.loads(prepared.read_text(encoding="utf-8"))
    prepared.unlink()
    return people


def _check_ports(port: int) -> None:
    for number in range(port, port + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                raise StackError(
                    f"Port {number} is taken ({error.strerror}). Homeroom needs {PORTS} ports from {port} on; choose with --port."
                ) from error


def _facts(settings: Settings, pids: dict[str, int], people: list[dict[str, Any]], started_at: datetime) -> dict[str, Any]:
    return {
        "base_url": f"{settings.portal_url}{PORTAL_PREFIX}/",
        "hub_url": settings.hub_url,
        "pids": {"stack": os.getpid(), **pids},
        "versions": {"python": sys.version.split()[0], **{name: version(name) for name in VERSIONS}},
        "started_at": started_at.isoformat(timespec="seconds"),
        "people": people,
    }


def _welcome(settings: Settings, people: list[dict[str, Any]], say: Callable[[str], None]) -> None:
    say(f"\n  Homeroom is at  {settings.portal_url}{PORTAL_PREFIX}/\n")
    teachers = [person for person in people if person["role"] in {"owner", "teacher"}][:1]
    students = [person for person in people if person["role"] == "student"][:2]
    if people:
        say("  Sign in as (each link works once):")
    for person in teachers + students:
        say(f"    {person['display_name']}, {person['role']}\n      {person['sign_in']}")
    if not people:
        say("  Make a course:  homeroom course create --help")
        say("  Let somebody in who has lost their way:  homeroom sign-in NAME")
    say("\n  Ctrl-C stops everything.\n")
