"""The template of a notebook's two processes: libraries are imported once, kernels and tests' processes are forked from it.

It runs in the sandbox, as two processes: this one, from which the tests' processes are forked, and a fork of it with IPython,
for kernels. It never sees a notebook: what it imports are libraries of this machine, by names learnt from teachers' notebooks.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any

from . import serving
from .confine import Home, Place, confine
from .keeper import keep

_WITH_A_SHELL = ("IPython", "ipykernel", "matplotlib_inline", "ipywidgets", "comm", "tornado", "zmq", "jupyter_client")
"""Modules that look for the shell when they are imported, or come with it: not for the tests' side."""


def main() -> None:
    """Be both servers; see :class:`grader.fork_server.KernelTemplate` for what stands in the argument."""
    told = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = _place(told["place"])
    owner, student, tests = (socket.socket(fileno=told[name]) for name in ("owner", "student", "tests"))
    modules = _names(told["modules"])
    home = list(serving.unpacked(told["home"]))
    plain = [name for name in modules if not name.startswith(_WITH_A_SHELL)]
    _import(plain, owner)
    if not os.fork():
        tests.close()
        _serve_kernels(place, student, owner, modules, home)
        os._exit(0)
    student.close()
    _serve_tests(place, tests, owner, home)


def _place(told: dict[str, Any]) -> Place:
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Place(**{**told, **lists, "filter": bytes.fromhex(told["filter"])})


def _names(descriptor: int) -> list[str]:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb") as file:
        names: list[str] = json.load(file)
    return names


def _import(names: Iterable[str], owner: socket.socket) -> None:
    """Import what can be imported. A library that starts threads can't come along: the owner is told which, and we end."""
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001, S112 - a library that can't be imported here is the notebook's business, later
            continue
        if serving.threads() != 1:
            owner.send(json.dumps({"avoid": name}).encode())
            os._exit(0)


def _serve_tests(place: Place, listener: socket.socket, owner: socket.socket, home: Home) -> None:
    from homeroom_split import tests_side  # type: ignore[import-not-found] # noqa: PLC0415 - its name in here

    def become(request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> None:
        control, log, files, *groups = descriptors
        os.dup2(log, 1)
        os.dup2(log, 2)
        confine(place, request, groups, files, home)
        keep(connection, lambda _rank: tests_side.serve(socket.socket(fileno=control)), place.around())

    owner.send(b'{"ready": "tests"}')
    serving.serve(listener, owner, become, place.forking())


def _serve_kernels(place: Place, listener: socket.socket, owner: socket.socket, modules: list[str], home: Home) -> None:
    from homeroom_split import agent  # noqa: PLC0415 - likewise

    sys.modules["debugpy"] = None  # type: ignore[assignment] # nobody debugs here, and it is large; this makes its import fail
    from . import kernel, other_kernel, warming  # noqa: PLC0415 - with IPython, which the tests' side is to be without

    made = kernel.make_kernel()
    del sys.modules["debugpy"]
    bare = frozenset(sys.modules.keys() - set(modules))
    _import(modules, owner)
    warming.warm(made.shell)
    with contextlib.suppress(ValueError):
        sys.path.remove(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120 - notebooks are not to find us

    def become(request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> None:
        channel, door, out, errors, files, *groups = descriptors
        os.dup2(out, 1)
        os.dup2(errors, 2)
        os.close(out)
        os.close(errors)
        confine(place, request, groups, files, home)
        agent.open_door(socket.socket(fileno=door))
        other = request.get("kernel", "")
        if not other:
            # Only now may modules in the working folder be imported; before, one called random.py would break the kernel itself.
            sys.path.insert(0, "")

        def run(rank: int) -> None:
            agent.hold_rank(rank)
            if other:
                other_kernel.run(other, socket.socket(fileno=channel))
            else:
                kernel.run(made, socket.socket(fileno=channel), bare)

        keep(connection, run, place.around())

    owner.send(b'{"ready": "student"}')
    serving.serve(listener, owner, become, place.forking())
