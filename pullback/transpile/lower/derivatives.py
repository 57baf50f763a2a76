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
from pullback.transpile.halves import halves
from pullback.transpile.lower import current, linear_maps
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.effects import Shared, result_value
from pullback.transpile.lower.functions import Taken, Unit, arguments, declared, reachable, takes_any
from pullback.transpile.lower.lifting import lifted_function
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    Closure,
    Derivative,
    LinearMap,
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
    source, first, more, defaults = _source(scope, node, _chain(scope, node, d)[-1].callee)
    values = list(arguments(scope, node, source, [*first, *args], {**keywords, **more}, defaults).values())
    if takes_any(source) or any(is_callable(x) for v in values for x in leaves(v)):
        scope.refuse(node, f"the derivative of {source.name!r} is taken here, which is given functions", _HINT)
    atoms = [as_atom(scope, node, v) for v in values]
    if any(isinstance(a, Var) and a.type is BOTTOM for a in atoms):  # of a call around that is lowered again
        out = Var(hint, BOTTOM)
        scope.op(cast(Any, _nothing), (), (), hint, node, BOTTOM)
        return out
    request = _request(scope, node, d, source, len(first), atoms)
    renaming = Renaming()
    types = tuple(renaming.type(a.type, False) for a in atoms[: len(values)])
    moved = [atoms[i] for i in request.wrt]
    along = [linear_maps.fitting(scope, node, v, x) for v, x in zip(tangents, moved, strict=False)]
    taken = _function(scope, node, source, types, request)
    out = Var("" if taken.linear else hint, renaming.back(_result(scope, taken.key)))
    scope.body.append(Call(out, taken.key, (*atoms, *along), scope.origin(node)))
    if taken.linear:
        return _with_map(scope, taken, request, out, atoms, renaming)
    return result_value(scope, out, Shared(), values)


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


def _source(
    scope: Scope, node: Any, f: Value
) -> tuple[FunctionSource, tuple[Value, ...], dict[str, Value], Mapping[str, Value] | None]:
    """The function that is differentiated, arguments that come first, what it sees of functions around it, defaults."""
    match f:
        case Partial(callee=inner, args=first, keywords=named):
            source, before, more, defaults = _source(scope, node, inner)
            return source, (*before, *first), {**named, **more}, defaults
        case UserFunction(source=source) if not source.is_context and not source.captured:
            return source, (), {}, None
        case Closure():
            found = lifted_function(scope, f, all_given=True)
            if found is not None:
                return found[0], (), dict(found[1]), f.defaults
        case Lit(value=FunctionType() as obj):
            binding = bind(obj, scope.source.reads)
            if isinstance(binding, FunctionSource):
                return binding, (), {}, None
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
        return Taken(_added(unit, program)[0])
    parted = halves(program)
    if parted is None:
        scope.refuse(node, "the function whose derivative is taken here never returns", "It raises on all paths.")
    entry, linear = _added(unit, parted.program, parted.linear)
    return Taken(entry, linear, parted.reads, parted.results)


def _added(unit: Unit, program: Program, *more: Function) -> list[str]:
    """Add a program to that of the function around, and `more` functions; the keys of its entry and of these.

    All of its functions get keys of their own: those of the program around may be lowered anew, and then differ.
    """
    number = len(unit.derived)
    keys = {key: f"{key}@{number}" for key in program.functions}
    for key, f in program.functions.items():
        unit.functions[keys[key]] = _with_keys(f, keys)
    own = {f"{f.name}@{number}": _with_keys(f, keys) for f in (program.entry, *more)}
    unit.functions.update(own)
    return list(own)


def _with_keys(f: Function, keys: Mapping[str, str]) -> Function:
    """A function that calls others by these keys."""

    def block(b: Block) -> Block:
        body = (
            replace(s, function=keys[s.function]) if isinstance(s, Call) else with_blocks(s, block) for s in b.body
        )
        return Block(b.params, tuple(body), b.results)

    return replace(f, block=block(f.block))
