"""Derivatives that a function takes itself: `pullback.grad(f)(x)` in what is differentiated, or is read as it is.

The derivative of `f` becomes a function of the program, made from the program of `f` as any other derivative is; a
function inside a function gets what it sees of the ones around it as further parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Block, Call, Callback, Function, Lit, Op, Program, Stmt, Var
from pullback.transpile.halves import halves
from pullback.transpile.lower import current
from pullback.transpile.lower.asked import ask
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.effects import Shared, result_value
from pullback.transpile.lower.functions import Taken, Unit, reachable
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    Derivative,
    LinearMap,
    Pack,
    Value,
    static,
    type_of,
)
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.request import Mode, Request
from pullback.transpile.restart import as_primal
from pullback.transpile.rewriting import with_blocks


def made(scope: Scope, node: Any, mode: Mode, args: list[Value], keywords: Mapping[str, Value]) -> Derivative:
    """`grad(f, wrt=…)`."""
    given = {k: static(v) for k, v in keywords.items() if k != "f"}
    if len(args) != 1 or given.keys() - {"wrt", "has_aux", "backend"}:
        what = "with a function, `wrt` and `has_aux`"
        scope.refuse(node, f"{mode} is called here in another way than {what}", "Leave the rest out.")
    wrt = _positions(keywords.get("wrt", Lit(0)))
    if wrt is None:
        scope.refuse(node, "`wrt` is not known while transpiling", "Write it out.")
    return Derivative(args[0], mode, wrt, bool(given.get("has_aux", False)))


def _positions(value: Value) -> Any:
    """What `wrt` is: a position or a name, or a tuple of them; None if it is not known."""
    if isinstance(value, Pack) and value.kind in ("tuple", "list"):
        items = tuple(_positions(x) for x in value.items)
        return None if None in items else items
    known = static(value)
    return known if isinstance(known, int | str) else None


def call(
    scope: Scope, node: Any, d: Derivative, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of a call of a derivative."""
    asked = ask(scope, node, d, args, keywords)
    if asked is None:  # of a call around that is lowered again
        out = Var(hint, BOTTOM)
        scope.op(cast(Any, _nothing), (), (), hint, node, BOTTOM)
        return out
    renaming = Renaming()
    types = tuple(renaming.type(a.type, False) for a in asked.innermost)
    taken = _function(scope, node, asked.source, types, asked.request)
    out = Var("" if taken.linear else hint, renaming.back(_result(scope, taken.key)))
    scope.body.append(Call(out, taken.key, (*asked.arguments, *asked.tangents), scope.origin(node)))
    if taken.linear:
        return _with_map(scope, taken, asked.request, out, asked.arguments, renaming)
    return result_value(scope, out, Shared(), ())


def _with_map(
    scope: Scope, taken: Taken, request: Request, out: Var, atoms: Sequence[Atom], renaming: Renaming
) -> Value:
    """What `vjp` or `linearize` gives: the value, the linear function, and what else the function returns."""
    parts = [out]
    if taken.results > 1:
        assert isinstance(out.type, ab.Seq)
        parts = [current.part(scope, out, k, t) for k, t in enumerate(out.type.items)]
    kept = tuple([*atoms, *parts][k] for k in taken.reads)
    is_vjp = request.mode == "vjp"
    like = (parts[0],) if is_vjp else tuple(atoms[i] for i in request.wrt)
    made = LinearMap(taken.linear, kept, like, renaming.back, request.mode, is_vjp or request.bare)
    value, *aux = (result_value(scope, p, Shared(), ()) for p in parts[: 1 + request.has_aux])
    return Pack("tuple", (value, made, *aux))


def _nothing() -> None:
    return None


def _function(scope: Scope, node: Any, source: FunctionSource, types: tuple[ab.Type, ...], request: Request) -> Taken:
    """The functions of the program that are this derivative, made the first time it is called."""
    unit, slot = scope.program_unit(), (source.key, types, request)
    if slot in unit.deriving:
        message = f"{source.name!r} takes its own derivative, of which it is a part"
        scope.refuse(node, message, "Differentiate a function that does not call itself so.")
    if slot not in unit.derived:
        unit.deriving.add(slot)
        try:
            f = scope.lower_entry(source, types)
            derived = as_primal(unit.derive(Program(f, reachable(f, unit.functions)), request))
        finally:
            unit.deriving.discard(slot)
        unit.derived[slot] = _taken(scope, node, unit, derived, request)
    return unit.derived[slot]


def _result(scope: Scope, key: str) -> ab.Type:
    return type_of(scope.program_unit().functions[key].block.results[0])


def _taken(scope: Scope, node: Any, unit: Unit, program: Program, request: Request) -> Taken:
    """Add the program of a derivative to that of the function around."""
    if request.mode not in ("vjp", "linearize"):
        return Taken(add_functions(unit, program)[0])
    parted = halves(program)
    if parted is None:
        scope.refuse(node, "the function whose derivative is taken here never returns", "It raises on all paths.")
    entry, linear = add_functions(unit, parted.program, parted.linear)
    return Taken(entry, linear, parted.reads, parted.results)


def add_functions(unit: Unit, program: Program, *more: Function) -> list[str]:
    """Add a program to that of the function around, and `more` functions; the keys of its entry and of these.

    All of its functions get keys of their own: those of the program around may be lowered anew, and then differ.
    """
    number = unit.added
    unit.added += 1
    keys = {key: f"{key}@{number}" for key in program.functions}
    for key, f in program.functions.items():
        unit.functions[keys[key]] = _with_keys(f, keys)
    own: list[str] = []
    for f in (program.entry, *more):
        own.append(f"{f.name}@{number}" + "'" * sum(x.name == f.name for x in (program.entry, *more)[: len(own)]))
        unit.functions[own[-1]] = _with_keys(f, keys)
    return own


def _with_keys(f: Function, keys: Mapping[str, str]) -> Function:
    """A function that knows others by these keys."""

    def renamed(x: Arg) -> Arg:
        if isinstance(x, Lit) and isinstance(x.value, Callback):
            key, *more = (keys[k] for k in (x.value.key, *x.value.derivatives))
            return Lit(Callback(key, tuple(more)), key)
        return x

    def statement(s: Stmt) -> Stmt:
        match s:
            case Call():
                return replace(s, function=keys[s.function])
            case Op() if any(isinstance(x, Lit) and isinstance(x.value, Callback) for x in s.args):
                return replace(s, args=tuple(map(renamed, s.args)))
        return with_blocks(s, block)

    def block(b: Block) -> Block:
        return Block(b.params, tuple(map(statement, b.body)), b.results)

    return replace(f, block=block(f.block))
