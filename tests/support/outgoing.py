"""Messages for workers that do not run in a test."""

from typing import Any


class Outgoing:
    """Takes messages for workers that do not run here."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, dict[str, Any]]] = []

    def send(self, task: str, queue: str, arguments: dict[str, Any]) -> None:
        self.messages.append((task, queue, arguments))
