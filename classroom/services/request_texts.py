"""The words of requests and of answers to them."""

from classroom.errors import HomeroomError

LONGEST_TEXT = 2000


def check_reason(text: str) -> str:
    """A student's reason, without blanks around it. Raises HomeroomError when there is none, or too much of it."""
    return _check(text, needed="Give a reason, so that your teacher can decide.")


def check_answer(text: str, *, needed: bool) -> str:
    """A teacher's words for the student. Raises HomeroomError when they are ``needed`` and missing, or too many."""
    return _check(text, needed="Say why in a sentence. The student reads it." if needed else "")


def _check(text: str, *, needed: str) -> str:
    text = text.strip()
    if needed and not text:
        raise HomeroomError(needed)
    if len(text) > LONGEST_TEXT:
        raise HomeroomError(f"That is {len(text):,} characters long; write at most {LONGEST_TEXT:,}.")
    return text
