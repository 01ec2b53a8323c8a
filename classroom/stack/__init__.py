"""The embedded stack: every part Homeroom needs, started and watched by one process."""

from classroom.stack.run import run_stack
from classroom.stack.settings import settings_of

__all__ = ["run_stack", "settings_of"]
