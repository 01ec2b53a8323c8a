"""The proxy is installed once and runs without a Node.js of the machine's."""

import json
import subprocess
import sys
from pathlib import Path

from hub_bridge.proxy import ensure_proxy, node_binary, proxy_command


def test_the_lock_names_no_addresses(checkout: Path) -> None:
    lock = json.loads((checkout / "hub_bridge/node/package-lock.json").read_text())

    packages = [package for name, package in lock["packages"].items() if name]

    assert packages
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in packages)


def test_the_second_install_is_a_lookup() -> None:
    first = ensure_proxy(print)
    said: list[str] = []

    second = ensure_proxy(said.append)

    assert first == second
    assert first.is_relative_to(sys.prefix)
    assert said == []


def test_the_proxy_runs() -> None:
    command = [str(node_binary()), str(ensure_proxy(print)), "--version"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("5.")


def test_the_proxy_listens_on_loopback_only() -> None:
    command = proxy_command(Path("x.js"), port=1, api_port=3, hub_port=2, by_host=True)

    assert command[2:8] == ["--ip", "127.0.0.1", "--port", "1", "--api-ip", "127.0.0.1"]
    assert "--host-routing" in command
