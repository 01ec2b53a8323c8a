"""The templates that one worker process keeps: one for drivers, a few for kernels with the libraries of some assignments."""

import atexit
import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.fork_server import NotStarted, Template, start_driver_template
from grader.sandbox import Sandbox, SandboxUnavailable, find_sandbox

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
    _driver: Template | None = None
    _kernels: list[KernelTemplate] = field(default_factory=list)
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
        sandbox = find_sandbox()
        while True:
            template = Template(["student", "tests"], [name for name in modules if name not in self._avoided])
            told = json.dumps({**template.descriptors, **sandbox.told(), "folder": str(template.folder)})  # the folder says whose
            try:
                said = template.start(sandbox.template_command([sys.executable, "-I", "-X", "utf8", "-c", _KERNELS, told]))
            except NotStarted as error:
                raise SandboxUnavailable(f"A sandbox can't be made here: {error}") from error
            if "avoid" not in said:
                self._kernels.append(KernelTemplate(template, sandbox, frozenset(modules)))
                return self._kernels[-1]
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


_KERNELS = "import sys; sys.path.append('/run/lib'); from homeroom_inside.template import main; main()"
_warm: list[Warm] = []
_making = threading.Lock()


def warm() -> Warm:
    """This process's templates. A forked process has none of its parent's."""
    with _making:
        if not _warm or _warm[0].process != os.getpid():
            _warm[:] = [Warm()]
            atexit.register(_warm[0].end)
        return _warm[0]
