"""ipykernel's own kernel, made before the fork, that speaks over one socket instead of five.

A message is four bytes of length and JSON: ``{"channel", "msg_type", "parent", "content"}`` to the outside,
``{"id", "code", "silent", "store_history"}`` to here. One thread, one loop; what notebooks see (display, magics, async cells,
plots, comms) is ipykernel's. Programs that a cell starts write to standard output and error, which are pipes to the outside.
"""

import asyncio
import io
import json
import logging
import os
import signal
import socket
import sys
import threading
import types
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config

from .kernel_words import LENGTH, READY

_STARTS = frozenset({"subprocess.Popen", "os.system", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec"})
_FLUSH_AT = 1 << 16
_LARGEST_REQUEST = 64 << 20


class Line:
    """The socket to the outside. What children of the kernel would say on it is theirs alone, and not said."""

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._lock = threading.RLock()
        self.owner = 0

    def open(self, sock: socket.socket) -> None:
        self._sock, self.owner = sock, os.getpid()

    def send(self, message: bytes) -> None:
        if self._sock is None or os.getpid() != self.owner:
            return
        # An interrupt in the middle of a message would leave half of it, and the rest without meaning.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with self._lock:
                self._sock.sendall(len(message).to_bytes(LENGTH, "big") + message)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class LineSession(Session):
    """Jupyter's session, whose messages all take the one way."""

    line: Any = AnyTrait()

    def send(  # type: ignore[override] # of the rest, only the metadata would matter here
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, **more: Any
    ) -> Any:
        """What the kernel says on any channel; buffers (of widgets) are not taken along."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent, metadata=more.get("metadata"))
        said = {
            "channel": "shell" if message["msg_type"].endswith("_reply") else "iopub",
            "msg_type": message["msg_type"],
            "parent": (message["parent_header"] or {}).get("msg_id", ""),
            "content": message["content"],
        }
        # In ASCII: text may hold halves of characters, which no encoding takes.
        self.line.send(json.dumps(said, default=json_default).encode())
        return message


class Stream(io.TextIOBase):
    """Standard output or error of the notebook: text on its way to the outside, in the order in which both were written."""

    def __init__(self, name: str, number: int, printed: "Printed") -> None:
        super().__init__()
        self.name = name
        self._number = number
        self._printed = printed

    encoding = "UTF-8"
    errors = "replace"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._printed.session.line.owner:
            os.write(self._number, text.encode("utf-8", "replace"))
        else:
            self._printed.add(self.name, text)
        return len(text)

    def flush(self) -> None:
        self._printed.flush()


class Printed:
    """What was printed and not yet sent."""

    def __init__(self, session: LineSession) -> None:
        self.session = session
        self.parent: dict[str, Any] = {}
        self._pieces: list[tuple[str, str]] = []
        self._size = 0
        self._lock = threading.RLock()

    def add(self, name: str, text: str) -> None:
        with self._lock:
            self._pieces.append((name, text))
            self._size += len(text)
            if self._size > _FLUSH_AT:
                self.flush()

    def flush(self) -> None:
        with self._lock:
            pieces, self._pieces, self._size = self._pieces, [], 0
            while pieces:
                name = pieces[0][0]
                count = next((place for place, piece in enumerate(pieces) if piece[0] != name), len(pieces))
                text = "".join(piece for _, piece in pieces[:count])
                self.session.send(None, "stream", {"name": name, "text": text}, self.parent)
                pieces = pieces[count:]


def make_kernel() -> Any:
    """The kernel and its shell, ready but for the socket. To be called once, before the fork, in the main thread."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.colors = "nocolor"
    log = logging.getLogger("kernel")
    log.setLevel(logging.CRITICAL)
    session = LineSession(key=b"", line=Line(), check_pid=False)
    kernel: Any = IPythonKernel.instance(
        config=config, session=session, iopub_socket=session.line, user_ns={}, log=log, profile_dir=_profile(config)
    )
    IPKernelApp.instance().kernel = kernel  # where parts of ipykernel look for it
    kernel.shell_channel_thread = types.SimpleNamespace(parent_thread=threading.current_thread())
    return kernel


def _profile(config: Config) -> Any:
    from IPython.core.profiledir import ProfileDir  # noqa: PLC0415 - needed once

    Path.home().mkdir(exist_ok=True)
    return ProfileDir.create_profile_dir(  # type: ignore[no-untyped-call]
        str(Path.home() / "profile"), config=config
    )


def run(kernel: Any, sock: socket.socket, bare: frozenset[str]) -> None:
    """Be the kernel at this socket until the other end is closed. ``bare``: modules that a kernel has without any notebook."""
    kernel.session.line.open(sock)
    kernel.session.session = os.urandom(8).hex()
    printed = Printed(kernel.session)
    sys.stdout, sys.stderr = Stream("stdout", 1, printed), Stream("stderr", 2, printed)
    # What a program writes comes another way: what was printed before it is started is to be there before.
    sys.addaudithook(lambda event, _arguments: printed.flush() if event in _STARTS else None)
    sys.displayhook = kernel.shell.displayhook
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(kernel, sock, printed, bare))


async def _serve(kernel: Any, sock: socket.socket, printed: Printed, bare: frozenset[str]) -> None:
    from tornado.ioloop import IOLoop  # noqa: PLC0415 - imported by ipykernel long ago

    kernel.io_loop = IOLoop.current()
    reader = _Reader(sock)
    sock.sendall(READY)  # what fails before is our fault, not the notebook's
    while request := await reader.message():
        if "code" in request:
            await _execute(kernel, request, printed)
            if os.getpid() != kernel.session.line.owner:
                os._exit(0)  # a cell has forked, and its child came back here; there is one kernel
        else:
            parent = {"header": {"msg_id": request["id"]}}
            kernel.session.send(None, "modules_reply", {"names": _imported(bare)}, parent)


def _imported(bare: frozenset[str]) -> list[str]:
    """Names of the libraries that the notebook has imported, in their order; what lies beside the notebook is none."""
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        library = isinstance(file, str) and file.startswith((sys.prefix, sys.base_prefix))
        if name not in bare and library and getattr(module, "__name__", None) == name:
            found.append(name)
    return found


class _Reader:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock  # it blocks, for what is sent on it: nothing printed is thrown away
        self._loop = asyncio.get_running_loop()

    async def message(self) -> dict[str, Any] | None:
        """The next request; None when the other end is closed."""
        head = await self._exactly(LENGTH)
        size = int.from_bytes(head, "big")
        body = await self._exactly(size) if head and size <= _LARGEST_REQUEST else b""
        return json.loads(body) if body else None

    async def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            await self._readable()
            piece = self._sock.recv(min(size - len(data), 1 << 20), socket.MSG_DONTWAIT)
            if not piece:
                return b""
            data += piece
        return bytes(data)

    async def _readable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        number = self._sock.fileno()
        self._loop.add_reader(number, _set, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(number)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _execute(kernel: Any, request: dict[str, Any], printed: Printed) -> None:
    header = {"msg_id": request["id"], "session": "", "username": "", "msg_type": "execute_request"}
    content = {
        "code": request["code"],
        "silent": request["silent"],
        "store_history": request["store_history"],
        "stop_on_error": False,
    }
    parent = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "msg_id": request["id"]}
    printed.parent = parent
    kernel.set_parent([], parent, channel="shell")
    kernel._publish_status("busy", "shell", parent=parent)  # noqa: SLF001 - what dispatch_shell does
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        await kernel.execute_request(None, [], parent)
    except KeyboardInterrupt:
        content = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
        kernel.session.send(None, "execute_reply", content, parent)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        printed.flush()
        kernel._publish_status("idle", "shell", parent=parent)  # noqa: SLF001 - likewise
