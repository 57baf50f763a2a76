"""What `traced` writes loops and branches with: operations on functions, which JAX has and Core has not."""

from __future__ import annotations

from pullback.transpile.core import OpFunction


def scan(step: object, init: object, xs: object = None, length: object = None, reverse: bool = False) -> object:
    """`lax.scan`."""
    raise NotImplementedError


def while_loop(test: object, step: object, init: object) -> object:
    """`lax.while_loop`."""
    raise NotImplementedError


def cond(condition: object, then: object, orelse: object) -> object:
    """`lax.cond` of functions without parameters."""
    raise NotImplementedError


def either(condition: object, then: object, orelse: object) -> object:
    """`cond` of functions of which one leaves None for what only the other one has: `runtime.jax.either`."""
    raise NotImplementedError


def switch(number: object, cases: object) -> object:
    """`lax.switch` of a tuple of functions without parameters."""
    raise NotImplementedError


def one_of(number: object, cases: object) -> object:
    """`switch` of functions of which some leave None for what only others have: `runtime.jax.one_of`."""
    raise NotImplementedError


def kept_while(test: object, step: object, init: object, *env: object) -> object:
    """`while_loop` with a trail by which it can be walked back: `runtime.jax.kept_while`."""
    raise NotImplementedError


def walk_back(step: object, trail: object, adjoint: object, init: object) -> object:
    """The adjoint of such a loop: `runtime.jax.walk_back`."""
    raise NotImplementedError


def optimization_barrier(values: object) -> object:
    """`lax.optimization_barrier`: the same values, none of which XLA computes again or later."""
    return values


def write_last(a: object, index: object, value: object) -> object:
    """`set_item` at integers, of which the last one counts where they repeat: `runtime.jax.write_last`."""
    raise NotImplementedError


def write_apart(a: object, index: object, value: object) -> object:
    """`set_item` of what was computed from other places of the array: `runtime.jax.write_apart`."""
    raise NotImplementedError


LAX: dict[OpFunction, str] = {
    scan: "scan", while_loop: "while_loop", cond: "cond", switch: "switch",
    optimization_barrier: "optimization_barrier",
}  # fmt: skip
HELPERS: dict[OpFunction, str] = {
    either: "either", one_of: "one_of", kept_while: "kept_while", walk_back: "walk_back",
}  # fmt: skip
CASE, OTHERWISE = "case", "otherwise"
"""What the functions are called of which a number chooses one, before the number."""
_TRACED = frozenset({"step", "test", "then", "orelse", "adjoint", OTHERWISE})

LOOPS: dict[OpFunction, int] = {scan: 1, while_loop: 2, kept_while: 2, walk_back: 3}
"""Loops, and which of their operands goes round first."""

TAKEN_APART: frozenset[OpFunction] = frozenset(
    {scan, kept_while, while_loop, walk_back, cond, either, switch, one_of, optimization_barrier}
)
"""Operations whose results are tuples that are taken apart at once, also where only one part of them is read."""


def is_traced(name: str) -> bool:
    """Is this what a function is called that one of these operations is given?

    Their parameters are tuples of what goes round.
    """
    return name in _TRACED or name.startswith(CASE)
