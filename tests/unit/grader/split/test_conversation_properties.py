"""Whatever comes back from the student's side, the tests' side gets a value, an ordinary exception or the end of the talk."""

import contextlib
import io
import socket
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.split import wire
from grader.split.conversation import Conversation, ConversationOver
from grader.split.link import link_of
from grader.split.stand_ins import StandIns

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=4)
ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "k": st.sampled_from(["class", "exception", "function", "object", "callable", "iterator", "module", "awaitable", 7]),
        "n": st.text(max_size=4) | st.integers(),
        "b": st.sampled_from(["int", "tuple", "list", "dict", "set", "eval"]),
        "v": LEAVES | st.just(["tuple", [1, 2]]),
        "f": st.lists(LEAVES, max_size=2) | st.integers(),
        "c": st.lists(st.tuples(st.integers(-1, 5), st.text(max_size=3)).map(list), max_size=3) | LEAVES,
        "e": st.lists(st.sampled_from(["ValueError", "SystemExit", "StopIteration", "x"]), max_size=3),
        "q": st.sampled_from(["own", "fields", "identity", "x"]),
        "s": LEAVES | st.just(["dict", [["x", 1]]]),
        "in": LEAVES,
        "i": st.sampled_from(["object", "callable", "iterator"]),
    },
)
NODES = st.recursive(
    LEAVES
    | st.tuples(st.just("ref"), st.integers(-1, 5), ABOUT).map(list)
    | st.tuples(st.sampled_from(["call", "mine", "name"]), st.integers(0, 5)).map(list)
    | st.tuples(st.just("py"), st.just("builtins"), st.sampled_from(["int", "eval", "type", "ValueError"])).map(list)
    | st.tuples(st.just("module"), st.sampled_from(["math", "nowhere", ""]), st.integers(0, 5)).map(list),
    lambda inner: st.tuples(st.sampled_from(["list", "tuple", "set", "dict_keys"]), st.lists(inner, max_size=3)).map(list),
    max_leaves=6,
)
PAIRS = st.lists(st.tuples(st.integers(-1, 5), NODES).map(list), max_size=3) | LEAVES
REPLIES = st.fixed_dictionaries(
    {},
    optional={
        "ok": NODES,
        "out": st.text(max_size=4) | st.integers(),
        "changed": PAIRS,
        "states": PAIRS,
        "callback": LEAVES,
        "a": st.lists(NODES, max_size=2) | LEAVES,
        "error": st.fixed_dictionaries(
            {},
            optional={
                "names": st.lists(st.sampled_from(["SystemExit", "ValueError", "UnicodeError", "ExceptionGroup", "x", ""]))
                | LEAVES,
                "text": st.text(max_size=4) | st.integers(),
                "classes": PAIRS,
                "id": LEAVES,
            },
        )
        | LEAVES,
    },
)


@settings(deadline=None)
@given(st.lists(REPLIES, min_size=1, max_size=4))
def test_a_hostile_reply_is_a_value_an_exception_or_the_end(replies: list[dict[str, Any]]) -> None:
    ours, theirs = socket.socketpair()
    stand_ins = StandIns()
    stand_ins.talk = talk = Conversation(ours, stand_ins, time.monotonic() + 10, frozenset())
    with ours, contextlib.redirect_stdout(io.StringIO()):
        with theirs:
            for reply in replies:
                theirs.sendall(_frame(reply))
        arguments: list[Any] = [[1, 2], {"a": 1}, {1}, abs]
        for _ in replies:
            with contextlib.suppress(Exception, ConversationOver):
                value = talk.ask("call", 1, "", arguments)
                if link_of(value):
                    assert (value == 4) is False
                    assert not isinstance(value, BaseException)


def _frame(reply: dict[str, Any]) -> bytes:
    into, out = socket.socketpair()
    with into, out:
        try:
            wire.send(into, reply)
        except ValueError:  # a float that JSON has no word for
            return b"\x00\x00\x00\x02{}"
        return out.recv(1 << 20)
