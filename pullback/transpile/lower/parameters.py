"""What an operation calls its parameters: which of them are operands, which are static (axis, keepdims)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pullback.stdlib import registry

# the parameters of operations that `inspect` cannot tell in every version of NumPy and Python
_NAMES: Mapping[Any, str] = {
    np.concatenate: "arrays axis out dtype casting",
    np.where: "condition x y",
    np.dot: "a b out",
    np.inner: "a b",
    np.vdot: "a b",
    np.zeros: "shape dtype order",
    np.ones: "shape dtype order",
    np.empty: "shape dtype order",
    np.full: "shape fill_value dtype order",
    np.arange: "start stop step dtype",
    np.array: "object dtype",
    np.asarray: "a dtype order",
    np.empty_like: "prototype dtype order",
}


@dataclass(frozen=True)
class Parameters:
    """`operands`: the names of the operands that a rule takes, in order; `static`: the names of its other parameters.

    `names` is the operation's own order. Those of an operation without a rule are all passed on as they were given.
    """

    names: tuple[str, ...]
    operands: int
    variadic: bool
    static: frozenset[str]
    has_rule: bool

    def is_operand(self, position: int) -> bool:
        """Is the positional argument at this position an operand? One that is written to is none."""
        if self.variadic or position < self.operands:
            return True
        return not self.has_rule and position < len(self.names) and self.names[position] != "out"


def parameters_of(op: Callable[..., Any]) -> Parameters:
    """The parameters of an operation."""
    return _parameters_of(op, registry.count())


@lru_cache(maxsize=4096)
def _parameters_of(op: Callable[..., Any], rules_so_far: int) -> Parameters:
    names = _own_names(op)
    rules = registry.rules().get(op, ())
    if not rules:
        return Parameters(names, 0, not names, frozenset(), False)
    rule = next((r for r in rules if r.active is None), rules[0])
    taken = list(inspect.signature(rule.fn).parameters.values())[1 if rule.kind == "elementwise" else 2 :]
    operands = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    static = frozenset(p.name for p in taken if p.kind is p.KEYWORD_ONLY)
    variadic = any(p.kind is p.VAR_POSITIONAL for p in taken)
    if len(names) < len(operands):
        names = (*(p.name for p in operands), *(p.name for p in taken if p.kind is p.KEYWORD_ONLY))
    return Parameters(names, len(operands), variadic, static, True)


def _own_names(op: Callable[..., Any]) -> tuple[str, ...]:
    if op in _NAMES:
        return tuple(_NAMES[op].split())
    if is_of_distribution(op):
        return _names_of_distribution(op)
    if isinstance(op, np.ufunc):
        return tuple(f"x{i + 1}" if op.nin > 1 else "x" for i in range(op.nin))
    found = _signature_of(op).values()
    return tuple(p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))


def is_of_distribution(op: Any) -> bool:
    """Is this a method of a distribution of SciPy, whose parameters Python does not tell?"""
    return hasattr(getattr(op, "__self__", None), "shapes") and type(op.__self__).__module__.startswith("scipy.stats")


def _names_of_distribution(method: Any) -> tuple[str, ...]:
    """The parameters of a method of a distribution: those of shape have names of their own."""
    first = next(iter(_signature_of(method)), "x")
    shapes = (method.__self__.shapes or "").replace(",", " ").split()
    return (first, *shapes, "loc", "scale") if hasattr(method.__self__, "pdf") else (first, *shapes, "loc")


def is_operation(op: object) -> bool:
    """Is this a callable that becomes an operation of Core?"""
    from pullback.transpile.infer import is_known

    try:
        hash(op)
    except TypeError:
        return False
    assert callable(op)
    if registry.is_constant(op) or registry.is_computed(op):
        return True
    return registry.find(op, ()) is not None or registry.has_rule(op) or is_known(op)


def default_of(op: Callable[..., Any], name: str) -> object:
    """The default of a parameter, `inspect.Parameter.empty` if there is none or it is not known."""
    if is_of_distribution(op) and name in ("loc", "scale"):
        return int(name == "scale")
    parameter = _signature_of(op).get(name)
    return inspect.Parameter.empty if parameter is None else parameter.default


@lru_cache(maxsize=4096)
def _signature_of(op: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a callable as Python tells them; none where it does not."""
    try:
        return inspect.signature(op).parameters
    except (TypeError, ValueError):
        return {}
