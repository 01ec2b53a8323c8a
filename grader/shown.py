"""What students are told of a test that failed: nothing, our own sentence, or the test and what it said.

A message's first line is our sentence, which names no more than a built-in exception; what follows is the test's own and only
there where the job's policy was ``test``. So a stored message can be narrowed later, and is never widened.
"""

from grader.jobs import CellStatus, Shown

_LIMIT = 6_000


def widen(sentence: str, *, said: str, source: str) -> str:
    """The message under the policy ``test``: our sentence, what the test said, and the test itself, hidden lines too."""
    parts = [sentence, said, f"The test:\n{source}" if source else ""]
    return "\n\n".join(part.strip() for part in parts if part.strip())[:_LIMIT]


def narrow(message: str, status: CellStatus, shown: Shown) -> str:
    """What is left of a message under a policy. Only messages about tests that failed change."""
    if status not in ("failed", "partial") or shown == "test":
        return message
    return "" if shown == "nothing" else message.partition("\n")[0]
