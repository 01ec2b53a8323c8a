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
from traitlets import Bool, Dict, List, Unicode, default

from hub_bridge import environments, sandbox
from hub_bridge.environments import Environment, EnvironmentProblem
from hub_bridge.homes import HomeFull, HomeRefused, Homes
from hub_bridge.names import is_guest_name
from hub_bridge.sandbox import sandbox_problem

__all__ = ["SandboxSpawner", "SpawnRefused", "sandbox_problem"]

LOOK_SECONDS = 0.1
SINGLEUSER = Path(__file__).parent / "singleuser"
KERNELS_INSIDE = "/run/homeroom/environment"
"""Where a sandboxed server finds the kernel of its environment; nothing in there can write to it."""
KERNELS_IN_HOME = ".jupyter-run/environment"
"""The same where there is no sandbox, below the home."""


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
    environments = Dict(help="Paths of the Pythons that servers may be started with, by the environment's name.").tag(config=True)

    _environment: Environment | None = None

    @default("apply_user_options")
    def _options_are_read_at_the_start(self) -> Callable[..., None]:
        """Without any, the hub would note that nobody reads the options."""
        return lambda _spawner, _options: None

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
        base, jupyter_path = sandbox.base_environment(), str(SINGLEUSER / "share")
        if self._environment:
            base["PATH"] = f"{self._environment.bin}{os.pathsep}{base['PATH']}"
            kernels = KERNELS_INSIDE if self.sandboxed else f"{home}/{KERNELS_IN_HOME}"
            jupyter_path = f"{kernels}{os.pathsep}{jupyter_path}"
        return {
            **base,
            **language,
            **ours,
            "USER": self.user.name,
            "LOGNAME": self.user.name,
            "HOME": home,
            "SHELL": "/bin/bash",
            "JUPYTER_CONFIG_PATH": str(SINGLEUSER / "config"),
            "JUPYTER_PATH": jupyter_path,
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
        self._environment = await self._chosen()
        files = {"/etc/passwd": sandbox.descriptor_of(sandbox.passwd_entry(self.user.name, uid))}
        try:
            if self._environment:
                files |= self._kernel(self._environment, uid)
            self.cmd = [*self._wrapping(uid, files), sys.executable, "-P", "-m", "hub_bridge.singleuser"]
            self.popen_kwargs = {"pass_fds": list(files.values()), "cwd": "/"}
            address: tuple[str, int] = await super().start()
        finally:
            for descriptor in files.values():
                os.close(descriptor)
        return address

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What people read while they wait; the hub ends this when the server answers."""
        yield {"progress": 20, "message": "A sandbox is made around your home folder."}
        while self.proc is None:  # noqa: ASYNC110 - the class above tells nobody when it has started the process
            await asyncio.sleep(LOOK_SECONDS)
        yield {"progress": 50, "message": "Your server is loading its programs."}

    async def _chosen(self) -> Environment | None:
        """The environment that was asked for, None for Homeroom's own Python. Raises SpawnRefused.

        Whoever may start a server may send any options with it. So they hold a name, never a path, and only names count that
        the one who runs the server has given.
        """
        name = self.user_options.get(environments.OPTION, environments.DEFAULT)
        if name == environments.DEFAULT:
            return None
        python = self.environments.get(name) if isinstance(name, str) else None
        if python is None:
            raise SpawnRefused(f"There is no environment “{str(name)[:60]}” here. Open the notebook again, or tell your teacher.")
        try:
            return await asyncio.to_thread(environments.look_at, name, python)
        except EnvironmentProblem as problem:
            self.log.error("%s", problem)  # noqa: TRY400 - a sentence; the trace says nothing more
            raise SpawnRefused(f"The environment “{name}” does not work at this moment. Tell your teacher.") from problem

    def _kernel(self, environment: Environment, uid: int) -> dict[str, int]:
        """The environment's kernel for this server, as a further file of its sandbox; where there is none, in the home."""
        if self.sandboxed:
            return {f"{KERNELS_INSIDE}/{environments.KERNELSPEC}": sandbox.descriptor_of(environment.kernelspec())}
        place = f"{KERNELS_IN_HOME}/{environments.KERNELSPEC}"
        try:
            Homes(Path(self.homes)).place(self.user.name, place, environment.kernelspec(), uid=uid, replace=True)
        except (HomeRefused, HomeFull) as error:
            raise SpawnRefused(str(error)) from error
        return {}

    def _wrapping(self, uid: int, files: dict[str, int]) -> list[str]:
        if not self.sandboxed:
            return sandbox.drop_to(uid) if os.geteuid() == 0 else []
        more = dict(files)
        return sandbox.sandbox_command(
            self.home,
            self.user.name,
            uid,
            passwd=more.pop("/etc/passwd"),
            hide=[Path(path) for path in self.hide],
            scratch_bytes=sandbox.GUEST_SCRATCH_BYTES if is_guest_name(self.user.name) else sandbox.SCRATCH_BYTES,
            more_software=self._environment.places if self._environment else (),
            more_files=more,
        )

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
