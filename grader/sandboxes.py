"""Which sandbox student code runs in here: the best that can be made, or none at all and then only when somebody said so."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from grader.landlocked import UNSAFE, Landlocked, Unsafe
from grader.sandbox import Bubblewrap, Sandbox, SandboxUnavailable, find_bubblewrap

__all__ = ["ANY", "KINDS", "UNSAFE", "Wanted", "sandboxes"]

_MAKERS: dict[str, Callable[[], Sandbox]] = {
    Bubblewrap.kind: lambda: Bubblewrap(find_bubblewrap()),
    Landlocked.kind: Landlocked,
}
KINDS = tuple(_MAKERS)
"""The sandboxes, best first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever started us said about sandboxes."""

    kind: str = ""
    """This one of KINDS or none; empty is the best that works."""
    unsafe: bool = False
    """Run student code without a sandbox where there is none to be had."""


ANY = Wanted()


def sandboxes(wanted: Wanted) -> list[Callable[[], Sandbox]]:
    """Makers of the sandboxes to try, in this order; each may raise SandboxUnavailable.

    Raises SandboxUnavailable itself where there is nothing to try.
    """
    if wanted.kind and wanted.kind not in KINDS:
        raise SandboxUnavailable(f"There is no sandbox called “{wanted.kind[:40]}”; choose one of {', '.join(KINDS)}.")
    if sys.platform != "linux":
        raise SandboxUnavailable("Student code can only be locked in on Linux.")
    makers = [make for kind, make in _MAKERS.items() if wanted.kind in ("", kind)]
    return [*makers, Unsafe] if wanted.unsafe else makers
