"""From a program to those of its forward mode: value and tangent, a linear function, a Jacobian."""

from __future__ import annotations

from dataclasses import replace

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import jacobians, prims
from pullback.transpile.apart import apart
from pullback.transpile.companions import Derivation
from pullback.transpile.core import Atom, Block, Def, Lit, Op, Origin, Param, Program, Stmt, Var
from pullback.transpile.entry import always_raises, pack, reachable, with_parts
from pullback.transpile.forward.derivation import Pushforward, tangents_of
from pullback.transpile.forward.jvp import Forward
from pullback.transpile.forward.tangents import exact
from pullback.transpile.optimise import any_effect, remove_dead
from pullback.transpile.rename import renamed
from pullback.transpile.request import Request
from pullback.transpile.traversal import substitute


def pushed(program: Program, request: Request) -> Program:
    """The program of a function with its tangent along those of parameters, which it takes too.

    It gives value and tangent; of a gradient, for a product with the Hessian, the tangent alone.
    """
    f, d = program.entry, Pushforward(program, request.optimise)
    if always_raises(f.block):
        params = with_tangents(f.params, tangents_of(f, request.wrt))
        block = replace(d.finish(f.block), params=tuple(p.var for p in params))
        return Program(replace(f, params=params, block=block), reachable(f, d.functions))
    f = with_parts(f, request.has_aux)
    code, tangents = d.pushed(f, request.wrt)
    ends: list[Stmt] = code.b.body
    out = exact(code.b, code.results[0], code.t.get(code.results[0]))
    if request.mode == "jvp":
        out = pack(ends, (code.results[0], out, *code.results[1:]), f.origin.tangent())
    params = with_tangents(f.params, tangents)
    block = d.finish(Block(tuple(p.var for p in params), tuple(ends), (out,)))
    entry = replace(f, params=params, block=block)
    return Program(entry, reachable(entry, d.functions))


def with_tangents(params: tuple[Param, ...], tangents: tuple[Var, ...]) -> tuple[Param, ...]:
    """The parameters of a function, and those for tangents: by keyword where not all of these are plain."""
    plain = all(p.kind == "POSITIONAL_OR_KEYWORD" and p.default is None for p in params)
    kind = "POSITIONAL_OR_KEYWORD" if plain else "KEYWORD_ONLY"
    k = next((k for k, p in enumerate(params) if p.kind == "VAR_KEYWORD"), len(params))
    return (*params[:k], *(Param(v, kind) for v in tangents), *params[k:])


def of_two(program: Program, request: Request) -> Program:
    """The program of a derivative along tangents as a function of two parameters: all primals, and the tangents."""
    f, n = program.entry, len(request.wrt)
    end = next((k for k, p in enumerate(f.params) if p.kind == "VAR_KEYWORD"), len(f.params))
    given = [p.var for p in (*f.params[: end - n], *f.params[end:])]
    moved = [p.var for p in f.params[end - n : end]]
    primals = Var("primals", ab.Seq("tuple", tuple(v.type for v in given)))
    several = ab.Seq("tuple", tuple(v.type for v in moved))
    tangents = Var("tangents", moved[0].type if request.bare else several)
    body = [_item_of(v, primals, k, f.origin) for k, v in enumerate(given)]
    if request.bare:
        body.append(Op(moved[0], prims.alias, (tangents,), (), f.origin))
    else:
        body += [_item_of(v, tangents, k, f.origin) for k, v in enumerate(moved)]
    block = Block((primals, tangents), (*body, *f.block.body), f.block.results)
    return Program(replace(f, params=(Param(primals), Param(tangents)), block=block), program.functions)


def _item_of(v: Var, whole: Var, k: int, origin: Origin) -> Op:
    return Op(v, prims.item, (whole, Lit(k)), (), origin)


def linearized(program: Program, request: Request) -> Program:
    """The program of a function that gives its value, and the linear function from tangents to the value's tangent.

    What the tangents read of straight code is computed once, where the value is; a loop, a branch or a call that moves
    is run again by the linear function.
    """
    d = Pushforward(program, request.optimise)
    f = with_parts(program.entry, request.has_aux)
    code, tangents = d.pushed(f, request.wrt)
    d_value = exact(code.b, code.results[0], code.t.get(code.results[0]))
    body, m = _apart(code, d.effects)
    linear = Var("linear", ab.Static("linear"))
    made = Def(linear, "linear", Block(tangents, body, (substitute(d_value, m),)), f.origin.tangent())
    ends: list[Stmt] = [*code.primal, made]
    out = pack(ends, (code.results[0], linear, *code.results[1:]), f.origin.tangent())
    entry = replace(f, block=d.finish(Block(f.block.params, tuple(ends), (out,))))
    return Program(entry, reachable(entry, d.functions))


def _apart(code: Forward, effects: frozenset[str]) -> tuple[tuple[Stmt, ...], dict[Var, Atom]]:
    """The statements that give tangents, apart from the primal ones, and what they call what both of them bind."""
    primal = set(code.primal)
    bound = {o for s in code.primal for o in s.outs}
    m: dict[Var, Atom] = {}
    out: list[Stmt] = []
    for s in code.b.body:
        if s in primal:
            continue
        if any_effect(Block((), (s,), ()), effects):
            message = "what prints, asserts or raises would do so again in each call of the linear function"
            raise errors.at(errors.NotSupportedYet, s.origin, message, "Use jvp, or take the effect out.")
        new: dict[Var, Atom] = {}
        out += renamed((substitute(s, m),), new)
        m.update((v, w) for v, w in new.items() if v not in bound)
    return tuple(out), m


def jacobian(program: Program, request: Request) -> Program:
    """The program of a Jacobian that is no gradient."""
    f = program.entry
    d: Derivation | Pushforward
    if request.mode == "jacrev":
        d = Derivation(program, request.optimise, request.remaking)
        block, functions = jacobians.reverse(d, f, request.wrt, request.bare)
    else:
        d = Pushforward(program, request.optimise)
        block, functions = jacobians.forward(d, f, request.wrt, request.bare)
    entry = replace(f, block=remove_dead(apart(d.finish(block)), d.effects))
    return Program(entry, reachable(entry, dict(functions)))


def directions(program: Program, request: Request) -> Program:
    """The program of a function's derivatives along several directions, which it takes as the rows of an array."""
    f, d = program.entry, Pushforward(program, request.optimise)
    rows, block, functions = jacobians.along(d, f, request.wrt[0])
    params = with_tangents(f.params, (rows,))
    made = d.finish(replace(block, params=tuple(p.var for p in params)))
    entry = replace(f, params=params, block=made)
    return Program(entry, reachable(entry, dict(functions)))
