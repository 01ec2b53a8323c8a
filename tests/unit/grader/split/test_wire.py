"""The wire between student code and tests: honest values survive it, hostile bytes do nothing but be refused."""

import collections
import contextlib
import datetime as dt
import decimal
import fractions
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.split import wire

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.datetimes()
    | st.dates()
    | st.timedeltas()
)
KEYS = st.integers() | st.text() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(KEYS, inner)
        | st.sets(KEYS)
        | st.frozensets(KEYS)
        | st.lists(inner).map(collections.deque)
        | st.dictionaries(KEYS, inner).map(collections.OrderedDict)
    ),
    max_leaves=30,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["list", "np.array", "<f8", "packed"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)
TAGS = [
    "list",
    "tuple",
    "set",
    "frozenset",
    "deque",
    "dict",
    "Counter",
    "OrderedDict",
    "defaultdict",
    "dict_values",
    "int",
    "float",
    "bytes",
    "bytearray",
    "complex",
    "datetime",
    "date",
    "time",
    "timedelta",
    "Decimal",
    "Fraction",
    "PosixPath",
    "range",
    "slice",
    "constant",
    "packed",
    "np.array",
    "np.scalar",
    "np.objects",
    "np.dtype",
    "np.matrix",
    "np.masked",
    "np.row",
    "np.fields",
    "dict_keys",
    "dict_items",
    "pd.period",
    "pd.interval",
    "pd.missing",
    "pd.frame",
    "pd.series",
    "pd.range",
    "pd.multi",
    "pd.index",
    "pd.stamp",
    "pd.delta",
    "ref",
    "pickle",
]


def no_handle(value: Any) -> Any:
    raise wire.CanNotSend(type(value).__name__)


def nothing_known(_node: list[Any], _reader: wire.Reader) -> Any:
    raise wire.WireError("unknown")


def there_and_back(value: Any) -> Any:
    node = wire.Writer(no_handle).write(value)
    return wire.Reader(nothing_known).read(json.loads(json.dumps(node, allow_nan=False)))


def same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


@given(VALUES)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, 10**400, -(2**60), range(1, 9, 2), slice(1, None), ..., "\ud800", b""])
def test_odd_scalars_come_back_too(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "value",
    [
        list(range(1000)),
        tuple(x / 7 for x in range(1000)),
        [True] * 100,
        [2**80] * 100,
        collections.Counter("abca"),
        {"a": 1}.keys(),
        {"a": 1}.items(),
        collections.defaultdict(list, a=[1]),
        collections.defaultdict(int, a=1),
        dt.time(1, 2),
        decimal.Decimal("1.50"),
        fractions.Fraction(-3, 9),
    ],
)
def test_the_standard_librarys_values_come_back(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.eye(3)),
        np.array(["a", "bc"]),
        np.array([b"a"]),
        np.array([1 + 2j]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.array([], dtype=np.uint8),
        np.array(5.0),
        np.array([True, False]),
        np.array([1, "x", None], dtype=object),
        np.arange(10)[::-2],
        np.zeros((0, 3)),
        np.array([math.nan, 1]),
    ],
)
def test_arrays_come_back_with_their_kind_and_shape(array: Any) -> None:
    back = there_and_back(array)

    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([("Ada", 36), ("Bo", 41)], dtype=[("name", "U10"), ("age", "i4")]),
        np.array([(1, (2, [3.0, 4.0]))], dtype=[("a", "i4"), ("b", [("c", "i8"), ("d", "f8", (2,))])]),
        np.zeros((2, 0), dtype=[("a", "f8")]),
        np.zeros(2, dtype=[("name", "U10"), ("age", "i4")]).view(np.recarray),
        np.ma.array([1.0, 2.0], mask=[False, True]),
        np.arange(4).reshape(2, 2).view(np.matrix),
    ],
)
def test_arrays_of_other_kinds_come_back(array: Any) -> None:
    back = there_and_back(array)

    assert (type(back), back.dtype, back.shape) == (type(array), array.dtype, array.shape)
    assert repr(back) == repr(array)


def test_rows_periods_and_intervals_come_back() -> None:
    row = np.array([("Ada", 36)], dtype=[("name", "U10"), ("age", "i4")])[0]

    assert there_and_back(row) == row
    assert there_and_back(pd.Period("2026-01", "M")) == pd.Period("2026-01", "M")
    assert there_and_back(pd.Interval(0, 1.5, closed="both")) == pd.Interval(0, 1.5, closed="both")
    for index in (pd.period_range("2026-01", periods=3, freq="Q"), pd.interval_range(0, 3, closed="left", name="i")):
        pd.testing.assert_index_equal(there_and_back(index), index)
    cut = pd.cut(pd.Series([1, 20, 70]), [0, 18, 65])
    pd.testing.assert_series_equal(there_and_back(cut), cut)


@pytest.mark.parametrize("value", [np.float64(1.5), np.int8(-3), np.bool_(True), np.str_("x"), np.datetime64("2020-01-01")])
def test_numpys_numbers_stay_numpys(value: Any) -> None:
    assert same(there_and_back(value), value)


FRAME = pd.DataFrame(
    {
        "n": [1, 2],
        "x": [1.5, math.nan],
        "s": ["a", None],
        "d": pd.to_datetime(["2020-01-01", None]),
        "z": pd.to_datetime(["2020-01-01", "2020-01-02"]).tz_localize("Europe/Oslo"),
        "c": pd.Categorical(["u", "v"], ordered=True),
        "i": pd.array([1, None], dtype="Int64"),
        "b": [True, False],
        "o": [[1], {"k": 2}],
    },
    index=pd.Index(["p", "q"], name="key"),
)


def test_frames_come_back() -> None:
    pd.testing.assert_frame_equal(there_and_back(FRAME), FRAME)


@pytest.mark.parametrize("column", list(FRAME.columns))
def test_series_come_back(column: str) -> None:
    pd.testing.assert_series_equal(there_and_back(FRAME[column]), FRAME[column])


def test_indexes_come_back() -> None:
    pairs = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None])

    pd.testing.assert_index_equal(there_and_back(pairs), pairs)
    pd.testing.assert_index_equal(there_and_back(pd.RangeIndex(1, 9, 2, name="r")), pd.RangeIndex(1, 9, 2, name="r"))
    assert there_and_back(pd.NaT) is pd.NaT
    assert there_and_back(pd.NA) is pd.NA
    assert there_and_back(pd.Timestamp("2020-01-01", tz="Europe/Oslo")) == pd.Timestamp("2020-01-01", tz="Europe/Oslo")
    assert there_and_back(pd.Timedelta("1D")) == pd.Timedelta("1D")


def test_what_is_no_plain_value_is_not_sent() -> None:
    class Own(list[int]):
        pass

    for value in (object(), Own(), lambda: 1, open, type):
        with pytest.raises(wire.WireError):
            there_and_back(value)


def test_what_is_too_deep_or_too_large_is_not_sent() -> None:
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    circle: list[Any] = []
    circle.append(circle)

    for value in (deep, circle, [None] * (wire.NODE_LIMIT + 1)):
        with pytest.raises(wire.WireError):
            wire.Writer(no_handle).write(value)


@settings(deadline=None)
@given(st.sampled_from(TAGS), st.lists(JSON, max_size=5))
def test_hostile_nodes_are_refused_and_raise_nothing_else(tag: str, parts: list[Any]) -> None:
    with contextlib.suppress(wire.WireError):
        wire.Reader(nothing_known).read([tag, *parts])


@settings(deadline=None)
@given(VALUES, st.data())
def test_a_message_with_bytes_changed_is_read_or_refused(value: Any, data: st.DataObject) -> None:
    message = bytearray(json.dumps({"ok": wire.Writer(no_handle).write(value)}).encode())
    for place in data.draw(st.lists(st.integers(0, len(message) - 1), max_size=4)):
        message[place] = data.draw(st.integers(0, 255))

    with contextlib.suppress(wire.WireError):
        wire.Reader(nothing_known).read(wire.parse(bytes(message)).get("ok"))


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_hostile_frames_are_refused_and_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        assert type(wire.parse(data)) is dict


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"[" + b"[]," * 3_000_000 + b"[]]",
        b"1" * 5_000,
        b"\xff",
        b"",
    ],
    ids=["deep list", "deep object", "many parts", "long number", "no text", "nothing"],
)
def test_frames_made_to_exhaust_us_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.parse(data)


@pytest.mark.parametrize(
    "node",
    [
        ["int", "0x" + "f" * 30_000],
        ["np.array", "O", [1], "AAAAAAAAAAA="],
        ["np.array", "i4,i4", [1], "AAAAAAAAAAA="],
        ["np.array", "<f8", [10**18], "AAAAAAAAAAA="],
        ["np.array", "S100000", [1], "AAAA"],
        ["np.scalar", "<f8", ""],
        ["packed", "set", "q", "AAAAAAAAAAA="],
        ["pd.series", None, ["pd.range", None, 0, 10**15, 1], ["plain", [1]]],
        ["Fraction", "1", "0"],
        ["Decimal", "1e999999999"],
        ["range", 0, 10**15, 1],
        ["range", 0, 10**30, 1],
        ["pd.range", None, 0, 10**15, 1],
        ["np.fields", False, [10**9], [["a", ["np.array", "<f8", [1], "AAAAAAAAAAA="]]]],
        ["np.fields", False, [1], [["a", 3]]],
        ["pd.interval", 1, 0, "left"],
        ["list", "text"],
        ["dict", [[["list", []], 1]]],
        {"_": "pickle"},
        ["constant", "__import__('os')"],
    ],
)
def test_values_made_to_exhaust_or_trick_us_are_refused(node: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.Reader(nothing_known).read(node)
