"""What can be computed while lowering: integers, bools, strings, None and tuples of them, and comparisons of lengths.

Floats are never computed with, so that the program's own operations happen, in their order; only a literal's sign is
taken in.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower.values import UNDECIDED, Pack, Value, is_atom, static, type_of

Operator = Callable[[Any, Any], Any]

COMPARISONS: frozenset[Operator] = frozenset(
    {operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge}
)
_EXACT: frozenset[Operator] = frozenset(
    {
        operator.add,
        operator.sub,
        operator.mul,
        operator.floordiv,
        operator.mod,
        operator.and_,
        operator.or_,
        operator.xor,
    }
)


def exact(x: object) -> bool:
    """Is this an object that may be computed with while lowering?"""
    if isinstance(x, tuple | list | set | frozenset):
        return all(map(exact, x))
    return x is None or isinstance(x, bool | int | str | type(Ellipsis))


def small(x: object) -> bool:
    """Is this no larger than what a person writes out?"""
    return not isinstance(x, int) or abs(x) < 2**63


def binary(op: Operator, a: Value, b: Value) -> object:
    """The result of an operator on two values that are known, else UNDECIDED. Errors are left to the run."""
    if not (isinstance(a, Lit) and isinstance(b, Lit)):
        return UNDECIDED
    x, y = a.value, b.value
    if op is operator.or_ and isinstance(x, type | types.UnionType) and isinstance(y, type | types.UnionType):
        return x | y
    if not exact(x) or not exact(y):
        return UNDECIDED
    if op is operator.pow:
        if not (isinstance(x, int) and isinstance(y, int) and 0 <= y < 64):
            return UNDECIDED
    elif op not in _EXACT:
        return UNDECIDED
    try:
        result = op(x, y)
    except Exception:  # whatever it is, it happens when the program runs
        return UNDECIDED
    return result if small(result) else UNDECIDED


def compare(op: Operator, a: Value, b: Value) -> object:
    """The result of a comparison that the types decide, else UNDECIDED."""
    x, y = static(a), static(b)
    if x is not UNDECIDED and y is not UNDECIDED:
        try:
            return bool(op(x, y))
        except Exception:  # whatever it is, it happens when the program runs
            return UNDECIDED
    if op in (operator.eq, operator.ne):
        equal = _equal(a, b)
        if equal is not UNDECIDED:
            return equal if op is operator.eq else not equal
    return UNDECIDED


def _equal(a: Value, b: Value) -> object:
    match a, b:
        case Pack(kind=k, items=xs), Pack(kind=l, items=ys) if k == l != "dict":
            if len(xs) != len(ys):
                return False
            found = [compare(operator.eq, x, y) for x, y in zip(xs, ys, strict=True)]
            if False in found:
                return False
            return True if all(x is True for x in found) else UNDECIDED
    if not is_atom(a) or not is_atom(b):
        return UNDECIDED
    match type_of(a), type_of(b):
        case ab.Scalar(kind="int", value=m), ab.Scalar(kind="int", value=n) if m is not None and n is not None:
            return _equal_lengths(m, n)
        case ab.Static(value=x), t if not isinstance(t, ab.Unknown | ab.Static | ab.Array):
            return False if isinstance(x, str | type(None)) else UNDECIDED
        case t, ab.Static(value=x) if not isinstance(t, ab.Unknown | ab.Static | ab.Array):
            return False if isinstance(x, str | type(None)) else UNDECIDED
    return UNDECIDED


def _equal_lengths(m: ab.Length, n: ab.Length) -> object:
    if isinstance(m, int) and isinstance(n, int):
        return m == n
    if isinstance(m, ab.Dim) and isinstance(n, ab.Dim):
        if m.symbol == n.symbol != ab.ANONYMOUS:
            return m.offset == n.offset
        return UNDECIDED
    symbolic, number = (m, n) if isinstance(m, ab.Dim) else (n, m)
    return False if number == 1 and isinstance(symbolic, ab.Dim) and symbolic.not_one else UNDECIDED


def is_none(value: Value) -> object:
    """Is a value None? UNDECIDED where nothing is known of it."""
    match type_of(value) if is_atom(value) else None:
        case ab.Static(value=x):
            return x is None
        case ab.Unknown():
            return UNDECIDED
    return False


def truth(value: Value) -> object:
    """Is a value true? A bool where that is known, else UNDECIDED."""
    known = static(value)
    if known is not UNDECIDED:
        return bool(known)
    if isinstance(value, Pack):
        return bool(value.items)
    if not is_atom(value):
        return True
    match type_of(value):
        case ab.Seq(items=items):
            return bool(items)
        case ab.Mapping(items=entries):
            return bool(entries)
    return UNDECIDED


def python_class(t: ab.Type) -> type | None:
    """The class that values of a type are certainly of, None where that is not known."""
    match t:
        case ab.Scalar(kind=kind, dtype=None):
            return {"bool": bool, "int": int, "float": float, "complex": complex}[kind]
        case ab.Scalar(dtype=str() as dtype) if dtype != "bfloat16":
            return np.dtype(dtype).type
        case ab.Array(shape=tuple() as shape) if shape:
            return np.ndarray
        case ab.Seq(kind=kind):
            return tuple if kind == "tuple" else list
        case ab.ListOf():
            return list
        case ab.Mapping():
            return dict
        case ab.Static(value=value):
            return type(value)
    return None
