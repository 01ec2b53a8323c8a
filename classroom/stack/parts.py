"""The parts of the stack: what each runs, what it may know, and how to tell that it is ready."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT, SIGTERM, Signals

import classroom
import hub_bridge
from classroom.config import PORTAL_PREFIX, Settings, templates_folder
from classroom.messages import CHECKS_QUEUE, GRADING_QUEUE, OPERATIONS_QUEUE, PORTAL_QUEUE, SERVERS_QUEUE
from classroom.stack import health
from classroom.stack.broker import broker_answers, broker_command
from classroom.stack.child import Command
from classroom.stack.settings import environment_of
from classroom.stack.state import State
from hub_bridge.proxy import proxy_command

INHERITED = ("HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""What of our own environment every part gets."""

HUB_SETTINGS = (
    "STATE",
    "PORTAL_URL",
    "HUB_URL",
    "HUB_API_URL",
    "SERVERS_ON_SUBDOMAINS",
    "SPAWN_LIMIT",
    "ENVIRONMENTS",
    "HUB_TOKEN",
    "IDENTITY_TOKEN",
)
"""Settings that the hub gets: what concerns sign-in and servers, not the database nor what signs the portal's sessions."""

HUB_CONFIG = Path(hub_bridge.__file__).parent / "hub_config.py"
"""Not imported here: it belongs into the hub's process."""

POLITELY = (SIGTERM,)
SOON = (SIGTERM, SIGQUIT)
"""A worker ends when its task does; asked once more, it gives the task back and ends now."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the stack. ``stage`` says when it stops: lower ones first."""

    name: str
    command: Command
    ready: Callable[[], bool]
    stage: int
    stops: tuple[Signals, ...] = POLITELY
    needs_database: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What the parts are made from."""

    state: State
    settings: Settings
    port: int
    proxy_script: Path
    proxy_token: str
    own_broker: bool
    sandboxed: bool


def parts_of(plan: Plan) -> list[Part]:
    """All parts, in the order they start."""
    broker = [_broker(plan)] if plan.own_broker else []
    return [*broker, _proxy(plan), _hub(plan), _grading(plan), _portal(plan), _worker(plan), _operations(plan), _servers(plan)]


def prepare_command(plan: Plan, *, demo: bool) -> Command:
    """The command that brings the database up to date and prints the demo people."""
    return _python(plan, "prepare", environment_of(plan.settings), "-m", "classroom.stack.prepare", *(["--demo"] if demo else []))


def _broker(plan: Plan) -> Part:
    url = plan.settings.broker
    command = _command(plan, "broker", {}, broker_command(plan.state, url))
    return Part("broker", command, lambda: broker_answers(url), stage=5)


def _proxy(plan: Plan) -> Part:
    by_host = plan.settings.servers_on_subdomains
    arguments = proxy_command(
        plan.proxy_script, port=plan.port + 1, api_port=plan.port + 3, hub_port=plan.port + 2, by_host=by_host
    )
    command = _command(plan, "proxy", {"CONFIGPROXY_AUTH_TOKEN": plan.proxy_token}, arguments)
    return Part("proxy", command, lambda: health.listens(plan.port + 3), stage=4)


def _hub(plan: Plan) -> Part:
    every = environment_of(plan.settings)
    package = Path(classroom.__file__).parent
    environment = {f"HOMEROOM_{name}": every[f"HOMEROOM_{name}"] for name in HUB_SETTINGS} | {
        "HOMEROOM_IDENTITY_URL": f"http://127.0.0.1:{plan.port}{PORTAL_PREFIX}/identity",
        "HOMEROOM_OWN_SERVER_URL": f"http://127.0.0.1:{plan.port}{PORTAL_PREFIX}/own-server",
        "HOMEROOM_PROXY_API_URL": f"http://127.0.0.1:{plan.port + 3}",
        "HOMEROOM_PROXY_TOKEN": plan.proxy_token,
        "HOMEROOM_HUB_TEMPLATES": str(templates_folder() / "hub"),
        "HOMEROOM_HIDE": os.pathsep.join((str(package), str(package.parent / "courses"))),
        "HOMEROOM_UNSAFE_SERVERS": "false" if plan.sandboxed else "true",
    }
    command = _python(plan, "hub", environment, "-m", "jupyterhub", "-f", str(HUB_CONFIG))
    return Part("hub", command, lambda: health.answers(f"http://127.0.0.1:{plan.port + 1}/hub/health"), stage=3)


def _portal(plan: Plan) -> Part:
    url = f"http://127.0.0.1:{plan.port}{PORTAL_PREFIX}/health"
    command = _python(plan, "portal", environment_of(plan.settings), "-m", "classroom.stack.portal_process", str(plan.port))
    return Part("portal", command, lambda: health.answers(url), stage=1, needs_database=True)


def _worker(plan: Plan) -> Part:
    """The portal's short tasks, and the clock (beat) that sends the regular ones: this is the only worker of its kind here."""
    clock = ["--beat", f"--schedule={plan.state.path / 'run' / 'beat'}"]
    return _portal_worker(plan, "worker", PORTAL_QUEUE, "--concurrency=2", *clock)


def _operations(plan: Plan) -> Part:
    """The portal's long tasks. They have a worker of their own so that no short one ever waits behind them."""
    return _portal_worker(plan, "operations", OPERATIONS_QUEUE, "--concurrency=2")


def _servers(plan: Plan) -> Part:
    """The one who asks the hub for servers, one round after another; a single process is enough for that."""
    return _portal_worker(plan, "servers", SERVERS_QUEUE, "--pool=solo")


def _portal_worker(plan: Plan, name: str, queue: str, *more: str) -> Part:
    host = f"{queue}@homeroom"
    arguments = _celery("classroom.tasks.app", "worker", f"--queues={queue}", f"--hostname={host}", *more)
    command = _python(plan, name, environment_of(plan.settings), *arguments)
    return Part(name, command, _pong(plan, host), stage=2, stops=SOON, needs_database=True)


def _grading(plan: Plan) -> Part:
    """The one part that runs students' code: it gets the broker and the content store, and nothing to steal."""
    environment = {
        "HOMEROOM_BROKER_URL": plan.settings.broker,
        "HOMEROOM_FILES": str(plan.settings.files),
        "HOMEROOM_SANDBOX": plan.settings.sandbox,
        "HOMEROOM_UNSAFE_NO_SANDBOX": "1" if plan.settings.unsafe_no_sandbox else "",
    }
    jobs = f"--concurrency={plan.settings.grading_jobs}"
    host = f"{GRADING_QUEUE}@homeroom"
    queues = f"--queues={CHECKS_QUEUE},{GRADING_QUEUE}"
    arguments = _celery("grader.worker:app", "worker", queues, f"--hostname={host}", jobs)
    command = _python(plan, "grading", environment, *arguments)
    return Part("grading", command, _pong(plan, host), stage=2, stops=SOON)


def _pong(plan: Plan, name: str) -> Callable[[], bool]:
    return lambda: health.worker_answers(plan.settings.broker, name)


def _celery(app: str, *arguments: str) -> list[str]:
    return ["-m", "celery", "-A", app, *arguments, "--without-gossip", "--without-mingle", "--loglevel=INFO"]


def _python(plan: Plan, name: str, environment: dict[str, str], *arguments: str) -> Command:
    return _command(plan, name, environment, [sys.executable, "-P", *arguments])


def _command(plan: Plan, name: str, environment: dict[str, str], arguments: list[str]) -> Command:
    inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
    path = f"{sys.prefix}/bin{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    base = {"PATH": path, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **inherited}
    return Command(arguments, base | environment, plan.state.path / "run", plan.state.path / "log" / f"{name}.log")
