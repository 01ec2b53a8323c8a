"""The state folder: one stack at a time, and secrets for its owner's eyes."""

import json
import os
import stat
from pathlib import Path

import pytest

from classroom.stack.errors import StackError
from classroom.stack.settings import environment_of, make_settings, settings_of
from classroom.stack.state import State, write_json


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A fresh state folder."""
    state = State(tmp_path / "state")
    state.prepare()
    return state


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(state: State) -> None:
    first = state.secrets()

    second = State(state.path).secrets()

    assert first == second
    assert len(set(first.values())) == len(first)
    assert mode(state.path / "secrets.json") == 0o600


def test_a_secret_that_a_newer_version_needs_is_added(state: State) -> None:
    write_json(state.path / "secrets.json", {"secret_key": "kept"})

    secrets = state.secrets()

    assert secrets["secret_key"] == "kept"
    assert secrets["identity_token"]


def test_only_homes_are_reachable_for_others_and_only_under_root(state: State) -> None:
    passable = 0o711 if os.geteuid() == 0 else 0o700

    assert mode(state.path) == mode(state.path / "homes") == passable
    assert {mode(state.path / name) for name in ("run", "log", "hub", "broker", "files")} == {0o700}


def test_a_second_stack_on_the_same_folder_is_refused_with_what_to_do(state: State) -> None:
    state.lock()

    with pytest.raises(StackError, match=f"process {os.getpid()}.*--state"):
        State(state.path).lock()
    state.unlock()
    again = State(state.path)
    again.lock()
    again.unlock()


def test_a_damaged_file_is_named(state: State) -> None:
    (state.path / "secrets.json").write_text("{")

    with pytest.raises(StackError, match=r"secrets\.json cannot be read"):
        state.secrets()


def test_addresses_follow_from_the_port_and_the_command_line_finds_them_again(state: State) -> None:
    settings = make_settings(state, port=9000)

    assert (settings.portal_url, settings.hub_url) == ("http://localhost:9000", "http://localhost:9001")
    assert settings.hub_api_url == "http://127.0.0.1:9002/hub/api"
    assert settings_of(state.path) == settings


def test_what_the_operator_set_wins(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEROOM_PORTAL_URL", "https://school.example")
    monkeypatch.setenv("HOMEROOM_SECRET_KEY", "chosen")

    settings = make_settings(state, port=9000)

    assert settings.portal_url == "https://school.example"
    assert settings.secret_key.get_secret_value() == "chosen"


def test_another_process_reads_the_same_settings_from_its_environment(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(state, port=9000)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)

    assert type(settings)() == settings


def test_a_file_appears_whole_or_not_at_all(state: State) -> None:
    write_json(state.path / "x.json", {"a": 1})

    with pytest.raises(TypeError):
        write_json(state.path / "x.json", {"a": object()})

    assert json.loads((state.path / "x.json").read_text()) == {"a": 1}
