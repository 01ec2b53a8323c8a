"""numpy's and pandas' values on the wire: raw numbers and their kind, rebuilt without running anything of the sender's."""

import base64
import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .wire import FRAME_LIMIT, WireError, text_of

_KINDS = frozenset("biufcSUmM")
_ITEM_LIMIT = 4096
_EXTENSION = re.compile(r"(?:U?Int(?:8|16|32|64)|Float(?:32|64)|boolean|str|string(?:\[(?:python|pyarrow)\])?)\Z")

Inner = Callable[[Any], Any]


def write(value: Any, inner: Inner) -> list[Any] | None:  # noqa: PLR0911 - a list of kinds
    """The node for one of these libraries' own values; None when it has no form here."""
    kind = type(value)
    if kind in (np.ndarray, np.recarray):
        return _write_array(value, inner)
    if kind is np.matrix:
        return ["np.matrix", inner(np.asarray(value))]
    if kind is np.ma.MaskedArray:
        return ["np.masked", inner(np.asarray(value.data)), inner(np.ma.getmaskarray(value))]
    if kind in (np.void, np.record) and value.dtype.names:
        return ["np.row", inner(np.asarray(value))]
    if isinstance(value, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in _KINDS:
        return ["np.scalar", value.dtype.str, base64.b64encode(value.tobytes()).decode("ascii")]
    if isinstance(value, np.dtype) and value.kind in _KINDS:
        return ["np.dtype", value.str]
    return _write_pandas(value, inner) if "pandas" in sys.modules else None


def _write_array(value: Any, inner: Inner) -> list[Any] | None:
    if value.dtype.kind in _KINDS:
        if value.nbytes > FRAME_LIMIT // 2:
            raise WireError("a large array")
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return ["np.array", value.dtype.str, list(value.shape), data]
    if value.dtype.kind == "O":
        return ["np.objects", list(value.shape), [inner(item) for item in value.ravel().tolist()]]
    if value.dtype.names:
        fields = [[name, inner(np.asarray(value[name]))] for name in value.dtype.names]
        return ["np.fields", type(value) is np.recarray, list(value.shape), fields]
    return None


def _write_pandas(value: Any, inner: Inner) -> list[Any] | None:  # noqa: PLR0911 - a list of kinds
    import pandas as pd  # noqa: PLC0415 - it is loaded already

    if value is pd.NA or value is pd.NaT:
        return ["pd.missing", "NA" if value is pd.NA else "NaT"]
    kind = type(value)
    if kind is pd.DataFrame:
        columns = [_column(value.iloc[:, place].array, inner) for place in range(value.shape[1])]
        return ["pd.frame", _index(value.columns, inner), _index(value.index, inner), columns]
    if kind is pd.Series:
        return ["pd.series", inner(value.name), _index(value.index, inner), _column(value.array, inner)]
    if kind is pd.RangeIndex:
        return ["pd.range", inner(value.name), value.start, value.stop, value.step]
    if kind is pd.MultiIndex:
        levels, codes = [_index(level, inner) for level in value.levels], [inner(np.asarray(code)) for code in value.codes]
        return ["pd.multi", levels, codes, [inner(name) for name in value.names]]
    if kind in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex, pd.PeriodIndex, pd.IntervalIndex):
        return ["pd.index", inner(value.name), _column(value.array, inner)]
    return _write_time(value, inner)


def _write_time(value: Any, inner: Inner) -> list[Any] | None:
    """Single moments and spans."""
    import pandas as pd  # noqa: PLC0415

    kind = type(value)
    if kind is pd.Timestamp:
        return [
            "pd.stamp",
            value.value if value.unit == "ns" else value.isoformat(),
            str(value.tz) if value.tz else "",
            value.unit,
        ]
    if kind is pd.Timedelta:
        return ["pd.delta", inner(value.to_timedelta64())]
    if kind is pd.Period:
        return ["pd.period", value.ordinal, value.freqstr]
    if kind is pd.Interval:
        return ["pd.interval", inner(value.left), inner(value.right), value.closed]
    return None


def _index(value: Any, inner: Inner) -> list[Any]:
    """An index inside something else, which a handle is no part for. Raises WireError for kinds that have no form here."""
    node: list[Any] = inner(value)
    if not node[0].startswith("pd."):
        raise WireError("an index of this kind")
    return node


def _column(values: Any, inner: Inner) -> list[Any]:
    """One column, whatever kind of array holds it. Raises WireError for kinds that have no form here."""
    import pandas as pd  # noqa: PLC0415

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return ["category", _index(pd.Index(values.categories), inner), inner(np.asarray(values.codes)), bool(values.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["zoned", inner(values.asi8), str(dtype.tz), dtype.unit]
    if isinstance(dtype, pd.PeriodDtype):
        return ["period", inner(values.asi8), str(dtype).removeprefix("period[").removesuffix("]")]
    if isinstance(dtype, pd.IntervalDtype):
        return ["interval", _index(values.left, inner), _index(values.right, inner), values.closed]
    if isinstance(dtype, np.dtype) or isinstance(values, pd.arrays.NumpyExtensionArray):
        return ["plain", inner(np.asarray(values))]
    name = str(dtype)
    if not _EXTENSION.match(name):
        raise WireError("a column of this kind")
    missing = np.asarray(values.isna())
    items = [None if gone else inner(item) for gone, item in zip(missing.tolist(), values.tolist(), strict=True)]
    return ["extension", name, items]


def read(node: list[Any], inner: Inner) -> Any:
    """The value of a node that :func:`write` made."""
    match node:
        case ["np.array", dtype, shape, data]:
            return _from_bytes(dtype, data).reshape(_shape(shape)).copy()
        case ["np.scalar", dtype, data]:
            return _from_bytes(dtype, data)[0]
        case ["np.objects", shape, items]:
            made = np.empty(len(items), dtype=object)
            for place, item in enumerate(items):
                made[place] = inner(item)
            return made.reshape(_shape(shape))
        case ["np.dtype", name]:
            return _dtype(name)
    return _read_kept(node, inner) if node[0].startswith("np.") else _read_pandas(node, inner)


def _read_kept(node: list[Any], inner: Inner) -> Any:
    """Arrays that hold other arrays."""
    match node:
        case ["np.matrix", values]:
            return _array(values, inner).view(np.matrix)
        case ["np.masked", values, mask]:
            return np.ma.MaskedArray(_array(values, inner), _array(mask, inner).astype(bool))
        case ["np.row", values]:
            return _array(values, inner)[()]
        case ["np.fields", bool() as by_attribute, shape, fields]:
            parts = [(text_of(name), _array(part, inner)) for name, part in fields]
            size = _shape(shape)
            if not parts or any(part.shape[: len(size)] != size for _, part in parts):
                raise WireError("parts of another shape")
            made = np.empty(size, dtype=[(name, part.dtype, part.shape[len(size) :]) for name, part in parts])
            for name, part in parts:
                made[name] = part
            return made.view(np.recarray) if by_attribute else made
    raise WireError("no such value")


def _array(node: Any, inner: Inner) -> Any:
    made = inner(node)
    if type(made) is not np.ndarray:
        raise WireError("no array")
    return made


def _read_pandas(node: list[Any], inner: Inner) -> Any:  # noqa: PLR0911 - a list of kinds
    import pandas as pd  # noqa: PLC0415

    match node:
        case ["pd.missing", "NA" | "NaT" as name]:
            return pd.NA if name == "NA" else pd.NaT
        case ["pd.frame", columns, index, parts]:
            made = pd.DataFrame({place: _read_column(part, inner) for place, part in enumerate(parts)}, index=inner(index))
            made.columns = inner(columns)
            return made
        case ["pd.series", name, index, part]:
            return pd.Series(_read_column(part, inner), index=inner(index), name=inner(name))
        case ["pd.range", name, start, stop, step]:
            return pd.RangeIndex(inner(["range", int(start), int(stop), int(step)]), name=inner(name))
        case ["pd.multi", levels, codes, names]:
            return pd.MultiIndex(
                [inner(level) for level in levels], [inner(code) for code in codes], names=[inner(n) for n in names]
            )
        case ["pd.index", name, part]:
            return pd.Index(_read_column(part, inner), name=inner(name))
    return _read_time(node, inner)


def _read_time(node: list[Any], inner: Inner) -> Any:
    import pandas as pd  # noqa: PLC0415

    match node:
        case ["pd.stamp", int() as nanoseconds, zone, _]:
            return pd.Timestamp(nanoseconds, tz=text_of(zone) or None)
        case ["pd.stamp", str() as text, zone, unit]:
            made = pd.Timestamp(text).as_unit(text_of(unit))
            return made.tz_convert(zone) if zone and made.tz else made
        case ["pd.delta", value]:
            return pd.Timedelta(inner(value))
        case ["pd.period", int() as ordinal, freq]:
            return pd.Period(ordinal=ordinal, freq=text_of(freq))
        case ["pd.interval", left, right, closed]:
            return pd.Interval(inner(left), inner(right), text_of(closed))
    raise WireError("no such value")


def _read_column(part: Any, inner: Inner) -> Any:
    import pandas as pd  # noqa: PLC0415

    match part:
        case ["plain", values]:
            return inner(values)
        case ["category", categories, codes, bool() as ordered]:
            return pd.Categorical.from_codes(inner(codes), categories=inner(categories), ordered=ordered)
        case ["zoned", values, zone, unit]:
            stamps = pd.DatetimeIndex(inner(values).view(f"M8[{text_of(unit)}]"))
            return stamps.tz_localize("UTC").tz_convert(text_of(zone)).array
        case ["period", ordinals, freq]:
            return pd.PeriodIndex.from_ordinals(_array(ordinals, inner), freq=text_of(freq)).array
        case ["interval", left, right, closed]:
            return pd.arrays.IntervalArray.from_arrays(inner(left), inner(right), closed=text_of(closed))
        case ["extension", str() as name, items] if _EXTENSION.match(name):
            missing = math.nan if name == "str" else pd.NA
            return pd.array([missing if item is None else inner(item) for item in items], dtype=name)
    raise WireError("no column")


def _dtype(name: Any) -> Any:
    made = np.dtype(text_of(name))
    if made.kind not in _KINDS or not 0 < made.itemsize <= _ITEM_LIMIT:
        raise WireError("a kind of number")
    return made


def _from_bytes(dtype: Any, data: Any) -> Any:
    return np.frombuffer(base64.b64decode(text_of(data, FRAME_LIMIT), validate=True), dtype=_dtype(dtype))


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in shape)
