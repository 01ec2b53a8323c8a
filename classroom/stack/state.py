"""The state folder: everything the running system writes, and who may look into it."""

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import Any, TextIO

from classroom.stack.errors import StackError

FOLDERS = ("run", "log", "hub", "broker", "files", "homes")
SECRETS = ("secret_key", "hub_token", "identity_token", "proxy_token", "broker_password")
PEOPLE = "people.json"
"""In run/: the demo people, from the process that prepares the database to the one that shows them."""

PRIVATE, PASSABLE = 0o700, 0o711


class State:
    """A state folder. ``lock`` must have been called before anything is written."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: TextIO | None = None

    def prepare(self) -> None:
        """Make the folders. Under root, homes must be reachable for the user ids they belong to, and nothing else."""
        reachable = PASSABLE if os.geteuid() == 0 else PRIVATE
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(reachable)
            for name in FOLDERS:
                (self.path / name).mkdir(exist_ok=True)
                (self.path / name).chmod(reachable if name == "homes" else PRIVATE)
        except OSError as error:
            raise StackError(f"The state folder {self.path} cannot be used: {error.strerror}.") from error

    def lock(self) -> None:
        """Keep every other stack away from this folder until this process ends. Raises StackError when one is here."""
        self._lock = (self.path / "run" / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.seek(0)
            owner = self._lock.read().strip() or "unknown"
            self.unlock()
            raise StackError(
                f"Another stack (process {owner}) runs on {self.path}. Stop it first, or choose another folder with --state."
            ) from error
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def unlock(self) -> None:
        """Let others use the folder again."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def secrets(self) -> dict[str, str]:
        """The stack's own secrets, made on first start."""
        path = self.path / "secrets.json"
        kept: dict[str, str] = read_json(path)
        missing = {name: secrets.token_hex(32) for name in SECRETS if name not in kept}
        if missing:
            write_json(path, kept | missing)
        return kept | missing

    def write_ready(self, facts: dict[str, Any]) -> None:
        """Say to the world that all is up."""
        write_json(self.path / "READY.json", facts)

    def remove_ready(self) -> None:
        """Take that back."""
        (self.path / "READY.json").unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """What a file says; nothing when there is none. Raises StackError when it is damaged."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StackError(f"{path} cannot be read: {error}.") from error


def write_json(path: Path, facts: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Write a file for its owner's eyes, whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(facts, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StackError(f"{path} cannot be written: {error.strerror}.") from error
