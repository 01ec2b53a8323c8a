"""Replacing a file of a home without losing what was there: that is moved to ``.homeroom/before/<what>/`` first."""

from hub_bridge.homes import MAX_DEPTH, HomeRefused, Homes, Placed

BEFORE = ".homeroom/before"
"""Where in a home earlier states are kept. Hidden, and never part of what is handed in."""

MOST_KEPT = 200
"""Earlier states in one home; further ones are refused until some are removed."""

_TRIES = 20
_DEEPEST = MAX_DEPTH - 4
"""Folders of a path that are kept; of deeper ones the last so many."""


def replace_keeping(homes: Homes, name: str, rel: str, data: bytes, *, uid: int | None, what: str) -> str | None:
    """Put ``data`` at ``rel`` in the home; what has that name is moved to ``.homeroom/before/<what>/`` first.

    Returns where that is now, None when nothing had to be kept: the file was not there, or is this one already. Calling it
    again changes nothing. No moment loses anything, also when the owner saves meanwhile: what was saved in between is kept,
    too. Raises HomeRefused, HomeFull.
    """
    kept = None
    for number in range(1, _TRIES):
        if homes.place(name, rel, data, uid=uid) is Placed.written or homes.holds(name, rel, data):
            return kept
        aside = _aside(what if number == 1 else f"{what}-{number}", rel)
        if homes.put_aside(name, rel, aside, uid=uid):
            kept = kept or aside
    raise HomeRefused(f"{rel} is being changed all the time. Close the notebook and try again.")


def check_room(homes: Homes, name: str) -> None:
    """Raise HomeRefused, with what to do, when a home keeps as many earlier states as it may."""
    if homes.count(name, BEFORE) >= MOST_KEPT:
        raise HomeRefused(
            f"Your folder {BEFORE} holds {MOST_KEPT} earlier states. Remove those you don't need, then try again: "
            f"in a terminal, look with ls ~/{BEFORE} and remove with rm -r."
        )


def _aside(what: str, rel: str) -> str:
    return "/".join([BEFORE, what, *rel.split("/")[-_DEEPEST:]])
