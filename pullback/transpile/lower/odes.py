"""Initial value problems of SciPy, which are given a function of the time and the unknowns.

    sol = solve_ivp(f, (t0, t1), y0, t_eval=ts, args=(p,))
    ->  sol = solve_ivp(f, (t0, t1), y0, (p,), t_eval=ts);  y = item(sol, "y")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit, Var
from pullback.transpile.infer.lengths import anonymous, symbol_of
from pullback.transpile.lower.callbacks import Given, given
from pullback.transpile.lower.containers import as_atom, as_operand, items_of
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.solvers import bound, finished, handed_on, not_known_yet, result_class
from pullback.transpile.lower.values import Pack, Value, static, type_of

_TIME = ab.Scalar("float", "float64")
_REFUSED = {
    "events": "Leave it out, and find where the solution is zero with brentq.",
    "dense_output": "Give the times as t_eval.",
    "vectorized": "Leave it out.",
    "jac": "Leave it out: the solver takes differences.",
    "jac_sparsity": "Leave it out.",
    **dict.fromkeys(("lband", "uband", "ml", "mu", "printmessg"), "Leave it out."),
    "full_output": "Leave it out.",
    "Dfun": "Leave it out: the solver takes differences.",
    "col_deriv": "Leave it out.",
    "tcrit": "Integrate from one of these times to the next.",
}
METHODS = ("RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA")


def solve_ivp(
    scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str, op: Any
) -> Value | None:
    """`solve_ivp`."""
    found = bound(scope, node, op, args, keywords, _REFUSED)
    span = items_of(scope, node, found.pop("t_span"))
    if span is None or len(span) != 2:
        scope.refuse(node, "t_span is not known to be two times", "Write (t0, t1).")
    if static(found.get("method", Lit("RK45"))) not in METHODS:
        scope.refuse(node, "the method is not one that is known by its name", f"Use one of {', '.join(METHODS)}.")
    y0, y = _first(scope, node, found.pop("y0"))
    times = _times(scope, node, found)
    f = given(scope, node, found.pop("fun"), [_TIME, y], handed_on(scope, node, found))
    if f is None:
        return not_known_yet(scope, node, hint)
    _require_array(scope, node, f)
    shape = ab.shape_of(y) or (anonymous(),)
    arrays = (("t", ab.Array("float64", (times,))), ("y", ab.Array("float64", (*shape, times))))
    t = ab.Record((*arrays, ("success", ab.BOOL), ("status", ab.INT), ("nfev", ab.INT)), result_class())
    own = (tuple(as_atom(scope, node, x) for x in span), y0)
    return finished(scope, node, op, f, own, found, t, hint)


def odeint(
    scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str, op: Any
) -> Value | None:
    """`odeint`: times are lines of what it gives."""
    found = bound(scope, node, op, args, keywords, _REFUSED)
    y0, y = _first(scope, node, found.pop("y0"))
    t = as_operand(scope, node, found.pop("t"))
    (n,) = _line(scope, node, t, "t")
    first = static(found.get("tfirst", Lit(False)))
    if not isinstance(first, bool):
        scope.refuse(node, "whether the function takes the time first is not known", "Write tfirst=True.")
    own = [_TIME, y] if first else [y, _TIME]
    f = given(scope, node, found.pop("func"), own, handed_on(scope, node, found))
    if f is None:
        return not_known_yet(scope, node, hint)
    _require_array(scope, node, f)
    solution = ab.Array("float64", (n, *(ab.shape_of(y) or (anonymous(),))))
    return finished(scope, node, op, f, (y0, t), found, solution, hint)


def _first(scope: Scope, node: Any, value: Value) -> tuple[Atom, ab.Type]:
    """What the unknowns are at first, and the type that they have later."""
    y0 = as_operand(scope, node, value)
    if ab.kind_of(type_of(y0)) == "complex":
        scope.refuse(node, "unknowns that are complex are not supported yet", "Use the real and imaginary parts.")
    return y0, ab.Array("float64", _line(scope, node, y0, "y0"))


def _line(scope: Scope, node: Any, x: Atom, name: str) -> tuple[ab.Length]:
    match x.type:
        case ab.Array(shape=(n,)):
            return (n,)
    scope.refuse(node, f"{name} is not known to be an array of one axis", "Make it one, as by np.array([a, b]).")


def _times(scope: Scope, node: Any, found: dict[str, Value]) -> ab.Length:
    """How many times there are; those that are given are made an array."""
    value = found.pop("t_eval", NONE)
    if static(value) is None:
        return ab.Dim(symbol_of(Var("times", ab.INT)))
    if isinstance(known := static(value), list | tuple) and all(type(x) in (int, float) for x in known):
        found |= {"t_eval": Pack("tuple", tuple(map(Lit, known)))}
        return len(known)
    t = as_operand(scope, node, value)
    found |= {"t_eval": t}
    return _line(scope, node, t, "t_eval")[0]


def _require_array(scope: Scope, node: Any, f: Given) -> None:
    if ab.rank(f.type) != 1:
        message = "the function of an initial value problem returns a number"
        scope.refuse(node, message, "Return a list or an array, of as many numbers as there are unknowns.")
