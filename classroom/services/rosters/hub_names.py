"""Names at the hub for people who have none yet: short, plain, and each only once."""

import re
import unicodedata
from collections.abc import Iterable

from hub_bridge.names import is_hub_name

_LONGEST = 32
_RESERVED = frozenset({"admin", "root", "hub", "portal", "jupyterhub", "homeroom", "service", "user", "localhost", "www"})
"""Nobody becomes these by being on a list: an operator may have given them a meaning."""

_LETTERS = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэіґ", "abvgdeeziyklmnoprstufyeig", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "є": "ye", "ї": "yi"}  # noqa: RUF001
    | {"ъ": "", "ь": ""}
    | dict(zip("αβγδεζηικλμνξοπρσςτυφω", "abgdeziiklmnxoprsstyfo", strict=True))
    | {"θ": "th", "χ": "ch", "ψ": "ps"}
    | {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "å": "a"}
    | {"ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}  # noqa: RUF001
)


class HubNames:
    """Gives out names; ``taken`` are those that somebody has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def give(self, *, username: str | None, email: str | None, name: str, student_id: str | None) -> str:
        """A free name: of the username, else the e-mail's local part, else the name, else "s" and the student id."""
        local = (email or "").partition("@")[0].partition("+")[0]
        wishes = (username or "", local, name, f"s{student_id or ''}", "student")
        wanted = next(made for wish in wishes if (made := hub_name_like(wish)))
        given = next(free for free in _numbered(wanted) if free not in self._taken and free not in _RESERVED)
        self._taken.add(given)
        return given


def hub_name_like(text: str) -> str:
    """``text`` as a hub name ("Zoë Müller" -> "zoe-mueller"), empty when nothing of it can be written so."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text.lower()).translate(_LETTERS))
    latin = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_LETTERS)
    words = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    if words[:1].isdigit():
        words = f"s{words}"
    name = words[:_LONGEST].rstrip("-")
    return name if is_hub_name(name) else ""


def _numbered(wanted: str) -> Iterable[str]:
    yield wanted
    number = 2
    while True:
        ending = f"-{number}"
        yield wanted[: _LONGEST - len(ending)].rstrip("-") + ending
        number += 1
