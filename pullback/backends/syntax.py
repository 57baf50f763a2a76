"""The trees of `ast` that all expressions are made of: names, calls, constants, numbers."""

from __future__ import annotations

import ast
import cmath
import math
from collections.abc import Callable
from typing import Any

from .namespace import Namespace


def name(text: str, store: bool = False) -> Any:
    """A name, dotted or not."""
    first, *rest = text.split(".")
    node: Any = ast.Name(first, ast.Store() if store else ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def call(function: Any, *args: Any, **kwargs: Any) -> Any:
    """A call."""
    function = name(function) if isinstance(function, str) else function
    return ast.Call(function, list(args), [ast.keyword(k, x) for k, x in kwargs.items()])


def constant(value: Any) -> Any:
    """A literal that is no negative number."""
    return ast.Constant(value)


def number(space: Namespace, value: int | float | complex) -> Any:
    """A number as Python's, infinities and nan as constants of the module of arrays."""
    if not isinstance(value, complex):
        return _signed(space, value, constant)
    if value.real == 0.0 and math.copysign(1.0, value.real) > 0 and not cmath.isinf(value) and not cmath.isnan(value):
        return _signed(space, value.imag, lambda x: constant(complex(0.0, x)))
    if value.real == 0.0 and -math.inf < value.imag < 0.0:  # as Python reads `-2.0j`, with a real part of -0.0
        return ast.UnaryOp(ast.USub(), constant(complex(0.0, -value.imag)))
    return call(space.builtin("complex"), number(space, value.real), number(space, value.imag))


def _signed(space: Namespace, value: int | float, make: Callable[[Any], Any]) -> Any:
    if value != value:
        return name(f"{space.arrays()}.nan")
    if math.copysign(1.0, value) < 0:
        return ast.UnaryOp(ast.USub(), _signed(space, -value, make))
    if value == math.inf:
        return name(f"{space.arrays()}.inf")
    if value == math.pi:
        return name(space.member("math", "pi"))
    return make(value)
