"""The half of handing in that runs in JupyterLab: what it says, tested in Node.js, and that it is whole."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from hub_bridge.proxy import node_binary
from hub_bridge.spawner import SINGLEUSER

EXTENSION = SINGLEUSER / "share" / "labextensions" / "homeroom"
STATIC = EXTENSION / "static"
MODULES = sorted(path for path in STATIC.glob("*.js") if path.name != "remoteEntry.js")


@pytest.mark.parametrize("words", ["words.test.mjs", "changes.test.mjs"])
def test_what_the_notebook_says_is_right(checkout: Path, words: str) -> None:
    done = subprocess.run(
        [str(node_binary()), "--test", "--test-reporter=tap", str(checkout / "tests" / "unit" / "hub_bridge" / words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# fail 0" in done.stdout


def test_the_package_names_what_is_there() -> None:
    package = json.loads((EXTENSION / "package.json").read_text())
    build = package["jupyterlab"]["_build"]

    assert package["name"] == EXTENSION.name == "homeroom"
    assert (EXTENSION / build["load"]).is_file()
    for exposed in (build["extension"], build["style"]):
        assert f'"{exposed}"' in (STATIC / "remoteEntry.js").read_text()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_each_module_is_valid_and_imports_only_its_neighbours(module: Path) -> None:
    text = module.read_text("utf-8")
    imported = re.findall(r"""^import .* from ["'](.*)["'];$""", text, re.MULTILINE)

    assert all((STATIC / name).is_file() and name.startswith("./") for name in imported)
    # --check reads a file named .js as a script; from the standard input the kind can be said.
    done = subprocess.run(
        [str(node_binary()), "--input-type=module", "--check"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_a_student_wrote_becomes_markup_and_nothing_is_fetched_from_elsewhere() -> None:
    texts = {path.name: path.read_text("utf-8") for path in STATIC.iterdir()}

    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert [name for name, text in texts.items() if word in text] == []
