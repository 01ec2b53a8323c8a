"""Starts students' servers, each in a sandbox of its own."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Bool, List, Unicode

from hub_bridge import sandbox
from hub_bridge.names import is_guest_name
from hub_bridge.sandbox import sandbox_problem

__all__ = ["SandboxSpawner", "SpawnRefused", "sandbox_problem"]

LOOK_SECONDS = 0.1
SINGLEUSER = Path(__file__).parent / "singleuser"


class SpawnRefused(Exception):
    """A server may not start. The hub shows ``jupyterhub_message`` to its owner."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.jupyterhub_message = message


class SandboxSpawner(LocalProcessSpawner):  # type: ignore[misc]
    """A server that sees its owner's home and nothing else that belongs to anybody."""

    homes = Unicode(help="Folder of all homes.").tag(config=True)
    hide = List(Unicode(), help="Folders that no server may see.").tag(config=True)
    sandboxed = Bool(default_value=True, help="False only where bubblewrap cannot run and the operator said so.").tag(config=True)

    @property
    def home(self) -> Path:
        """The owner's home on this machine."""
        return Path(self.homes, self.user.name)

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Only what concerns this server: nothing of the hub's own environment is passed on."""
        ours = {
            key: value for key, value in env.items() if key.startswith(("JUPYTER", "MEM_", "CPU_")) or key in self.environment
        }
        language = {key: os.environ[key] for key in ("LANG", "LC_ALL", "TZ") if key in os.environ}
        home = sandbox.home_inside(self.user.name) if self.sandboxed else str(self.home)
        return {
            **sandbox.base_environment(),
            **language,
            **ours,
            "USER": self.user.name,
            "LOGNAME": self.user.name,
            "HOME": home,
            "SHELL": "/bin/bash",
            "JUPYTER_CONFIG_PATH": str(SINGLEUSER / "config"),
            "JUPYTER_PATH": str(SINGLEUSER / "share"),
            "JUPYTER_RUNTIME_DIR": "/tmp/jupyter" if self.sandboxed else f"{home}/.jupyter-run",  # noqa: S108 - the sandbox's own
        }

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        return partial(sandbox.prepare, sandbox.GUEST_BOUNDS) if is_guest_name(name) else sandbox.prepare

    async def move_certs(self, paths: dict[str, str]) -> dict[str, str]:
        return paths

    def get_state(self) -> dict[str, Any]:
        """No process id: a server ends with its hub, and after a restart the number may be anybody's."""
        return {key: value for key, value in super().get_state().items() if key != "pid"}

    async def start(self) -> tuple[str, int]:
        uid = self._owner()
        passwd = sandbox.descriptor_of(sandbox.passwd_entry(self.user.name, uid))
        try:
            self.cmd = [*self._wrapping(uid, passwd), sys.executable, "-P", "-m", "hub_bridge.singleuser"]
            self.popen_kwargs = {"pass_fds": [passwd], "cwd": "/"}
            address: tuple[str, int] = await super().start()
        finally:
            os.close(passwd)
        return address

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What people read while they wait; the hub ends this when the server answers."""
        yield {"progress": 20, "message": "A sandbox is made around your home folder."}
        while self.proc is None:  # noqa: ASYNC110 - the class above tells nobody when it has started the process
            await asyncio.sleep(LOOK_SECONDS)
        yield {"progress": 50, "message": "Your server is loading its programs."}

    def _wrapping(self, uid: int, passwd: int) -> list[str]:
        if self.sandboxed:
            scratch = sandbox.GUEST_SCRATCH_BYTES if is_guest_name(self.user.name) else sandbox.SCRATCH_BYTES
            hide = [Path(path) for path in self.hide]
            return sandbox.sandbox_command(self.home, self.user.name, uid, passwd=passwd, hide=hide, scratch_bytes=scratch)
        return sandbox.drop_to(uid) if os.geteuid() == 0 else []

    def _owner(self) -> int:
        """The user id the server runs as: the home's owner. Raises SpawnRefused."""
        try:
            home = self.home.lstat()
        except OSError as error:
            raise SpawnRefused(
                "Your home folder is not ready yet. Try again in a minute; if it stays so, tell your teacher."
            ) from error
        if not stat.S_ISDIR(home.st_mode):
            raise SpawnRefused("Your home folder is not a folder. Tell your teacher.")
        if os.geteuid() == 0 and home.st_uid < sandbox.FIRST_UID:
            raise SpawnRefused(f"Your home folder belongs to user id {home.st_uid} of the machine. Tell your teacher.")
        return home.st_uid
