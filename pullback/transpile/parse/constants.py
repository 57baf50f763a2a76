"""The value of a module-level expression that is a literal or arithmetic on literals; nothing of the user's is run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any


class NotConstant(Exception):
    """The expression is not one whose value is known without running it."""


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_NUMBER = (bool, int, float, complex)
_MOST_BITS = 4096


def evaluate(node: ast.expr, lookup: Callable[[ast.expr], object]) -> object:
    """The value of `node`: numbers, strings, None, tuples and arithmetic on numbers. `lookup` gives that of a name."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Tuple(items):
            return tuple(evaluate(item, lookup) for item in items)
        case ast.UnaryOp(op, operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_number(operand, lookup))
        case ast.BinOp(left, op, right) if type(op) in _BINARY:
            return _binary(op, _number(left, lookup), _number(right, lookup))
        case ast.Name() | ast.Attribute():
            return _constant(lookup(node))
    raise NotConstant


def _number(node: ast.expr, lookup: Callable[[ast.expr], object]) -> Any:
    value = evaluate(node, lookup)
    if type(value) not in _NUMBER:
        raise NotConstant
    return value


def _constant(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_constant, value))
    if value is None or value is Ellipsis or type(value) in (*_NUMBER, str, bytes):
        return value
    raise NotConstant


def _binary(op: ast.operator, a: Any, b: Any) -> object:
    if isinstance(op, ast.Pow) and isinstance(a, int) and isinstance(b, int) and a.bit_length() * b > _MOST_BITS:
        raise NotConstant
    try:
        return _BINARY[type(op)](a, b)
    except (ArithmeticError, TypeError):
        raise NotConstant from None
