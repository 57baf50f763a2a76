"""Derivatives that a function takes itself: `pullback.grad(f)(x)` in what is differentiated, or is read as it is.

The derivative of `f` becomes a function of the program, made from the program of `f` as any other derivative is; a
function inside a function gets what it sees of the ones around it as further parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any, cast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, Call, Function, Lit, Program, Var
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.effects import Shared, result_value
from pullback.transpile.lower.functions import Unit, arguments, declared, reachable, takes_any
from pullback.transpile.lower.lifting import lifted_function
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    Closure,
    Derivative,
    Pack,
    Partial,
    UserFunction,
    Value,
    is_callable,
    leaves,
    static,
    type_of,
)
from pullback.transpile.parse.live import bind
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.request import Mode, Request
from pullback.transpile.restart import as_primal
from pullback.transpile.rewriting import with_blocks

_HINT = "Define a function with `def` that takes arrays and numbers, and differentiate that."
_TANGENTS = ("jvp", "hvp")


def made(scope: Scope, node: Any, mode: Mode, args: list[Value], keywords: Mapping[str, Value]) -> Derivative:
    """`grad(f, wrt=…)`."""
    given = {k: static(v) for k, v in keywords.items() if k != "f"}
    if len(args) != 1 or given.keys() - {"wrt", "has_aux", "backend"}:
        what = "with a function, `wrt` and `has_aux`"
        scope.refuse(node, f"{mode} is called here in another way than {what}", "Leave the rest out.")
    if mode == "vjp":
        hint = "Use grad, or jvp, or differentiate the product of the result with a cotangent."
        scope.refuse(node, "vjp in a function that is differentiated is not supported yet", hint)
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


def of_object(obj: Any) -> Derivative | None:
    """A derivative that is an object by now: one of a module's."""
    told = getattr(type(obj), "__pullback_derivative__", None)
    if told is None:
        return None
    f, order = told.fget(obj)
    chain = [order]
    while chain[-1].of is not None:
        chain.append(chain[-1].of)
    out: Value = Lit(f)
    for o in reversed(chain):
        out = Derivative(out, o.mode, tuple(o.wrt) if isinstance(o.wrt, list) else o.wrt, o.has_aux)
    return cast(Derivative, out)


def call(
    scope: Scope, node: Any, d: Derivative, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of a call of a derivative."""
    tangents: list[Value] = []
    if d.mode in _TANGENTS:
        args, tangents = _primals(scope, node, d, args, keywords)
        keywords = {}
    source, first, more = _source(scope, node, _chain(scope, node, d)[-1].callee)
    values = list(arguments(scope, node, source, [*first, *args], {**keywords, **more}).values())
    if takes_any(source) or any(is_callable(x) for v in values for x in leaves(v)):
        scope.refuse(node, f"the derivative of {source.name!r} is taken here, which is given functions", _HINT)
    atoms = [as_atom(scope, node, v) for v in (*values, *tangents)]
    if any(isinstance(a, Var) and a.type is BOTTOM for a in atoms):  # of a call around that is lowered again
        out = Var(hint, BOTTOM)
        scope.op(cast(Any, _nothing), (), (), hint, node, BOTTOM)
        return out
    request = _request(scope, node, d, source, len(first), atoms)
    renaming = Renaming()
    types = tuple(renaming.type(a.type, False) for a in atoms[: len(values)])
    key, result = _function(scope, node, source, types, request)
    out = Var(hint, renaming.back(result))
    scope.body.append(Call(out, key, tuple(atoms), scope.origin(node)))
    return result_value(scope, out, Shared(), values)


def _nothing() -> None:
    return None


def _primals(
    scope: Scope, node: Any, d: Derivative, args: Sequence[Value], keywords: Mapping[str, Value]
) -> tuple[list[Value], list[Value]]:
    """The arguments and the tangents of a call `g(primals, tangents)`."""
    given = {**dict(zip(("primals", "tangents"), args, strict=False)), **keywords}
    if given.keys() != {"primals", "tangents"} or len(args) + len(keywords) != 2:
        scope.refuse(node, f"a {d.mode} takes the arguments as a tuple, and tangents", "Write g((x, y), dx).")
    found = [explode(scope, node, given["primals"])]
    if isinstance(d.wrt, tuple):
        found.append(explode(scope, node, given["tangents"]))
    if not all(isinstance(p, Pack) and p.kind in ("tuple", "list") for p in found):
        scope.refuse(node, "how many arguments there are is not known here", "Write them out: g((x, y), dx).")
    packs = [x.items for x in found if isinstance(x, Pack)]
    return list(packs[0]), list(packs[1]) if isinstance(d.wrt, tuple) else [given["tangents"]]


def _source(scope: Scope, node: Any, f: Value) -> tuple[FunctionSource, tuple[Value, ...], dict[str, Value]]:
    """The function that is differentiated, arguments that come first, and what it sees of functions around it."""
    match f:
        case Partial(callee=inner, args=first, keywords=named):
            source, before, more = _source(scope, node, inner)
            return source, (*before, *first), {**named, **more}
        case UserFunction(source=source) if not source.is_context and not source.captured:
            return source, (), {}
        case Closure():
            found = lifted_function(scope, f)
            if found is not None:
                return found[0], (), dict(found[1])
        case Lit(value=FunctionType() as obj):
            binding = bind(obj, scope.source.reads)
            if isinstance(binding, FunctionSource):
                return binding, (), {}
    scope.refuse(node, "the derivative of this is taken here, which is not supported yet", _HINT)


def _request(
    scope: Scope, node: Any, d: Derivative, source: FunctionSource, first: int, atoms: Sequence[Atom]
) -> Request:
    """What is asked of the derivative."""
    out: Request | None = None
    for inner in reversed(_chain(scope, node, d)):
        out = Request(inner.mode, _wrt(scope, node, inner, source, first, atoms), not isinstance(inner.wrt, tuple),
                      inner.has_aux, of=out)  # fmt: skip
    assert out is not None
    return out


def _chain(scope: Scope, node: Any, d: Derivative) -> list[Derivative]:
    """A derivative, the one that it is taken of, and so on."""
    chain = [d]
    while True:
        callee = chain[-1].callee
        inner = callee if isinstance(callee, Derivative) else of_object(static(callee))
        if inner is None:
            return chain
        if inner.mode in _TANGENTS:
            message = f"the {d.mode} of a {inner.mode} is taken here, which is no function of the arguments alone"
            scope.refuse(node, message, "Differentiate a function that calls it.")
        chain.append(inner)


def _wrt(
    scope: Scope, node: Any, d: Derivative, source: FunctionSource, first: int, atoms: Sequence[Atom]
) -> tuple[int, ...]:
    """The positions of the parameters that `wrt` names."""
    names = [p.name for p in declared(source)]
    wrt: list[int] = []
    for w in d.wrt if isinstance(d.wrt, tuple) else (d.wrt,):
        k = names.index(w) if w in names else w + first if isinstance(w, int) and w >= 0 else w
        if not isinstance(k, int) or not -len(names) <= k < len(names):
            there = f"Its parameters are {', '.join(map(repr, names))}."
            scope.refuse(node, f"wrt={w!r} names no parameter of {source.name!r}", there, errors.WrtError)
        wrt.append(k % len(names))
        if not ab.differentiable(type_of(atoms[wrt[-1]])) and not isinstance(type_of(atoms[wrt[-1]]), ab.Unknown):
            message = f"the argument {names[wrt[-1]]!r} of {source.name!r} holds no floats"
            scope.refuse(node, message, "Pass a float, as by float(n).", errors.WrtError)
    return tuple(wrt)


def _function(
    scope: Scope, node: Any, source: FunctionSource, types: tuple[ab.Type, ...], request: Request
) -> tuple[str, ab.Type]:
    """The function of the program that is this derivative, made the first time it is called; and its result's type."""
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
        unit.derived[slot] = _added(unit, derived)
    key = unit.derived[slot]
    return key, type_of(unit.functions[key].block.results[0])


def _added(unit: Unit, program: Program) -> str:
    """Add a program to that of the function around; the key of what was its entry.

    All of its functions get keys of their own: those of the program around may be lowered anew, and then differ.
    """
    number = len(unit.derived)
    keys = {key: f"{key}@{number}" for key in program.functions}
    for key, f in program.functions.items():
        unit.functions[keys[key]] = _with_keys(f, keys)
    entry = f"{program.entry.name}@{number}"
    unit.functions[entry] = _with_keys(program.entry, keys)
    return entry


def _with_keys(f: Function, keys: Mapping[str, str]) -> Function:
    """A function that calls others by these keys."""

    def block(b: Block) -> Block:
        body = (
            replace(s, function=keys[s.function]) if isinstance(s, Call) else with_blocks(s, block) for s in b.body
        )
        return Block(b.params, tuple(body), b.results)

    return replace(f, block=block(f.block))
