"""Operations that Core has and NumPy has no name for. Each one is run as it stands, so that Core has a meaning."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import runtime


def has_effect(op: Callable[..., Any]) -> bool:
    """Does an operation do more than to give a value: must it be done, once, and in its turn?"""
    return op is runtime.pass_through


def alias(x: Any) -> Any:
    """The same value under another name; copy propagation removes it and keeps the better name."""
    return x


def stopped(x: Any) -> Any:
    """The same value, as a constant."""
    return x


def watched(x: Any, fn: Any) -> Any:
    """The same value; in the backward pass its cotangent goes through `fn`."""
    return x


def dim(x: Any, axis: int) -> int:
    """`x.shape[axis]`."""
    return int(np.shape(x)[axis])


def item(container: Any, key: Any) -> Any:
    """An item of a tuple, list or dict under a constant key or an integer; an attribute of an object."""
    is_object = isinstance(key, str) and not isinstance(container, dict)
    return getattr(container, key) if is_object else container[key]


def make_tuple(*items: Any) -> tuple[Any, ...]:
    """`(a, b, …)`."""
    return items


def make_list(*items: Any) -> list[Any]:
    """`[a, b, …]`."""
    return list(items)


def copies(x: Any, n: int) -> list[Any]:
    """`[x] * n`."""
    return [x] * n


def appended(xs: list[Any], value: Any) -> list[Any]:
    """The list `xs` after `xs.append(value)`, as a new value."""
    return [*xs, value]


def shortened(xs: list[Any]) -> list[Any]:
    """The list `xs` after `xs.pop()`, as a new value."""
    if not xs:
        raise IndexError("pop from empty list")
    return list(xs[:-1])


def replaced(xs: list[Any], key: Any, value: Any) -> list[Any]:
    """The list `xs` after `xs[key] = value`, as a new value."""
    out = list(xs)
    out[key] = value
    return out


def inserted(xs: list[Any], key: int, value: Any) -> list[Any]:
    """The list `xs` after `xs.insert(key, value)`, as a new value."""
    out = list(xs)
    out.insert(key, value)
    return out


def removed(xs: list[Any], key: int) -> list[Any]:
    """The list `xs` after `del xs[key]`, as a new value."""
    out = list(xs)
    del out[key]
    return out


def part(xs: list[Any], index: tuple[slice]) -> list[Any]:
    """`xs[a:b:c]` of a list."""
    return xs[index[0]]


def rows(x: Any) -> list[Any]:
    """`list(x)` of an array."""
    return list(x)


def put_part(xs: list[Any], index: tuple[slice], ys: list[Any]) -> list[Any]:
    """The list `xs` after `xs[a:b:c] = ys`, where these are as many, as a new value."""
    out = list(xs)
    out[index[0]] = ys
    return out


def make_dict(keys: tuple[Any, ...], *items: Any, cls: Any = None) -> Any:
    """`{key: item, …}`, or an object of a class with these attributes."""
    from pullback.runtime import record

    made = dict(zip(keys, items, strict=True))
    return made if cls is None else record(cls, **made)


def through(a: Any, via: tuple[tuple[Any, ...], ...]) -> Any:
    """The view of `a` that each step of `via`, a function and its further arguments, takes of the one before."""
    for step, *rest in via:
        a = step(a, *rest)
    return a


def set_item(a: Any, index: Any, value: Any, *, via: tuple[tuple[Any, ...], ...] = ()) -> Any:
    """The array `a` after `a[index] = value`, as a new value; with `via` the write is to a view of it.

    `via=((operator.getitem, (slice(1, 3),)), (np.transpose,))` is `a[1:3].T[index] = value`.
    """
    out = copy.copy(a)
    through(out, via)[index] = value
    return out


def add_item(a: Any, index: Any, value: Any, *, via: tuple[tuple[Any, ...], ...] = ()) -> Any:
    """The array `a` after `a[index] += value`, as a new value; an index that repeats adds each time."""
    out = copy.copy(a)
    view = through(out, via)
    if any(isinstance(i, np.ndarray) for i in index):
        np.add.at(view, index, value)
    else:
        view[index] += value
    return out


def spread(x: Any, like: Any) -> Any:
    """The array or scalar `x` repeated to the shape of `like`, in the dtype of `x`."""
    return np.broadcast_to(x, np.shape(like)).copy()


def astype(x: Any, dtype: Any) -> Any:
    """`x.astype(dtype)`."""
    return np.asarray(x).astype(dtype)[()]


def flatten(x: Any, *, order: Any = "C") -> Any:
    """`x.flatten()`."""
    return np.asarray(x).flatten(order)


def add_at_key(container: Any, key: Any, value: Any) -> Any:
    """The list `container` after its item at the integer `key` has had a cotangent added, as a new value."""
    out = list(container)
    out[key] = runtime.add_trees(out[key], value)
    return out
