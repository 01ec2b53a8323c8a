"""The settings of a stack: the environment, addresses that follow from the port, the state folder's secrets."""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from classroom.config import Settings
from classroom.stack.broker import broker_url
from classroom.stack.errors import StackError
from classroom.stack.state import State, read_json, write_json

ADDRESSES = ("portal_url", "hub_url", "hub_api_url", "broker_url", "database_url")
"""Kept for the command line: started from another terminal, it must find the same hub, broker and database."""


def make_settings(state: State, *, port: int) -> Settings:
    """The settings of the stack that starts on ``state``; they are kept there for the command line."""
    secrets = state.secrets()
    derived = {
        "portal_url": f"http://localhost:{port}",
        "hub_url": f"http://localhost:{port + 1}",
        "hub_api_url": f"http://127.0.0.1:{port + 2}/hub/api",
        "broker_url": broker_url(state, port=port, password=secrets["broker_password"]),
    }
    settings = _settings(state, derived, secrets)
    write_json(state.path / "run" / "addresses.json", {name: getattr(settings, name) for name in ADDRESSES})
    return settings


def settings_of(path: Path) -> Settings:
    """The settings of the stack whose state folder is ``path``, running or not; for the command line."""
    state = State(path)
    return _settings(state, read_json(state.path / "run" / "addresses.json"), read_json(state.path / "secrets.json"))


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that make :class:`Settings` the same in another process."""
    return {f"HOMEROOM_{name.upper()}": _text(getattr(settings, name)) for name in type(settings).model_fields}


def _settings(state: State, derived: dict[str, Any], secrets: dict[str, Any]) -> Settings:
    given = _given()
    values = derived | {name: secret for name, secret in secrets.items() if name in Settings.model_fields}
    # What the operator put into the environment wins.
    return Settings(
        **{"state": state.path, **{name: value for name, value in values.items() if name not in given.model_fields_set}}
    )


def _given() -> Settings:
    """What the environment says. Raises StackError with a line for each setting that makes no sense."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"HOMEROOM_{'.'.join(map(str, one['loc'])).upper()}: {_sentence(one['msg'])}" for one in error.errors()]
        raise StackError("\n".join([*lines, "All settings: docs/reference/settings.md"])) from error


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".") + "."


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
