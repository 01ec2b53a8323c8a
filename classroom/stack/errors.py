"""Why the stack does not start."""

from classroom.errors import HomeroomError


class StackError(HomeroomError):
    """The stack cannot start or go on; the sentence says why and what to do."""
