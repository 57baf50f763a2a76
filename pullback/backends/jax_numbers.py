"""Python's functions of numbers, as they are written where the numbers are traced by JAX."""

from __future__ import annotations

import ast
import builtins
import math
import operator
from typing import Any

from pullback.transpile import abstract as ab

from .expressions import Expressions
from .facts import type_of
from .forms import Form
from .script import Apply
from .syntax import call, name

_RENAMED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
            "acosh": "arccosh", "atanh": "arctanh", "pow": "power", "fabs": "abs"}  # fmt: skip
_SAME = (
    "sqrt cbrt exp exp2 expm1 log1p log2 log10 sin cos tan sinh cosh tanh copysign fmod gcd lcm ldexp nextafter "
    "degrees radians isnan isinf isfinite"
)
SAME: dict[Any, str] = {getattr(math, f): _RENAMED.get(f, f) for f in (*_SAME.split(), *_RENAMED) if hasattr(math, f)}
"""Functions of `math` that `jax.numpy` has."""

_SPECIAL: dict[Any, str] = {math.erf: "erf", math.erfc: "erfc"}
PAIRWISE: dict[Any, str] = {builtins.max: "maximum", builtins.min: "minimum"}
_WHOLE: dict[Any, str] = {math.floor: "floor", math.ceil: "ceil", math.trunc: "trunc"}

def form_of(op: Any, count: int) -> Form | None:
    """How a function of so many numbers is written; None for one that is called as it is."""
    if op in SAME:
        return _same
    if op in PAIRWISE and count < 2:
        return None
    return _FORMS.get(op)


def is_unwritten(op: Any) -> bool:
    """Is this a function of `math` that takes Python's own numbers only?"""
    return getattr(op, "__module__", None) == "math" and op not in SAME and op not in _FORMS and op is not math.prod


def _same(write: Expressions, e: Apply) -> Any:
    return call(f"{write.space.arrays()}.{SAME[e.op]}", *map(write, e.args))


def _special(write: Expressions, e: Apply) -> Any:
    return call(write.space.member("jax.scipy.special", _SPECIAL[e.op]), *map(write, e.args))


def _log(write: Expressions, e: Apply) -> Any:
    log = [call(f"{write.space.arrays()}.log", write(x)) for x in e.args]
    return ast.BinOp(log[0], ast.Div(), log[1]) if len(log) > 1 else log[0]


def _converted(kind: str) -> Form:
    """`jnp.asarray(x, int)`, which cuts off what is behind the point, as Python does."""

    def form(write: Expressions, e: Apply) -> Any:
        return call(f"{write.space.arrays()}.asarray", write(e.args[0]), name(write.space.builtin(kind)))

    return form


def _whole(write: Expressions, e: Apply) -> Any:
    """`math.floor` and others give integers."""
    jnp = write.space.arrays()
    rounded = call(f"{jnp}.{_WHOLE[e.op]}", write(e.args[0]))
    return call(f"{jnp}.asarray", rounded, name(write.space.builtin("int")))


def _pairwise(write: Expressions, e: Apply) -> Any:
    made = write(e.args[0])
    for x in e.args[1:]:
        made = call(f"{write.space.arrays()}.{PAIRWISE[e.op]}", made, write(x))
    return made


def _sum(write: Expressions, e: Apply) -> Any:
    if not isinstance(type_of(e.args[0]), ab.Array):
        return call(write.space.builtin("sum"), *map(write, e.args))
    total = call(f"{write.space.arrays()}.sum", write(e.args[0]))
    return ast.BinOp(write(e.args[1]), ast.Add(), total) if len(e.args) > 1 else total


def _fsum(write: Expressions, e: Apply) -> Any:
    jnp = write.space.arrays()
    return call(f"{jnp}.sum", call(f"{jnp}.asarray", write(e.args[0])))


def _dist(write: Expressions, e: Apply) -> Any:
    jnp = write.space.arrays()
    points = (call(f"{jnp}.asarray", write(x)) for x in e.args)
    return call(f"{jnp}.linalg.norm", ast.BinOp(next(points), ast.Sub(), next(points)))


def _hypot(write: Expressions, e: Apply) -> Any:
    jnp, sides = write.space.arrays(), [write(x) for x in e.args]
    if len(sides) == 2:
        return call(f"{jnp}.hypot", *sides)
    return call(f"{jnp}.linalg.norm", call(f"{jnp}.asarray", ast.List(sides, ast.Load())))


_FORMS: dict[Any, Form] = {
    **dict.fromkeys(_SPECIAL, _special),
    **dict.fromkeys(PAIRWISE, _pairwise),
    **dict.fromkeys(_WHOLE, _whole),
    math.log: _log,
    math.fsum: _fsum,
    math.dist: _dist,
    math.hypot: _hypot,
    builtins.sum: _sum,
    builtins.int: _converted("int"),
    builtins.bool: _converted("bool"),
    operator.truth: _converted("bool"),
}
