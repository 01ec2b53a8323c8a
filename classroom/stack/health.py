"""Whether a part answers. None of these raises."""

import socket
from functools import cache

import httpx
from celery import Celery

OK = 200


def listens(port: int) -> bool:
    """Whether something on this machine accepts connections on ``port``."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def answers(url: str) -> bool:
    """Whether a GET of ``url`` says 200."""
    try:
        return httpx.get(url, timeout=5).status_code == OK
    except httpx.HTTPError:
        return False


def worker_answers(broker: str, name: str) -> bool:
    """Whether the Celery worker ``name`` takes commands from the broker."""
    try:
        return bool(_app(broker).control.ping(destination=[name], timeout=0.5, limit=1))
    except Exception:  # noqa: BLE001 - the broker's client raises its own kinds while the broker starts
        return False


@cache
def _app(broker: str) -> Celery:
    app = Celery("homeroom-stack", broker=broker, set_as_current=False)
    app.conf.update(broker_connection_retry=False, broker_transport_options={"max_retries": 0, "socket_connect_timeout": 1})
    return app
