"""Solvers of SciPy, which are given a function: roots and fixed points.

    sol = root(f, x0, args=(a,))      ->      sol = root(f, x0, (a,));  x = item(sol, "x")

The function has a function of the program beside it that is its slope, or the matrix of its partial derivatives, of
which the derivative of the root is made.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Var
from pullback.transpile.lower.callbacks import Given, given
from pullback.transpile.lower.containers import as_arg, as_operand, items_of, read_item
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.values import BOTTOM, UNDECIDED, Pack, Value, static, type_of


def bound(
    scope: Scope, node: Any, op: Any, args: Sequence[Value], keywords: Mapping[str, Value], refused: Mapping[str, str]
) -> dict[str, Value]:
    """The arguments of a call by name, those that were given; `refused`: a way round each that is not supported."""
    try:
        found = dict(inspect.signature(op).bind(*args, **keywords).arguments)
    except TypeError as e:
        scope.refuse(node, f"{op.__name__}: {e}", "This raises TypeError in Python.")
    if isinstance(more := found.get("options"), dict):
        found = {k: x for k, x in found.items() if k != "options"} | more
    for name, instead in refused.items():
        if name in found and static(found[name]) not in (None, False, 0, ()):
            place = next((k.value for k in getattr(node, "keywords", ()) if k.arg == name), node)
            scope.refuse(place, f"the argument {name!r} of {op.__name__} is not supported yet", instead)
        found.pop(name, None)
    return found


def handed_on(scope: Scope, node: Any, found: dict[str, Value]) -> Sequence[Value]:
    """What is given as `args`, item by item; one value may be given without a tuple."""
    value = found.pop("args", NONE)
    if static(value) is None:
        return ()
    items = items_of(scope, node, value) if isinstance(type_of(value), ab.Seq) else [value]
    if items is None:
        scope.refuse(node, "how many values `args` has is not known", "Write the tuple out.")
    return items


_NO_DERIVATIVES = dict.fromkeys(("fprime", "fprime2", "jac"), "Leave it out: the function is differentiated here.")
_REFUSED = {
    **_NO_DERIVATIVES,
    "callback": "Leave it out.",
    "full_output": "Leave it out: what is not found raises RuntimeError.",
    "col_deriv": "Leave it out.",
    "band": "Leave it out.",
}


def finished(
    scope: Scope, node: Any, op: Any, f: Given, own: Sequence[Arg], found: Mapping[str, Value], t: ab.Type, hint: str
) -> Value:
    """Append the call of a solver: the function, what it begins with, what it hands on, and what is left by name.

    An object that it gives is known by what it holds.
    """
    kwargs = tuple((k, as_arg(scope, node, v)) for k, v in found.items())
    out = scope.op(op, (f.callback, *own, f.more), kwargs, hint, node, t)
    if not isinstance(t, ab.Record):
        return out
    items = tuple(read_item(scope, node, out, str(k), x) for k, x in t.items)
    return Pack("object", items, tuple(k for k, _ in t.items), t.cls)


def not_known_yet(scope: Scope, node: Any, hint: str) -> Var:
    """What is given is not known yet: the call around is lowered again."""
    return scope.op(runtime.root_of, (), (), hint, node, BOTTOM)


def _start(scope: Scope, node: Any, value: Value, line: bool) -> tuple[Atom, ab.Type]:
    """What a solver begins with, and the type of what it calls the function with; `line`: always an array."""
    x0 = as_operand(scope, node, value)
    match type_of(x0):
        case ab.Scalar() | ab.Array(shape=()):
            return x0, ab.Array("float64", (1,)) if line else ab.Scalar("float", "float64")
        case ab.Array(shape=(n,)):
            return x0, ab.Array("float64", (n,))
    scope.refuse(node, "what is begun with here is not known to be a number or an array of one axis", "Use x0.ravel().")


def vector_root(
    scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str, op: Any
) -> Value | None:
    """`root`, `fsolve`: a root of as many functions as there are unknowns."""
    found = bound(scope, node, op, args, keywords, _REFUSED)
    if static(found.get("method", NONE)) in ("lm", UNDECIDED):
        what = "root with a method that may find no root, but where the function is least,"
        scope.refuse(node, f"{what} is not supported", "Use method='hybr'.")
    f, x0 = (found.pop(name) for name in (*inspect.signature(op).parameters,)[:2])
    start, t = _start(scope, node, x0, line=True)
    g = given(scope, node, f, [t], handed_on(scope, node, found), slope=True)
    if g is None:
        return not_known_yet(scope, node, hint)
    if ab.rank(g.type) != 1:
        scope.refuse(node, "the function whose root is found here returns a number", "Return an array of one axis.")
    if op.__name__ == "root":
        t = ab.Record((("x", t), ("success", ab.BOOL), ("status", ab.INT), ("nfev", ab.INT)), result_class())
    return finished(scope, node, op, g, (start,), found, t, hint)


def result_class() -> type:
    """The class of what solvers give: one of attributes, of which objects can be made."""
    optimize: Any = sys.modules["scipy.optimize"]
    out: type = optimize.OptimizeResult
    return out


def fixed_point(
    scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str, op: Any
) -> Value | None:
    """`fixed_point`."""
    found = bound(scope, node, op, args, keywords, {})
    start, t = _start(scope, node, found.pop("x0"), line=False)
    g = given(scope, node, found.pop("func"), [t], handed_on(scope, node, found), slope=True)
    if g is None:
        return not_known_yet(scope, node, hint)
    if ab.rank(g.type) != ab.rank(t):
        scope.refuse(node, "the function whose fixed point is found here returns something else than it is given", "")
    return finished(scope, node, op, g, (start,), found, t, hint)


def scalar_root(
    scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str, op: Any
) -> Value | None:
    """`brentq` and its like, `newton`, `root_scalar`: a root of one function of one number."""
    found = bound(scope, node, op, args, keywords, {**_REFUSED, "disp": "Leave it out."})
    names = [*inspect.signature(op).parameters]
    f, rest = found.pop(names[0]), {"newton": 1, "root_scalar": 0}.get(op.__name__, 2)
    own = [as_operand(scope, node, found.pop(n)) for n in names[1 : 1 + rest]]
    if any(ab.rank(x.type) != 0 for x in own):
        scope.refuse(node, f"{op.__name__} of several numbers at once is not supported yet", "Use root, or a loop.")
    number = ab.FLOAT if rest == 2 else ab.Scalar("float", "float64")
    g = given(scope, node, f, [number], handed_on(scope, node, found), slope=True)
    if g is None:
        return not_known_yet(scope, node, hint)
    if ab.rank(g.type) != 0:
        scope.refuse(node, "the function whose root is found here does not return a number", "Use root.")
    t: ab.Type = number
    if op.__name__ == "root_scalar":
        counts = (("converged", ab.BOOL), ("iterations", ab.INT), ("function_calls", ab.INT))
        t = ab.Record((("root", number), *counts), result_class())
    return finished(scope, node, op, g, own, found, t, hint)
