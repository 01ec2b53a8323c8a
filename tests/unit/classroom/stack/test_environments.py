"""HOMEROOM_ENVIRONMENTS: read, handed on to the hub, and tried before anything starts."""

import json
import os
from pathlib import Path

import pytest

from classroom.config import Settings
from classroom.stack.environments import check_environments
from classroom.stack.errors import StackError
from classroom.stack.parts import Plan, parts_of
from classroom.stack.settings import environment_of, make_settings
from classroom.stack.state import State
from hub_bridge import sandbox
from tests.support.second_python import make_second_python

NAME = "Machine learning"


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.prepare()
    return state


def test_names_and_paths_reach_the_hub_and_every_process_of_the_portal(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEROOM_ENVIRONMENTS", json.dumps({NAME: "/opt/ml/bin/python"}))
    settings = make_settings(state, port=9000)
    plan = Plan(
        state=state, settings=settings, port=9000, proxy_script=Path(), proxy_token="", own_broker=True, sandboxed=True
    )  # fmt: skip
    told = {part.name: part.command.environment.get("HOMEROOM_ENVIRONMENTS") for part in parts_of(plan)}

    assert settings.offered_environments == ["Python", NAME]
    assert json.loads(told["hub"] or "") == {NAME: "/opt/ml/bin/python"}
    monkeypatch.setenv("HOMEROOM_ENVIRONMENTS", environment_of(settings)["HOMEROOM_ENVIRONMENTS"])
    assert Settings().environments == settings.environments


def test_unset_there_is_homerooms_own_python(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOMEROOM_ENVIRONMENTS", raising=False)

    assert make_settings(state, port=9000).offered_environments == ["Python"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{", "Write JSON"),
        ("[]", "Write JSON"),
        ('{"ML": 3}', "Write JSON"),
        ('{"python": "/opt/ml/bin/python"}', "“Python” is Homeroom's own"),
        ('{"ML": "bin/python"}', "“ML” must be the whole path"),
        ('{" ML": "/opt/ml/bin/python"}', "is no name"),
        (json.dumps({"x" * 61: "/opt/ml/bin/python"}), "is no name"),
        (json.dumps({"a\nb": "/opt/ml/bin/python"}), "is no name"),
    ],
)
def test_what_makes_no_sense_stops_the_start_with_a_sentence(
    state: State, monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    monkeypatch.setenv("HOMEROOM_ENVIRONMENTS", value)

    with pytest.raises(StackError, match=f"^HOMEROOM_ENVIRONMENTS: .*{says}"):
        make_settings(state, port=9000)


def test_each_environment_is_tried_in_a_servers_sandbox(tmp_path: Path) -> None:
    if problem := sandbox.sandbox_problem():
        pytest.skip(problem)
    good, bare = make_second_python(tmp_path / "good"), make_second_python(tmp_path / "bare", with_packages=False)
    check_environments(Settings(environments={NAME: good}), sandboxed=True)

    with pytest.raises(StackError) as told:
        check_environments(Settings(environments={NAME: good, "Bare": bare, "Gone": "/opt/gone/python"}), sandboxed=True)
    lines = str(told.value).splitlines()
    assert len(lines) == 2
    assert f"Run {bare} -m pip install ipykernel" in lines[0]
    assert "there is no file /opt/gone/python" in lines[1]


def test_packages_outside_of_the_environments_folders_are_missed_before_the_class_does(tmp_path: Path) -> None:
    """They are there for whoever tries it in a terminal, and not in a server's sandbox."""
    if problem := sandbox.sandbox_problem():
        pytest.skip(problem)
    python = make_second_python(tmp_path / "environment", with_packages=False)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("ipykernel", "ipykernel_launcher"):
        (elsewhere / f"{name}.py").write_text("")
    site = next((tmp_path / "environment" / "lib").glob("python3*/site-packages"))
    (site / "elsewhere.pth").write_text(f"{elsewhere}{os.linesep}")
    check_environments(Settings(environments={NAME: python}), sandboxed=False)

    with pytest.raises(
        StackError, match=r"does not work inside a notebook server's sandbox: ModuleNotFoundError.*All of it must lie in"
    ):
        check_environments(Settings(environments={NAME: python}), sandboxed=True)
