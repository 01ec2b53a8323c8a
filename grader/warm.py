"""The templates that one worker process keeps: one for drivers, a few for kernels with the libraries of some assignments."""

import atexit
import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.fonts import font_files
from grader.fork_server import NotStarted, Template, start_driver_template
from grader.sandbox import Sandbox, SandboxUnavailable
from grader.sandboxes import ANY, UNSAFE, Wanted, sandboxes

log = logging.getLogger(__name__)

_KEPT = 2
"""Kernel templates kept although nobody uses them at the moment."""


@dataclass(slots=True)
class KernelTemplate:
    """A template for kernels, and the sandbox it sits in."""

    template: Template
    sandbox: Sandbox
    modules: frozenset[str]
    users: int = 0

    @property
    def kind(self) -> str:
        """The kind of the sandbox."""
        return self.sandbox.kind

    @property
    def paths(self) -> dict[str, str]:
        """Where its servers are, by side."""
        return {name: server.path for name, server in self.template.servers.items()}


@dataclass(slots=True)
class Warm:
    """All templates of this process. Threads may share it."""

    process: int = field(default_factory=os.getpid)
    wanted: Wanted = ANY
    _driver: Template | None = None
    _kernels: list[KernelTemplate] = field(default_factory=list)
    _sandbox: Sandbox | None = None
    _avoided: set[str] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def driver(self) -> Template:
        """The template for drivers. Raises NotStarted."""
        with self._lock:
            if self._driver is not None and not self._driver.is_alive():
                self._driver.end()
                self._driver = None
            if self._driver is None:
                self._driver = start_driver_template()
            return self._driver

    @contextlib.contextmanager
    def kernels(self, modules: Sequence[str] = ()) -> Iterator[KernelTemplate]:
        """A template for kernels that has ``modules`` loaded, as far as they can be. Raises SandboxUnavailable."""
        with self._lock:
            self._forget_dead()
            found = next((one for one in self._kernels if set(modules) <= one.modules), None) or self._start(modules)
            self._kernels.remove(found)
            self._kernels.append(found)
            found.users += 1
        try:
            yield found
        finally:
            with self._lock:
                found.users -= 1
                self._retire()

    def end(self) -> None:
        """End all of them."""
        with self._lock:
            for template in [self._driver, *(one.template for one in self._kernels)]:
                if template is not None:
                    template.end()
            self._driver, self._kernels = None, []

    def _start(self, modules: Sequence[str]) -> KernelTemplate:
        """In the first sandbox that can be made here; whether one can, only its start shows."""
        problems = []
        for make in self._makers():
            try:
                sandbox = make()
                started = self._start_in(sandbox, modules)
            except (NotStarted, SandboxUnavailable) as error:
                problems.append(str(error))
                continue
            if self._sandbox is None and sandbox.kind == UNSAFE:
                log.warning("Student code runs without a sandbox: it can read this machine's files and change this user's.")
            self._sandbox = sandbox
            self._kernels.append(started)
            return started
        raise SandboxUnavailable(f"A sandbox can't be made here: {' '.join(problems)}")

    def _makers(self) -> list[Callable[[], Sandbox]]:
        known = self._sandbox
        return sandboxes(self.wanted) if known is None else [lambda: known]

    def _start_in(self, sandbox: Sandbox, modules: Sequence[str]) -> KernelTemplate:
        while True:
            wanted = [name for name in modules if name not in self._avoided]
            template = Template(["student", "tests"], wanted, font_files())
            told = json.dumps({**template.descriptors, **sandbox.told(), "folder": str(template.folder)})  # the folder says whose
            command = [sys.executable, "-I", "-X", "utf8", "-c", _KERNELS, told]
            said = template.start(sandbox.template_command(command, template.folder))
            if "avoid" not in said:
                return KernelTemplate(template, sandbox, frozenset(modules))
            self._avoided.add(said["avoid"])
            template.end()

    def _forget_dead(self) -> None:
        for one in [one for one in self._kernels if not one.template.is_alive()]:
            self._kernels.remove(one)
            one.template.end()

    def _retire(self) -> None:
        for one in [one for one in self._kernels if not one.users][:-_KEPT]:
            self._kernels.remove(one)
            one.template.end()


# Where the two packages are not mounted under their names in there, the template is told where they are.
_KERNELS = """
import importlib.util, json, sys
sys.path.append("/run/lib")
for name, folder in json.loads(sys.argv[1]).get("parts", {}).items():
    spec = importlib.util.spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
from homeroom_inside.template import main
main()
"""
_warm: list[Warm] = []
_wanted: list[Wanted] = [ANY]
_making = threading.Lock()


def want(wanted: Wanted) -> None:
    """Which sandboxes this process, and those that it forks from now on, may use."""
    with _making:
        if _warm and _warm[0].process == os.getpid() and _wanted != [wanted]:
            _warm.pop().end()
        _wanted[:] = [wanted]


def warm() -> Warm:
    """This process's templates. A forked process has none of its parent's."""
    with _making:
        if not _warm or _warm[0].process != os.getpid():
            _warm[:] = [Warm(wanted=_wanted[0])]
            atexit.register(_warm[0].end)
        return _warm[0]
