"""What a cell in a student's notebook can see and do: their own home, and not much else."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.lab import run_first_code_cell
from tests.support.stack import Stack
from tests.support.visitor import eventually

LOOK_AROUND = """
import json, os, pathlib, subprocess

def tried(what):
    try:
        return str(what())
    except Exception as error:
        return f"refused: {type(error).__name__}"

def write(path):
    with open(path, "a") as file:
        file.write("x")
    return "written"

state = %(state)r
found = {
    "state": tried(lambda: os.listdir(state)),
    "secrets": tried(lambda: open(state + "/secrets.json").read()),
    "database": tried(lambda: open(state + "/portal.sqlite", "rb").read(10)),
    "other home": tried(lambda: os.listdir(state + "/homes/ada")),
    "broker": tried(lambda: os.stat(state + "/run/broker.sock")),
    "homes beside": [str(path) for path in pathlib.Path.home().parent.iterdir() if path != pathlib.Path.home()],
    "system": tried(lambda: write("/usr/x")),
    "packages": tried(lambda: write(os.path.join(os.path.dirname(json.__file__), "__init__.py"))),
    "own home": tried(lambda: write(pathlib.Path.home() / "mine.txt")),
    "uid": os.getuid(),
    "processes": sorted(pid for pid in os.listdir("/proc") if pid.isdigit()),
    "environment": [
        value
        for pid in os.listdir("/proc") if pid.isdigit()
        for value in [tried(lambda: open(f"/proc/{pid}/environ").read())]
    ],
    "arguments": [
        tried(lambda: open(f"/proc/{pid}/cmdline").read()) for pid in os.listdir("/proc") if pid.isdigit()
    ],
    "privileges": [line for line in open("/proc/self/status").read().splitlines() if line.startswith(("CapEff", "NoNewPrivs"))],
}
pathlib.Path.home().joinpath("seen.json").write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def seen(stack: Stack, browser_page: Callable[[], Page]) -> dict[str, Any]:
    """What ben's notebook wrote down about its surroundings."""
    home = eventually("ben has a home", lambda: stack.home("ben") if stack.home("ben").is_dir() else None)
    plant(home / "look.ipynb", LOOK_AROUND % {"state": str(stack.state)})
    page = browser_page()
    page.goto(stack.sign_in_link("ben"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{stack.portal}/**")
    page.goto(f"{stack.portal}/courses/data-101/a/temperatures/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open").first.click()
    opened.value.wait_for_url("**/lab/tree/**", timeout=120_000)
    # A workspace of its own: in the other one, JupyterLab brings back what was open and may put that in front.
    opened.value.goto(f"http://ben.localhost:{stack.port + 1}/user/ben/lab/workspaces/look/tree/look.ipynb")
    run_first_code_cell(opened.value)
    written = eventually("the cell has looked around", lambda: home / "seen.json" if (home / "seen.json").exists() else None)
    return dict(json.loads(written.read_text()))


def plant(path: Path, code: str) -> None:
    """A notebook with one cell, owned by whoever owns the folder."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": code,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.write_text(json.dumps({"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}))
    os.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)


def test_a_cell_sees_neither_state_nor_other_homes(seen: dict[str, Any]) -> None:
    hidden = ("state", "secrets", "database", "other home", "broker")

    assert {name: seen[name] for name in hidden if not seen[name].startswith("refused")} == {}
    assert seen["homes beside"] == []


def test_a_cell_writes_its_own_home_and_nothing_else(seen: dict[str, Any]) -> None:
    assert seen["own home"] == "written"
    assert seen["system"].startswith("refused")
    assert seen["packages"].startswith("refused")


def test_a_cell_sees_only_the_servers_own_processes(seen: dict[str, Any]) -> None:
    assert "1" in seen["processes"]
    assert len(seen["processes"]) < 12
    assert not [arguments for arguments in seen["arguments"] if "celery" in arguments or "jupyterhub-config" in arguments]


def test_no_secret_of_the_stack_is_in_sight(seen: dict[str, Any], stack: Stack) -> None:
    sight = json.dumps([seen["environment"], seen["arguments"]])

    assert [name for name, secret in stack.secrets.items() if secret in sight] == []


def test_a_cell_has_no_privileges(seen: dict[str, Any]) -> None:
    assert seen["uid"] != 0
    assert "CapEff:\t0000000000000000" in seen["privileges"]
    assert "NoNewPrivs:\t1" in seen["privileges"]
