"""A kernel that is not ours, of any language: started in here, spoken with as usual, and heard outside over the one socket.

It is a process of the sandbox like all that student code starts, and so is this relay: what they say is the submission's word.
"""

import json
import os
import queue
import signal
import socket
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.jsonutil import json_default
from jupyter_client.manager import KernelManager

from .kernel_words import LENGTH, READY

_START_SECONDS = 50
_LOOK_MILLISECONDS = 500
_CHANNELS = ("iopub", "shell")


def run(name: str, sock: socket.socket) -> None:
    """Be the kernel called ``name`` at this socket until the other end is closed. Raises what kept it from starting."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    manager = KernelManager(kernel_name=name, transport="ipc", ip=str(Path.home() / "kernel"))
    manager.start_kernel()
    client = manager.client()
    client.start_channels(hb=False, control=False)
    client.wait_for_ready(timeout=_START_SECONDS)
    signal.signal(signal.SIGINT, lambda _number, _frame: manager.interrupt_kernel())
    sock.sendall(READY)
    relay = _Relay(manager, client, sock)
    while request := _read(sock):
        relay.answer(request)


class _Relay:
    def __init__(self, manager: Any, client: Any, sock: socket.socket) -> None:
        self._manager, self._sock = manager, sock
        self._client = client
        self._poller = zmq.Poller()
        for name in _CHANNELS:
            self._poller.register(self._channel(name).socket, zmq.POLLIN)

    def _channel(self, name: str) -> Any:
        return getattr(self._client, f"{name}_channel")

    def answer(self, request: dict[str, Any]) -> None:
        """Have the kernel do it, and pass on all it says."""
        if "code" not in request:
            self._say({"channel": "shell", "msg_type": "modules_reply", "parent": request["id"], "content": {"names": []}})
            return
        asked = self._client.execute(
            request["code"],
            silent=request["silent"],
            store_history=request["store_history"],
            allow_stdin=False,
            stop_on_error=False,
        )
        waiting = {"status", "execute_reply"}
        while waiting:
            if not self._poller.poll(_LOOK_MILLISECONDS) and not self._manager.is_alive():
                os._exit(1)  # its end is ours
            for name in _CHANNELS:
                for message in self._take(name, asked):
                    self._say({**message, "channel": name, "parent": request["id"]})
                    if message["msg_type"] != "status" or message["content"].get("execution_state") == "idle":
                        waiting.discard(message["msg_type"])

    def _take(self, name: str, asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            try:
                message = self._channel(name).get_msg(timeout=0)
            except queue.Empty:
                return found
            if message["parent_header"].get("msg_id") == asked:
                found.append({"msg_type": message["msg_type"], "content": message["content"]})

    def _say(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, default=json_default).encode()
        self._sock.sendall(len(data).to_bytes(LENGTH, "big") + data)


def _read(sock: socket.socket) -> dict[str, Any] | None:
    """The next request; None when the other end is closed."""
    size = int.from_bytes(_exactly(sock, LENGTH), "big")
    return json.loads(_exactly(sock, size)) if size else None


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (piece := sock.recv(size - len(data))):
        data += piece
    return bytes(data) if len(data) == size else b""
