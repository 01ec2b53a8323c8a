"""The wheel, without a checkout: what somebody has who installed Homeroom."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.stack import start_stack
from tests.support.visitor import Visitor

UV = Path(sys.prefix) / "bin" / "uv"


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=600)


@pytest.fixture
def homeroom(checkout: Path, tmp_path: Path) -> Iterator[Path]:
    """The command of a Homeroom installed from its wheel into a fresh environment."""
    venv, wheels = tmp_path / "venv", tmp_path / "wheels"
    # What is not in the repository must not get into the wheel, so it is built from a clone.
    run("git", "clone", "--quiet", "--depth=1", f"file://{checkout}", tmp_path / "source")
    run(UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", wheels, tmp_path / "source")
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    install = (UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", venv / "bin" / "python")
    run(*install, "--require-hashes", "-r", checkout / "requirements" / "runtime.txt")
    run(*install, "--no-deps", next(wheels.glob("*.whl")))
    yield venv / "bin" / "homeroom"
    shutil.rmtree(venv)  # half a gigabyte


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_wheel_runs_the_example_course_from_any_folder(homeroom: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    stack = start_stack(tmp_path / "state", homeroom=[str(homeroom)], folder=folder)
    try:
        visitor = Visitor(stack)
        home = visitor.sign_in(stack.ready["people"][0]["sign_in"])
        style = httpx.get(f"http://localhost:{stack.port}{home.soup.select('link[rel=stylesheet]')[0]['href']}")
        hub_login = httpx.get(f"{stack.hub}/hub/login")
        visitor.close()
    finally:
        stack.stop()

    assert "Data 101" in home.text
    buttons = list((homeroom.parents[1] / "lib").rglob("labextensions/homeroom/static/remoteEntry.js"))
    assert len(buttons) == 1, "the half that runs in JupyterLab comes along"
    assert style.headers["content-type"].startswith("text/css")
    assert "Homeroom" in hub_login.text, "the hub's pages are ours"
