"""Outputs as a kernel sends them that is not believed: in shape, in budget, or dropped."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kept_outputs import OutputBudget
from grader.outputs import Budget, output_views

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(
    ["execute_input", "stream", "display_data", "update_display_data", "execute_result", "error", "comm_open"]
)
KEYS = ["name", "text", "data", "transient", "execution_count", "ename", "evalue", "traceback", "text/plain", "text/html"]
CONTENT = st.dictionaries(
    st.sampled_from(KEYS), JSON | st.sampled_from(["stdout", "stderr"]) | st.dictionaries(st.sampled_from(KEYS), JSON), max_size=6
)


@settings(deadline=None)
@given(st.lists(st.tuples(KINDS, CONTENT), max_size=5), st.integers(0, 300))
def test_any_message_is_brought_into_shape_or_dropped(messages: list[tuple[str, dict[str, Any]]], room: int) -> None:
    budget = OutputBudget(room)
    kept = []
    for kind, content in messages:
        taken = budget.take(kind, content)
        if taken is not None and kind != "execute_input":
            kept.append({"output_type": kind, **taken})

    json.dumps(kept, allow_nan=False).encode()
    assert budget.left >= 0
    for view in output_views(kept, Budget()):
        view.html.encode()
        assert "<script" not in view.html.lower()
