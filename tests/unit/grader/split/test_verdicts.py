"""What a copy of the student's process says as its verdict is hostile, too: it is taken or refused, and ends nothing."""

import contextlib
import socket

from hypothesis import example, given
from hypothesis import strategies as st

from grader.split import beside, wire
from grader.split.conversation import Gone

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["ok", "error", "outcome", "value", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["outcome", "name", "value", "printed"]), inner),
    max_leaves=8,
)


@given(PLAIN)
@example({"outcome": ["ok"]})
@example({"outcome": {"ok": 1}})
@example({"outcome": "ok", "value": ["100"]})
def test_a_verdict_of_any_shape_is_taken_or_refused(verdict: object) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, {"ok": wire.Writer(lambda _value: None).write(verdict)})

        with contextlib.suppress(Gone):
            assert beside.ask(ours, "1", 10)["outcome"] in {"ok", "error"}
