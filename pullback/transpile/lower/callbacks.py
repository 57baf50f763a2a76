"""Functions that an operation is given: functions of the program, of which the operation gets the name.

    def loss(a):                             def residual(x, a):
        def residual(x):                         return x**3 + x - a
            return x**3 + x - a         ->
        return brentq(residual, 0, a)        x = brentq(residual, 0, a, (a,))

What such a function sees of those around it becomes further parameters, which the operation hands on as it does `args`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Callback, Effect, Function, Lit, Op, Param, Program, Stmt, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower.asked import source_of
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.derivatives import add_functions
from pullback.transpile.lower.functions import arguments, reachable, takes_any
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import NeedIntegers
from pullback.transpile.lower.user_calls import call_type
from pullback.transpile.lower.values import BOTTOM, Value, is_callable, leaves, type_of
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.request import Mode, Request
from pullback.transpile.restart import as_primal
from pullback.transpile.traversal import blocks, compound, operators

_HINT = "Define a function with `def` that takes arrays and numbers, and give that."


@dataclass(frozen=True)
class Given:
    """A function that an operation is given, as a literal, and what the operation hands on to it beside its own values.

    `type`: of what the function returns, under the names that lengths have where it is given.
    """

    callback: Lit
    more: tuple[Atom, ...]
    type: ab.Type


def given(
    scope: Scope, node: Any, f: Value, own: Sequence[ab.Type], args: Sequence[Value], slope: bool = False
) -> Given | None:
    """A function that an operation calls with values of the types `own`, and then with `args`.

    Among the functions for derivatives is first the same one with what it returns as a number or an array; with
    `slope` the derivative of that in the first parameter is the second. None if something is not known yet.
    """
    what = "what is given here is none of the functions that are supported yet"
    source, first, named, defaults = source_of(scope, node, f, what, _HINT)
    leads = [Var("", t) for t in own]
    values = arguments(scope, node, source, [*first, *leads, *args], named, defaults)
    if takes_any(source) or any(is_callable(x) for v in values.values() for x in leaves(v)):
        scope.refuse(node, f"{source.name!r} is given here, which takes functions, or any number of arguments", _HINT)
    atoms: dict[str, Atom] = {}
    for n, v in values.items():
        atoms[n] = next((x for x in leads if x is v), None) or as_atom(scope, node, v)
    if any(isinstance(a, Var) and a.type is BOTTOM for a in atoms.values()):
        return None
    types = {n: call_type(values[n], a) for n, a in atoms.items()}
    function, renaming, renamed = _lowered(scope, source, types)
    _check(scope, node, source, function)
    place = [*atoms.values()]
    order = [*map(place.index, leads), *(k for k, a in enumerate(place) if a not in leads)]
    keys = _functions(scope, node, function, order, (source.key, renamed, tuple(order), slope), slope)
    result = renaming.back(type_of(scope.program_unit().functions[keys[1]].block.results[0]))
    more = tuple(a for a in place if a not in leads)
    return Given(Lit(Callback(keys[0], tuple(keys[1:])), keys[0]), more, result)


def _lowered(
    scope: Scope, source: FunctionSource, types: Mapping[str, ab.Type]
) -> tuple[Function, Renaming, tuple[ab.Type, ...]]:
    """The function for parameters of these types; where it asks for the values of integers, for these values."""
    unit = scope.program_unit()
    while True:
        renaming, by_value = Renaming(), unit.by_value.get(source.key, frozenset())
        renamed = tuple(renaming.type(t, name in by_value) for name, t in types.items())
        try:
            return scope.lower_function(source, renamed)[0], renaming, renamed
        except NeedIntegers as need:
            if need.source.key != source.key:
                raise
            if need.error is not None and need.names <= by_value:
                scope.need_known_for(need.error)
            unit.by_value[source.key] = by_value | need.names


def _check(scope: Scope, node: Any, source: FunctionSource, f: Function) -> None:
    """Refuse a function of which it is seen how often it is called."""
    functions = scope.program_unit().functions
    if f.written:
        name = f.params[f.written[0]].var.hint
        scope.refuse(node, f"{source.name!r} is given here, which writes into {name!r}", "Let it make a new array.")
    if any(_is_seen(g.block) for g in (f, *reachable(f, functions).values())):
        what = f"{source.name!r} is given here, which prints, or sets attributes of arguments"
        scope.refuse(node, what, "Leave that out: how often it is called is not the program's affair.")


def _is_seen(b: Block) -> bool:
    """Is it seen how often a block is run? It may raise."""
    own = any(isinstance(s, Effect) and s.op in ("print", "set_attribute") for s in compound(b))
    return own or any(map(prims.has_effect, operators(b))) or any(_is_seen(x) for s in compound(b) for x in blocks(s))


def _functions(scope: Scope, node: Any, f: Function, order: Sequence[int], slot: Hashable, slope: bool) -> list[str]:
    """The keys of a function that is given, and of those for derivatives; made the first time that it is given."""
    unit = scope.program_unit()
    if slot not in unit.given:
        f = _in_order(f, order)
        whole = _as_array(f)
        if whole is None:
            message = f"{f.name!r} is given here, and does not return one number, or an array or list of numbers"
            scope.refuse(node, message, "Return an array of one axis.")
        program = Program(whole, reachable(whole, unit.functions))
        keys = add_functions(unit, program, *(() if whole is f else (f,)))
        if slope:
            mode: Mode = "grad" if ab.rank(type_of(whole.block.results[0])) == 0 else "jacobian"
            derived = as_primal(unit.derive(program, Request(mode, (0,), True)))
            keys.insert(1, add_functions(unit, derived)[0])
        unit.given[slot] = (keys[-1] if whole is not f else keys[0], *keys[: 1 + slope])
    return [*unit.given[slot]]


def _in_order(f: Function, order: Sequence[int]) -> Function:
    """A function with its parameters in another order, all given by their places; itself where nothing changes."""
    plain = all(p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD") for p in f.params)
    if plain and not f.inner and [*order] == [*range(len(f.params))]:
        return f
    params = tuple(Param(f.params[k].var) for k in order)
    block = Block(tuple(p.var for p in params), f.block.body, f.block.results)
    return replace(f, params=params, block=block, inner=True)


def _as_array(f: Function) -> Function | None:
    """A function that returns as a number or an array what it returns as a list of numbers; None if it returns else."""
    out = f.block.results[0]
    match t := type_of(out):
        case ab.Scalar() | ab.Array(shape=() | (_,)):
            return f
        case ab.Seq(items=items) if items and all(ab.rank(x) == 0 for x in items):
            body: list[Stmt] = []
            parts: list[Arg] = []
            for k, x in enumerate(items):
                parts.append(v := Var("", x))
                body.append(Op(v, prims.item, (out, Lit(k)), (), f.origin))
            return _returning(f, np.array, (tuple(parts),), body)
        case ab.ListOf() if ab.rank(t.item) == 0:
            return _returning(f, np.array, (out,), [])
    return None


def _returning(f: Function, op: Any, args: tuple[Arg, ...], body: list[Stmt]) -> Function:
    """A function that returns an operation on what it has returned."""
    out = Var("", infer(op, args, {}))
    block = Block(f.block.params, (*f.block.body, *body, Op(out, op, args, (), f.origin)), (out,))
    return replace(f, block=block, inner=True)
