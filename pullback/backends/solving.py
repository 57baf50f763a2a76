"""Core to Core, for JAX: solvers of SciPy as helpers that XLA can run, and what they give as tuples.

    sol = solve_ivp(f, span, y0, (p,), t_eval=ts); y = item(sol, "y")
    ->  sol = solve_ivp(f, span, y0, (p,), t_eval=ts); y = item(sol, 1)

Roots are found by Newton's method, with the matrix that their derivative needs; times are those that are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Callback, Lit, Op, OpFunction, Program, Stmt, Var
from pullback.transpile.implicit import callback, name_of
from pullback.transpile.objects import is_of_a_library
from pullback.transpile.rename import under_other_names
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import blocks, is_given_function, operations

from .refusing import refuse


def newton_root(*args: object, **kwargs: object) -> object:
    """The root that Newton's method finds: `runtime.jax.newton_root`."""
    raise NotImplementedError


def newton_solution(*args: object, **kwargs: object) -> object:
    """The same, with whether it was found: `runtime.jax.newton_solution`."""
    raise NotImplementedError


def solve_ivp(*args: object, **kwargs: object) -> object:
    """The solution of an initial value problem: `runtime.jax.solve_ivp`."""
    raise NotImplementedError


def odeint(*args: object, **kwargs: object) -> object:
    """The solution as lines: `runtime.jax.odeint`."""
    raise NotImplementedError


_OPTIONS = {
    "fsolve": ("xtol",), "newton": ("tol",), "root": ("tol",), "solve_ivp": ("t_eval", "rtol", "atol"),
    "odeint": ("tfirst", "rtol", "atol"), "solve_adjoint": ("t_eval", "rtol", "atol", "wrt"),
    "odeint_adjoint": ("tfirst", "rtol", "atol", "wrt"),
}  # fmt: skip
_OPS: dict[str, OpFunction] = {
    "fsolve": newton_root, "newton": newton_root, "root": newton_solution, "solve_ivp": solve_ivp, "odeint": odeint,
}  # fmt: skip


def solved(program: Program) -> Program:
    """A program whose solvers are those that there are for JAX. Refuses others, with the user's place."""
    every = [f.block for f in (program.entry, *program.functions.values())]
    if not any(is_given_function(s) for b in every for _, s in operations(b)):
        return program
    return with_functions(program, lambda b: _as_tuples(_block(b)))


def _block(b: Block) -> Block:
    return Block(b.params, tuple(map(_statement, b.body)), b.results)


def _statement(s: Stmt) -> Stmt:
    if not isinstance(s, Op) or not is_given_function(s):
        return with_blocks(s, _block)
    name = name_of(s)
    if name not in _OPTIONS:
        refuse(s.origin, f"scipy.optimize.{name}", "use scipy.optimize.fsolve")
    kwargs = dict(s.kwargs)
    method = kwargs.pop("method", Lit("hybr" if name == "root" else "RK45"))
    if method not in (Lit("hybr"), Lit("RK45")):
        refuse(s.origin, f"{name} with the method {method!r}", "leave the method out, or differentiate for NumPy")
    for option in kwargs.keys() - set(_OPTIONS[name]):
        refuse(s.origin, f"the argument {option!r} of {name}", "leave it out")
    if name in ("solve_ivp", "solve_adjoint") and "t_eval" not in kwargs:
        refuse(s.origin, "solve_ivp whose times are left to the solver", "give them as t_eval, [t1] for the last one")
    if name in ("fsolve", "root") and ab.rank(cast(Atom, s.args[1]).type) == 0:
        refuse(s.origin, f"{name} that begins with a number", "begin with an array of one element")
    if name in ("fsolve", "newton", "root"):
        key = callback(s).derivatives[1]
        tol = tuple(("tol", x) for x in kwargs.values())
        return replace(s, op=_OPS[name], args=(s.args[0], Lit(Callback(key), key), *s.args[1:]), kwargs=tol)
    return replace(s, op=_OPS.get(name, s.op), kwargs=tuple(kwargs.items()))


# objects as tuples


def _as_tuples(b: Block) -> Block:
    """A block in which objects of a library are tuples."""
    m: dict[Var, Atom] = {}
    for v in _bound(b):
        if isinstance(v.type, ab.Record) and is_of_a_library(v.type.cls):
            m[v] = Var(v.hint, ab.Seq("tuple", tuple(t for _, t in v.type.items)))
    return under_other_names(_rewritten(b, m), m) if m else b


def _bound(b: Block) -> list[Var]:
    out = [*b.params]
    for s in b.body:
        out += s.outs
        for inner in blocks(s):
            out += _bound(inner)
    return out


def _rewritten(b: Block, m: Mapping[Var, Atom]) -> Block:
    def statement(s: Stmt) -> Stmt:
        match s:
            case Op(op=prims.item, args=(Var() as x, Lit(value=str() as key))) if x in m:
                keys = [k for k, _ in cast(ab.Record, x.type).items]
                return replace(s, args=(x, Lit(keys.index(key))))
            case Op(op=prims.make_dict, out=out) if out in m:
                return replace(s, op=prims.make_tuple, args=s.args[1:], kwargs=())
        return with_blocks(s, lambda inner: _rewritten(inner, m))

    return Block(b.params, tuple(map(statement, b.body)), b.results)
