"""Calls of operations: which arguments are operands, which are static, and which are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pullback.stdlib import random, registry
from pullback.stdlib.nn.operations import OPERATIONS
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Lit, OpFunction
from pullback.transpile.lower import ruled
from pullback.transpile.lower.containers import as_arg, as_atom, as_operand
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.parameters import default_of, is_of_distribution, parameters_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value, leaves, static, type_of


def operation(
    scope: Scope, node: Any, op: OpFunction, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """Append a call of an operation: operands as positional arguments, what is static by its name."""
    parameters = parameters_of(op)
    operands: list[Arg] = []
    static_args: dict[str, Arg] = {}
    for k, value in enumerate(args):
        if parameters.is_operand(k):
            operands.append(_one_operand(scope, node, op, value))
        elif k < len(parameters.names):
            _static(scope, node, op, parameters.names[k], value, static_args)
        else:
            scope.refuse(node, f"{_called(op)} is called with too many arguments", _WITHOUT["out"])

    def place_of(name: str) -> int:
        return parameters.names.index(name) if name in parameters.names else len(parameters.names)

    for name, value in sorted(keywords.items(), key=lambda item: place_of(item[0])):
        place = place_of(name)
        if parameters.has_rule and place < parameters.operands and name not in parameters.static:
            _operand(scope, node, op, place, value, operands)
        else:
            _static(scope, node, op, name, value, static_args)
    if is_of_distribution(op):
        operands += [Lit(default_of(op, name)) for name in parameters.names[len(operands) :]]
    while op in OPERATIONS and getattr(operands[-1], "type", None) == ab.NONE:  # a bias that there is none of
        operands.pop()
    given, kwargs = tuple(operands), tuple(static_args.items())
    if ruled.is_ruled(op) and not scope.is_template:
        return ruled.append(scope, node, op, given, kwargs, hint)
    return scope.op(op, given, kwargs, hint, node)


def _operand(scope: Scope, node: Any, op: OpFunction, place: int, value: Value, operands: list[Arg]) -> None:
    """An operand that was given by its name: those before it that were left out have their defaults."""
    names = parameters_of(op).names
    while len(operands) < place:
        default = default_of(op, names[len(operands)])
        if default is not float and not isinstance(default, bool | int | float | str | tuple | None):
            scope.refuse(node, f"{_called(op)} needs its argument {names[len(operands)]!r}", "Pass it by position.")
        operands.append(Lit(default))
    if len(operands) > place:
        scope.refuse(node, f"{_called(op)} is given {names[place]!r} twice", "This raises TypeError in Python.")
    operands.append(_one_operand(scope, node, op, value))


# operations that take a sequence of operands, or a shape as an operand; others make an array of a list, as NumPy does
_OF_SEQUENCES: frozenset[OpFunction] = frozenset(
    {
        *(np.array, np.asarray, np.stack, np.concatenate, np.hstack, np.vstack, np.column_stack, np.full),
        *(np.dstack, np.block, np.select, np.choose, np.linalg.multi_dot),
        *(math.fsum, math.prod, math.dist),
        random.uniform,
    }
)


def _one_operand(scope: Scope, node: Any, op: OpFunction, value: Value) -> Arg:
    if ruled.is_ruled(op) and not scope.is_template:
        return as_atom(scope, node, value)
    of_sequences = op in _OF_SEQUENCES or registry.takes_sequences(op)
    if scope.is_template or of_sequences or not parameters_of(op).has_rule:
        return as_arg(scope, node, value)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(np.array, (as_arg(scope, node, value),), (), "", node)
    return as_operand(scope, node, value)


def _static(scope: Scope, node: Any, op: OpFunction, name: str, value: Value, out: dict[str, Arg]) -> None:
    """A parameter that is not an operand; one that the rule does not know is refused unless it is given its default."""
    known, default = static(value), default_of(op, name)
    is_default = known is default or (
        isinstance(known, bool | int | str) and type(known) is type(default) and known == default
    )
    if scope.is_template:
        if not is_default:
            out[name] = as_arg(scope, node, value)
        return
    parameters = parameters_of(op)
    if name in ("out", "where") or (parameters.has_rule and name not in parameters.static):
        if is_default or (known is None and name in ("out", "dtype", "where")):
            return
        place = next((k for k in getattr(node, "keywords", ()) if k.arg == name), node)
        scope.refuse(
            place, f"the argument {name!r} of {_called(op)} is not supported yet", _WITHOUT.get(name, "Leave it out.")
        )
    if name in _AXES:
        scope.prefer_known(leaves(value))
    out[name] = as_arg(scope, node, value)


_AXES = frozenset("axis axis1 axis2 axes source destination".split())
_WITHOUT = {
    "out": "Assign the result instead.",
    "where": "Use np.where on the result.",
    "dtype": "Use .astype on the argument or on the result.",
}


def _called(op: OpFunction) -> str:
    return dotted(op) or getattr(op, "__name__", "this function")
