"""Expressions for slices that move, which `windows` has found, as calls of `lax.dynamic_slice` and its like."""

from __future__ import annotations

import ast
from typing import Any

from .expressions import Expressions
from .packing import NONE, ZERO
from .script import Apply, Cut, Expr
from .syntax import call, constant


def read(to: Expressions, e: Apply) -> Any:
    """The expression for `x[i : i + 3]`."""
    array, parts = e.args
    sizes = dict(e.kwargs)["window"]
    assert isinstance(parts, tuple)
    assert isinstance(sizes, tuple)
    alone = _alone(e)
    if alone is not None:
        options = {"axis": constant(alone)} if alone else {}
        start, size = to(_start(parts[alone])), to(sizes[alone])
        return call(_function(to, "dynamic_slice_in_dim"), to(array), start, size, **options)
    function = to.space.helper("window") if _is_guarded(e) else _function(to, "dynamic_slice")
    made = call(function, to(array), to(tuple(map(_start, parts))), to(sizes))
    if all(isinstance(x, Cut) for x in parts):
        return made
    index = [Cut(None, None, None) if isinstance(x, Cut) else ZERO for x in parts]
    while isinstance(index[-1], Cut):
        index.pop()
    return ast.Subscript(made, to.index(tuple(index)), ast.Load())


def written(to: Expressions, e: Apply) -> Any:
    """The expression for an array after `x[i : i + 3] = value`."""
    array, parts, value = e.args
    assert isinstance(parts, tuple)
    alone = _alone(e)
    if alone is not None:
        start = to(_start(parts[alone]))
        return call(_function(to, "dynamic_update_slice_in_dim"), to(array), to(value), start, constant(alone))
    function = to.space.helper("with_window") if _is_guarded(e) else _function(to, "dynamic_update_slice")
    return call(function, to(array), to(value), to(tuple(map(_start, parts))))


def _function(to: Expressions, name: str) -> str:
    return f"{to.space.member('jax', 'lax')}.{name}"


def _is_guarded(e: Apply) -> bool:
    """May the array be shorter than the slice, where no loop comes to it?"""
    return "fits" in dict(e.kwargs)


def _alone(e: Apply) -> int | None:
    """The one axis along which a slice moves that has all of the others."""
    sizes = dict(e.kwargs)["window"]
    assert isinstance(sizes, tuple)
    moving = [k for k, x in enumerate(sizes) if x != NONE]
    return moving[0] if len(moving) == 1 and (len(sizes) == 1 or NONE in sizes) and not _is_guarded(e) else None


def _start(part: Expr) -> Expr:
    """Where a part of an index starts."""
    return part if not isinstance(part, Cut) else ZERO if part.lower is None else part.lower
