"""What seminars do by the clock."""

from classroom.services import seminar_clock
from classroom.tasks.base import Tools


def run(tools: Tools) -> None:
    """One tick: seats, files, the wall, the end."""
    seminar_clock.tick(tools.context)
