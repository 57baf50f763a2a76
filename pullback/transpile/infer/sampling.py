"""Kinds and dtypes of results, found by running the operation on operands of one element and remembering the answer.

NumPy itself then says how Python scalars, NumPy scalars and arrays mix; no promotion table is written here.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from pullback.transpile.abstract import Array, Kind, ListOf, Scalar, Seq, Static, Type, Unknown, kind_of_dtype
from pullback.transpile.core import OpFunction

Sample = tuple[str, str | None]  # how a value is held (py, np, 0d, nd, any, none) and its kind or dtype

_PYTHON: dict[str, tuple[object, ...]] = {
    "bool": (True, False),
    "int": (1, 0, 0, 2),
    "float": (1.0, 0.5, 0.0, 2.0),
    "complex": (1j, 1.0 + 0j),
}
_DTYPES = ("float64", "float32", "int64", "bool", "complex128")


def sample_of(t: Type) -> Sample | None:
    """What the kind of a result may depend on; None where the type stands for no scalar or array."""
    match t:
        case Scalar(kind=kind, dtype=None):
            return "py", kind
        case Scalar(dtype=dtype):
            return "np", dtype
        case Array(dtype=dtype, shape=()):
            return "0d", dtype
        case Array(dtype=dtype, shape=shape):
            return "any" if shape is None else "nd", dtype
        case Static(value=None):
            return "none", None
    return None


def _values(s: Sample, nth: int) -> list[object]:
    """The operands that a sample stands for; `nth` gives other numbers where the first ones are outside the domain."""
    how, what = s
    if how == "none":
        return [None]
    if how == "py":
        numbers = _PYTHON[what or "float"]
        return [numbers[min(nth, len(numbers) - 1)]]
    number = (1, 0.5, 0, 2)[nth]
    out: list[object] = []
    for dtype in _DTYPES if what is None else (what,):
        scalar = np.array(number).astype(_numpy_dtype(dtype))
        one_axis = scalar.reshape(1)
        if how in ("np", "0d", "any"):
            out.append(scalar[()])
        if how in ("0d", "any"):
            out.append(scalar)
        if how in ("nd", "any"):
            out.append(one_axis)
    return out


def _numpy_dtype(name: str) -> Any:
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(name)


def type_of_result(value: object) -> Type | None:
    """The type of what an operation gave on its samples; an axis stands for all axes."""
    match value:
        case np.generic():
            kind = kind_of_dtype(value.dtype.name)
            return None if kind is None else Scalar(kind, value.dtype.name)
        case bool():
            return Scalar("bool")
        case int():
            return Scalar("int")
        case float():
            return Scalar("float")
        case complex():
            return Scalar("complex")
        case np.ndarray():
            return None if value.dtype == object else Array(value.dtype.name, tuple(value.shape))
        case tuple() | list():
            items = [type_of_result(item) for item in value]
            known = [t for t in items if t is not None]
            return Seq("tuple", tuple(known)) if len(known) == len(items) else None
    return None


@lru_cache(maxsize=65536)
def sampled(op: OpFunction, samples: tuple[Sample, ...], static: tuple[tuple[str, object], ...] = ()) -> Type | None:
    """The type that `op` gives, with axes of length 1 for unknown axes; None if it cannot be said."""
    found: Type | None = None
    for nth in range(4):
        for operands in itertools.product(*(_values(s, nth) for s in samples)):
            t = _run(op, operands, dict(static))
            if t is not None:
                found = t if found is None else merge(found, t)
        if found is not None:
            return found
    return found


def _run(op: OpFunction, operands: tuple[object, ...], static: dict[str, object]) -> Type | None:
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return type_of_result(op(*operands, **static))
    except Exception:  # whatever the operation makes of operands that it does not take, it has no result
        return None


def merge(a: Type, b: Type) -> Type:
    """What is common to the results on two samples of one call."""
    if a == b:
        return a
    if isinstance(a, Scalar | Array) and isinstance(b, Scalar | Array):
        ranks = {() if isinstance(t, Scalar) else t.shape for t in (a, b)}
        dtypes = {_held_dtype(t) for t in (a, b)}
        shape = ranks.pop() if len(ranks) == 1 else None
        return Array(dtypes.pop() if len(dtypes) == 1 else None, shape)
    if isinstance(a, Seq) and isinstance(b, Seq) and len(a.items) == len(b.items):
        return Seq("tuple", tuple(map(merge, a.items, b.items)))
    return Unknown()


def _held_dtype(t: Scalar | Array) -> str | None:
    if isinstance(t, Scalar) and t.dtype is None:
        return {"float": "float64", "int": "int64", "bool": "bool", "complex": "complex128"}[t.kind]
    return t.dtype


@lru_cache(maxsize=4096)
def _dtype_of_list(samples: frozenset[Sample]) -> str | None:
    operands = [_values(s, 0) for s in samples]
    names = set()
    for chosen in itertools.product(*operands):
        try:
            names.add(np.asarray([x.ravel()[0] if isinstance(x, np.ndarray) else x for x in chosen]).dtype.name)
        except (TypeError, ValueError):
            return None
    return names.pop() if len(names) == 1 else None


def array_dtype(items: Iterable[Type]) -> str | None:
    """The dtype of the array that NumPy makes of a list of values of these types, at any depth."""
    samples = set[Sample]()
    for t in _leaves(items):
        s = sample_of(t)
        if s is None or s[0] == "none":
            return None
        samples.add(s)
    return _dtype_of_list(frozenset(samples)) if samples else "float64"


def _leaves(items: Iterable[Type]) -> Iterable[Type]:
    for t in items:
        match t:
            case Seq(items=inner):
                yield from _leaves(inner)
            case ListOf(item=item):
                yield from _leaves((item,))
            case _:
                yield t


def scalar_of(dtype: str | None) -> Type:
    """A NumPy scalar of a dtype, as a full reduction gives it."""
    kind: Kind | None = None if dtype is None else kind_of_dtype(dtype)
    return Array(dtype, ()) if kind is None else Scalar(kind, dtype)


