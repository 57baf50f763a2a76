"""Core to Core: each value and each cotangent is checked where it is made, so that the first NaN names its line.

    y = np.log(x)        ->        y = np.log(x); require_finite(y, "the value of np.log", x)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    Origin,
    Program,
    Stmt,
    Var,
    While,
)
from pullback.transpile.lower.naming import dotted

# these make no numbers, or put some into an array
_NO_NUMBERS = frozenset(
    {prims.alias, prims.item, prims.make_tuple, prims.make_list, prims.make_dict, prims.copies, prims.stopped}
    | {prims.watched, prims.set_item, prims.add_at_key, operator.getitem}
)


def with_checks(program: Program) -> Program:
    """The program of a derivative in which every number that it computes is required to be finite."""
    entry = replace(program.entry, block=_entry(program.entry))
    made = {k: f if f.primal else replace(f, block=_checked(f.block)) for k, f in program.functions.items()}
    return Program(entry, made)


def _entry(f: Function) -> Block:
    b = _checked(f.block)
    given = tuple(_check(p.var, f"the argument {p.var.hint!r}", (), f.origin) for p in f.params if _is_float(p.var))
    return Block(b.params, (*given, *b.body), b.results)


def _checked(b: Block) -> Block:
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case If():
                s = replace(s, then=_checked(s.then), orelse=_checked(s.orelse))
            case For() | While():
                s = replace(s, body=_checked(s.body))
            case Def():
                s = replace(s, block=_checked(s.block))
        body.append(s)
        if isinstance(s, Op) and s.op not in _NO_NUMBERS and _is_float(s.out):
            given = s.args[2:] if s.op is prims.add_item else s.args  # an array that is read later would be copied
            operands = tuple(dict.fromkeys(x for x in _atoms(given) if not isinstance(x, Var) or _is_float(x)))
            body.append(_check(s.out, _what(s), operands, s.origin))
        elif isinstance(s, Call) and _is_float(s.out):
            kind = "a cotangent" if s.origin.adjoint else "the value"
            body.append(_check(s.out, f"{kind} that this call gives", (), s.origin))
    return Block(b.params, tuple(body), b.results)


def _check(v: Var, what: str, operands: tuple[Atom, ...], origin: Origin) -> Effect:
    return Effect("require_finite", (v, Lit(what), *operands), origin)


def _atoms(x: object) -> Iterator[Atom]:
    """The operands that may hold an infinity."""
    match x:
        case Var() | Global():
            yield x
        case Lit(value=float(value)) if math.isinf(value):
            yield x
        case tuple():
            for y in x:
                yield from _atoms(y)


def _is_float(v: Var) -> bool:
    if isinstance(v.type, ab.Scalar | ab.Array):
        return ab.kind_of(v.type) in ("float", None)
    return isinstance(v.type, ab.Unknown)


def _what(s: Op) -> str:
    name = dotted(s.op) or getattr(s.op, "__name__", "this")
    name = name.removeprefix("operator.")
    return f"a cotangent of this line, of {name!r}" if s.origin.adjoint else f"the value of {name!r}"
