"""How long a seminar's guests wait from pressing Join until their kernel runs: cold, and with servers started beforehand.

    python -m tests.bench.seminar [GUESTS [SECONDS]]

GUESTS come in over SECONDS. Each part is told apart: the seat (portal), the spawn, the hub's door (sign-in and OAuth), and
the first cell that the kernel answers.
"""

import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from tests.support.guest_journey import Journey, all_come_in, code_of, make_seminar
from tests.support.stack import Stack, running_stack
from tests.support.visitor import Visitor, eventually

PARTS: tuple[tuple[str, Callable[[Journey], float]], ...] = (
    ("join to running kernel", lambda journey: journey.total),
    ("  seat", lambda journey: journey.seat),
    ("  spawn", lambda journey: journey.spawn),
    ("  hub", lambda journey: journey.hub),
    ("  first cell", lambda journey: journey.lab),
)


def main(guests: int, seconds: float) -> None:
    """Both ways, each on a stack of its own."""
    for words, prewarm in (("cold", 0), ("pre-warmed", guests)):
        with tempfile.TemporaryDirectory(prefix="homeroom-bench-") as folder, running_stack(Path(folder) / "state") as stack:
            journeys = _rush(stack, guests, seconds, prewarm)
        _say(f"\n{guests} guests within {seconds:.0f} s, {words}")
        _say(f"{'':<28}{'median':>9}{'p95':>9}{'worst':>9}")
        for name, of in PARTS:
            times = sorted(map(of, journeys))
            _say(f"{name:<28}{statistics.median(times):>8.1f}s{_p95(times):>8.1f}s{times[-1]:>8.1f}s")


def _rush(stack: Stack, guests: int, seconds: float, prewarm: int) -> list[Journey]:
    teacher = Visitor(stack)
    teacher.sign_in(stack.sign_in_link("teacher"))
    code = code_of(stack, make_seminar(teacher, seats=guests, prewarm=prewarm))
    teacher.close()
    made = "select count(*) from seat where made_at is not null"
    eventually("all seats are made", lambda: stack.rows(made) == [(guests,)], seconds=600)
    eventually("the servers run that were to be started", lambda: _running(stack) >= prewarm, seconds=600)
    return all_come_in(stack, code, count=guests, within=seconds)


def _running(stack: Stack) -> int:
    """Guests' servers that are ready."""
    headers = {"Authorization": f"token {stack.secrets['hub_token']}"}
    users = httpx.get(f"{stack.hub_api}/users", params={"state": "ready", "limit": 200}, headers=headers, timeout=60).json()
    return sum(user["name"].startswith("guest-") for user in users)


def _p95(ordered: Sequence[float]) -> float:
    return ordered[max(0, math.ceil(0.95 * len(ordered)) - 1)]


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is what the bench is for


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25, float(sys.argv[2]) if len(sys.argv) > 2 else 60)
