"""Each part gets what it needs to know, and nothing appears in the list of processes."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import waitress
from werkzeug import Request, Response
from werkzeug.test import Client

from classroom.stack.broker import broker_answers, broker_command, broker_url
from classroom.stack.child import Child, Command
from classroom.stack.errors import StackError
from classroom.stack.parts import INHERITED, Plan, parts_of
from classroom.stack.portal_process import behind_proxies, server_options
from classroom.stack.run import _check_ports
from classroom.stack.settings import make_settings
from classroom.stack.state import State

OURS = {*INHERITED, "PATH", "LANG", "PYTHONUNBUFFERED"}


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A fresh state folder."""
    state = State(tmp_path / "s")
    state.prepare()
    return state


@pytest.fixture
def plan(state: State) -> Plan:
    """A plan on its default settings."""
    return Plan(
        state=state,
        settings=make_settings(state, port=9000),
        port=9000,
        proxy_script=Path("proxy.js"),
        proxy_token=state.secrets()["proxy_token"],
        own_broker=True,
        sandboxed=True,
    )


@pytest.fixture
def commands(plan: Plan) -> dict[str, Command]:
    """The command of each part."""
    return {part.name: part.command for part in parts_of(plan)}


def test_the_grading_worker_knows_the_broker_the_files_the_sandbox_and_nothing_else(commands: dict[str, Command]) -> None:
    assert set(commands["grading"].environment) - OURS == {
        "HOMEROOM_BROKER_URL",
        "HOMEROOM_FILES",
        "HOMEROOM_SANDBOX",
        "HOMEROOM_UNSAFE_NO_SANDBOX",
    }


def test_the_hub_knows_neither_the_database_nor_what_signs_sessions(commands: dict[str, Command], state: State) -> None:
    environment = commands["hub"].environment

    assert not {"HOMEROOM_DATABASE_URL", "HOMEROOM_SECRET_KEY", "HOMEROOM_BROKER_URL"} & set(environment)
    assert state.secrets()["secret_key"] not in environment.values()
    assert environment["HOMEROOM_UNSAFE_SERVERS"] == "false"


def test_the_proxy_knows_its_own_token_only(commands: dict[str, Command]) -> None:
    assert set(commands["proxy"].environment) - OURS == {"CONFIGPROXY_AUTH_TOKEN"}


def test_no_secret_is_in_the_list_of_processes(commands: dict[str, Command], state: State) -> None:
    words = " ".join(word for command in commands.values() for word in command.arguments)

    assert not [name for name, secret in state.secrets().items() if secret in words]


def test_a_broker_of_the_operators_is_not_started(plan: Plan) -> None:
    theirs = Plan(**{name: getattr(plan, name) for name in Plan.__slots__} | {"own_broker": False})

    assert "broker" not in [part.name for part in parts_of(theirs)]


@pytest.fixture(params=["socket", "port"])
def url(request: pytest.FixtureRequest, state: State) -> str:
    """Where the broker listens: the usual socket, and the port that stands in when the path is too long."""
    if request.param == "socket":
        return broker_url(state, port=9000, password="secret")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    deep = State(state.path / ("d" * 120))
    url = broker_url(deep, port=free - 4, password="secret")
    assert url == f"redis://:secret@127.0.0.1:{free}/0"
    return url


@pytest.fixture
def broker(state: State, url: str) -> Iterator[Child]:
    """A running broker."""
    command = Command(broker_command(state, url), {}, state.path, state.path / "log" / "broker.log")
    child = Child(command)
    yield child
    child.signal_all(signal.SIGKILL)
    child.wait(5)


def test_the_broker_answers_at_its_address(broker: Child, url: str) -> None:
    while not broker_answers(url):
        assert broker.exit_code() is None, broker.said()

    assert not broker_answers("redis://:secret@127.0.0.1:9/0")
    assert not broker_answers(f"redis+socket://{os.devnull}")


def test_the_brokers_password_is_needed(state: State, broker: Child, url: str) -> None:
    while not broker_answers(url):
        assert broker.exit_code() is None, broker.said()

    if "@" in url:
        assert not broker_answers(url.replace("secret", "wrong"))
    else:
        assert (state.path / "run" / "broker.sock").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(StackError, match=f"Port {port} is taken.*--port"):
            _check_ports(port)


@Request.application
def _tells_the_address(request: Request) -> Response:
    return Response(request.remote_addr)


def test_a_body_larger_than_any_upload_is_refused_before_it_is_read(state: State) -> None:
    settings = make_settings(state, port=8000).model_copy(update={"notebook_upload_limit": 1_000_000})
    server = waitress.create_server(lambda _environ, _start: [b""], listen="127.0.0.1:0", **server_options(settings))

    def serve() -> None:
        with suppress(OSError):  # its sockets are closed under it at the end
            server.run()

    threading.Thread(target=serve, daemon=True).start()

    with socket.create_connection(("127.0.0.1", server.effective_port), timeout=10) as link:
        link.sendall(b"POST /portal/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n")
        answer = link.recv(1000)
    server.close()

    assert b" 413 " in answer


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_a_visitors_address_is_what_the_trusted_proxies_say_and_nothing_before_them(
    state: State, proxies: int, address: str
) -> None:
    settings = make_settings(state, port=8000).model_copy(update={"trusted_proxies": proxies})
    seen = behind_proxies(_tells_the_address, settings)

    answer = Client(seen).get(
        "/", environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.9, 198.51.100.7"}
    )

    assert answer.text == address
    assert server_options(settings)["clear_untrusted_proxy_headers"] is (proxies == 0)
