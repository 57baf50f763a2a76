"""Tangents of initial value problems, and of their adjoints: further unknowns of a problem of twice the size.

    sol = solve_ivp(f, span, y0, args=(p,))       f_beside(t, (y, dy), p, dp) = f(t, y, p), df(t, y, p, dy, dp)
    dy0, dp = solve_adjoint(f, f_pullback, …)     the tangent of an adjoint is the adjoint of that problem
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Call, Callback, Function, Kwargs, Lit, Op, Param, Slice, Var
from pullback.transpile.implicit import callback, handed_on
from pullback.transpile.infer import type_of
from pullback.transpile.infer.lengths import anonymous
from pullback.transpile.odes import Problem, problem, require_still_times, solution_type
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.seeds import Code

if TYPE_CHECKING:
    from pullback.transpile.forward.derivation import Pushforward
    from pullback.transpile.forward.jvp import Forward


def initial_value(self: Forward, s: Op) -> None:
    """The tangent of a solution."""
    p, more = problem(s), handed_on(s)
    require_still_times(s, p, self.is_moving)
    moving = tuple(k for k, a in enumerate(more) if self.moves(a))
    key = self.p.beside(callback(s).derivatives[0], p.place, moving)
    both = Var("", _result_type(s, p))
    operands = (*p.operands(_first(self, p)), _handed_on(self, s, moving))
    self.b.define(both, s.op, (_given(key), *operands), _options(self, s, p))
    if p.lines:
        self.bind(s.out, _last(self, p, p.y0, both))
        return
    y = self.b.emit(prims.item, (both, Lit("y")))
    dy = _last(self, p, p.y0, y)
    if not p.is_free:
        self.t.set(s.out, Tree({Lit("y"): dy}))
        return
    t = self.b.emit(prims.item, (s.out, Lit("t")))
    d_y, d_t = self.b.emit(runtime.at_ends, (dy,)), self.b.emit(np.full_like, (t, Lit(np.nan, "np.nan")))
    self.t.set(s.out, Tree({Lit("y"): d_y, Lit("t"): d_t}))


def adjoint(self: Forward, s: Op) -> None:
    """The tangents of the cotangents that an adjoint gives.

    Times that move have been refused where the problem itself is solved, but for those that come from a tape: of these
    the run tells.
    """
    p, more = problem(s), handed_on(s)
    p = replace(p, span=_still(self, p.span), options=tuple((k, _still(self, x)) for k, x in p.options))
    moving = tuple(k for k, a in enumerate(more) if self.moves(a))
    first, second = (x.value for x in s.args[:2] if isinstance(x, Lit))
    assert isinstance(first, Callback)
    assert isinstance(second, Callback)
    key = self.p.beside(first.derivatives[0], p.place, moving)
    pull = self.p.pulled_back_beside(second.key, p.place, moving)
    ct = s.args[-2]
    dct = self.t.whole(self.b, ct)
    both_ct = self.b.emit(np.concatenate, ((dct, ct),), (("axis", Lit(1)),) if p.lines else ())
    wrt = dict(s.kwargs).get("wrt", tuple(map(Lit, range(len(more)))))
    options: Kwargs = (("wrt", wrt), *_options(self, s, p))
    n = ab.Array("float64", (anonymous(),))
    t = replace(s.out.type, items=(n, *s.out.type.items[1:])) if isinstance(s.out.type, ab.Seq) else n
    both = Var("", t)
    operands = p.operands(_first(self, p), both_ct)
    self.b.define(both, s.op, (_given(key), _given(pull), *operands, _handed_on(self, s, moving)), options)
    size = self.b(prims.dim, p.y0, Lit(0))
    y_part = both if t is n else self.b.emit(prims.item, (both, Lit(0)))
    d_y0 = Var("", ab.Array("float64", ab.shape_of(type_of(p.y0))))
    self.b.define(d_y0, operator.getitem, (y_part, (Slice(None, size),)))
    if t is n:
        self.bind(s.out, d_y0)
        return
    assert isinstance(t, ab.Seq)
    with_floats = [Lit(k) for k, x in enumerate(t.items) if k and ab.differentiable(x)]
    rest = {k: self.b.emit(prims.item, (both, k)) for k in with_floats}
    self.t.set(s.out, Tree({Lit(0): d_y0, **rest}))


def _still(self: Forward, x: Arg) -> Arg:
    """A time, or several, which must not move."""
    if isinstance(x, tuple):
        return tuple(_still(self, y) for y in x)
    if not isinstance(x, Var) or not self.moves(x):
        return x
    self.b.define(out := Var("", x.type), runtime.still, (x, self.t.whole(self.b, x)))
    return out


def _given(key: str) -> Lit:
    return Lit(Callback(key, (key,)), key)


def _first(self: Forward, p: Problem) -> Var:
    """Where the problem with tangents begins."""
    return self.b.emit(np.concatenate, ((p.y0, self.t.whole(self.b, p.y0)),))


def _handed_on(self: Forward, s: Op, moving: tuple[int, ...]) -> tuple[Atom, ...]:
    """What the function with tangents is handed."""
    more = handed_on(s)
    return (*more, *(self.t.whole(self.b, more[k]) for k in moving))


def _options(self: Forward, s: Op, p: Problem) -> Kwargs:
    """How the problem with tangents is solved: for the same times, with the same tolerances."""
    out: list[tuple[str, Arg]] = []
    for name, x in p.options:
        several = name in ("rtol", "atol") and ab.rank(type_of(x)) != 0
        out.append((name, self.b.emit(np.concatenate, ((x, x),)) if several else x))
    if p.is_free and s.op is not runtime.solve_adjoint:
        out.insert(0, ("t_eval", self.b.emit(prims.item, (s.out, Lit("t")))))
    return tuple(out)


def _result_type(s: Op, p: Problem) -> ab.Type:
    t = s.out.type
    if not isinstance(t, ab.Record):
        return solution_type(p, t)
    return replace(t, items=tuple((k, solution_type(p, x) if k == "y" else x) for k, x in t.items))


def _last(self: Forward, p: Problem, y0: Atom, both: Var) -> Var:
    """The second half of the unknowns: tangents."""
    rest = Slice(self.b(prims.dim, y0, Lit(0)))
    shape = ab.shape_of(both.type)
    assert shape is not None
    own = ab.shape_of(type_of(y0)) or (anonymous(),)
    out = Var("", ab.Array("float64", (shape[0], *own) if p.lines else (*own, shape[1])))
    self.b.define(out, operator.getitem, (both, (Slice(), rest) if p.lines else (rest,)))
    return out


# functions of the problem with tangents


def beside(d: Pushforward, key: str, place: int, moving: tuple[int, ...]) -> Function:
    """The function of the problem with tangents: what it gives are values and their tangents, one after the other."""
    f, c = d.functions[key], Code(d.functions[key].origin.tangent())
    pushed = d.companion(key, (place, *(2 + k for k in moving)))
    own, y, z, dy = _unknowns(c, f, place)
    more, tangents = _further(f, f.params[2:], moving)
    both = Var("", d.result_type(pushed) or ab.UNKNOWN)
    c.body.append(Call(both, pushed, (*own(y), *more, dy, *tangents), c.origin))
    out = c.emit(np.concatenate, ((c(prims.item, both, Lit(0)), c(prims.item, both, Lit(1))),))
    return _function(d, f, f"{f.name}_beside", (*own(z), *more, *tangents), c, out)


def pulled_back_beside(d: Pushforward, key: str, place: int, moving: tuple[int, ...]) -> Function:
    """What pulls a cotangent back through the function of the problem with tangents.

    That of the tangents comes back through the function itself, and tells with that of the values how this moves.
    """
    g, c = d.functions[key], Code(d.functions[key].origin.tangent())
    ct = g.params[-1].var
    pushed = d.companion(key, (place, *(2 + k for k in moving), len(g.params) - 1))
    own, y, z, dy = _unknowns(c, g, place)
    more, tangents = _further(g, g.params[2:-1], moving)
    dout = Var(ct.hint, ab.Array("float64", (anonymous(),)))
    half = c(operator.floordiv, c(prims.dim, dout, Lit(0)), Lit(2))
    of_value, of_tangent = _halves(c, dout, half, ct.type)
    both = Var("", d.result_type(pushed) or ab.UNKNOWN)
    c.body.append(Call(both, pushed, (*own(y), *more, of_tangent, dy, *tangents, of_value), c.origin))
    value, tangent = c(prims.item, both, Lit(0)), c(prims.item, both, Lit(1))
    t = value.type
    if not isinstance(t, ab.Seq):
        out = c.emit(np.concatenate, ((tangent, value),))
    else:
        first = c.emit(np.concatenate, ((c(prims.item, tangent, Lit(0)), c(prims.item, value, Lit(0))),))
        out = c.emit(prims.make_tuple, (first, *(c(prims.item, tangent, Lit(k)) for k in range(1, len(t.items)))))
    return _function(d, g, f"{g.name}_beside", (*own(z), *more, *tangents, dout), c, out)


def _unknowns(
    c: Code, f: Function, place: int
) -> tuple[Callable[[Var], tuple[Var, Var]], Var, Var, Var]:
    """How time and unknowns are given to a function; its own unknowns, all of them, and the tangents of its own."""
    t, y = f.params[1 - place].var, f.params[place].var
    time, z = Var(t.hint, t.type), Var("z", ab.Array("float64", (anonymous(),)))
    first, second = _halves(c, z, c(operator.floordiv, c(prims.dim, z, Lit(0)), Lit(2)), y.type)
    return lambda x: (time, x) if place else (x, time), first, z, second


def _halves(c: Code, z: Var, half: Var, t: ab.Type) -> tuple[Var, Var]:
    """The two halves of an array, each of this type."""
    out = Var("", t), Var("", t)
    for v, index in zip(out, (Slice(None, half), Slice(half)), strict=True):
        c.body.append(Op(v, operator.getitem, (z, (index,)), (), c.origin))
    return out


def _further(
    f: Function, params: tuple[Param, ...], moving: tuple[int, ...]
) -> tuple[tuple[Var, ...], tuple[Var, ...]]:
    """Variables for what a function is handed, and for the tangents of what of that moves."""
    taken = {p.var.hint for p in f.params}
    more = tuple(Var(p.var.hint, p.var.type) for p in params)
    tangents: list[Var] = []
    for k in moving:
        name = f"d{more[k].hint}"
        tangents.append(Var(name if name not in taken else f"{name}_beside", more[k].type))
    return more, tuple(tangents)


def _function(d: Pushforward, like: Function, name: str, params: tuple[Var, ...], c: Code, out: Var) -> Function:
    block = d.finish(Block(params, tuple(c.body), (out,)))
    given = tuple(map(Param, params))
    return replace(like, name=name, params=given, block=block, doc="", primal=False, inner=True)
