"""The house enforces itself: each rule of ARCHITECTURE.md that a machine can check is a test whose message says what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom import messages
from classroom.config import Settings
from classroom.stack.parts import Plan, parts_of
from classroom.stack.settings import make_settings
from classroom.stack.state import State

PACKAGES = ("classroom", "grader", "hub_bridge")
ENTRY_POINTS = ("web", "tasks", "cli", "stack")
BATCH_WORK = "operation_context"
"""Services that import this run in the background and end their batches with a commit of their own."""


def python_files(checkout: Path, *packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((checkout / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(), str(path))


def calls(tree: ast.Module, method: str) -> list[int]:
    """Lines on which a method of that name is called."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]


def test_only_entry_points_and_batch_work_commit(checkout: Path) -> None:
    guilty = [
        f"{path.relative_to(checkout)}:{line}"
        for path, tree in python_files(checkout, "classroom")
        if path.relative_to(checkout).parts[1] not in ENTRY_POINTS and BATCH_WORK not in path.read_text()
        for line in calls(tree, "commit")
        if path.name != "outbox.py"
    ]
    assert not guilty, f"a service must leave the commit to its caller (web, tasks, cli, stack): {guilty}"


def test_nothing_reads_the_environment_but_the_processes_first_lines(checkout: Path) -> None:
    allowed = {
        "grader/inside/locked.py",  # it reads nothing there, it sets what student code is to find
        "grader/worker.py",
        "hub_bridge/hub_config.py",
        "hub_bridge/proxy.py",
        "hub_bridge/spawner.py",
    }
    guilty = []
    for path, tree in python_files(checkout, *PACKAGES):
        name = str(path.relative_to(checkout))
        if name in allowed or "/stack/" in name or "/singleuser/" in name:
            continue
        guilty += [
            f"{name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and getattr(node.value, "id", "") == "os"
        ]
    assert not guilty, f"settings come from classroom.config.Settings, passed down as arguments: {guilty}"


@pytest.mark.parametrize("word", ["pickle", "dill", "marshal", "shelve"])
def test_nothing_is_ever_unpickled(checkout: Path, word: str) -> None:
    guilty = [
        f"{path.relative_to(checkout)}:{node.lineno}"
        for path, tree in python_files(checkout, *PACKAGES)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == word for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == word)
    ]
    assert not guilty, f"a job is plain JSON; {word} must not be imported: {guilty}"


def test_every_setting_is_documented(checkout: Path) -> None:
    page = (checkout / "docs" / "reference" / "settings.md").read_text()
    missing = [f"HOMEROOM_{name.upper()}" for name in Settings.model_fields if f"`HOMEROOM_{name.upper()}`" not in page]
    assert not missing, f"describe these in docs/reference/settings.md: {missing}"


def test_every_setting_has_a_description() -> None:
    missing = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not missing, f"give these a description in classroom/config.py: {missing}"


def test_every_queue_a_message_goes_to_has_a_worker(checkout: Path, tmp_path: Path) -> None:
    named = {value for name, value in vars(messages).items() if name.endswith("_QUEUE")}
    written = {
        keyword.value.value
        for _path, tree in python_files(checkout, "classroom", "grader")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "queue" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }
    missing = sorted((named | written) - served_queues(tmp_path))
    assert named, "classroom/messages.py names no queue"
    assert not missing, f"the stack starts no worker for: {missing}"


def served_queues(folder: Path) -> set[str]:
    """The queues that the stack's workers take messages from."""
    state = State(folder)
    state.prepare()
    plan = Plan(
        state=state, settings=make_settings(state, port=9000), port=9000, proxy_script=Path(), proxy_token="", own_broker=True,
        sandboxed=True,
    )  # fmt: skip
    words = [word for part in parts_of(plan) for word in part.command.arguments]
    return {queue for word in words if word.startswith("--queues=") for queue in word.removeprefix("--queues=").split(",")}


def test_templates_have_no_inline_script_or_style(checkout: Path) -> None:
    guilty = [
        f"{path.relative_to(checkout)}:{number}"
        for path in sorted((checkout / "templates").rglob("*.html"))
        if "email" not in path.parts and "hub" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|<style|https?://(?!\{)", line) and "xmlns" not in line
    ]
    assert not guilty, f"scripts and styles live in classroom/static, nothing comes from elsewhere: {guilty}"


def test_the_repository_names_no_registry_hosts(checkout: Path) -> None:
    locks = [*(checkout / "requirements").glob("*.txt"), *checkout.glob("hub_bridge/**/package-lock.json")]
    guilty = [
        path.name for path in locks if re.search(r"--index-url|--extra-index-url|--find-links|\"resolved\"", path.read_text())
    ]
    assert locks
    assert not guilty, f"locks pin versions and hashes, never addresses: {guilty}"
