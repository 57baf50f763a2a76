"""Calls of the user's functions: each is lowered once for each signature that it is called with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Call, Lit, Var
from pullback.transpile.lower import current, effects
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.cases import plain_body
from pullback.transpile.lower.changing import holds
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.functions import Key, Specialised, Unit, arguments, declared
from pullback.transpile.lower.inlining import written_out
from pullback.transpile.lower.scope import Scope, joined
from pullback.transpile.lower.states import NeedIntegers
from pullback.transpile.lower.values import BOTTOM, Closure, Value, is_atom, leaves, static
from pullback.transpile.parse.sources import FunctionSource

_DEEPEST = 200  # so many signatures may one function have in one another


def call_type(value: Value, atom: Any) -> ab.Type:
    """The type of an argument as a function is specialised for it: a bool that is written out is part of it."""
    if isinstance(atom, Lit) and isinstance(atom.value, bool):
        return ab.Static(atom.value)
    t: ab.Type = atom.type
    return t


def call_user(
    scope: Scope,
    unit: Unit,
    node: Any,
    source: FunctionSource,
    args: Sequence[Value],
    keywords: Mapping[str, Value],
    hint: str,
) -> Value:
    """Append a call of a function of the user's."""
    values = list(arguments(scope, node, source, args, keywords).values())
    atoms = [as_atom(scope, node, v) for v in values]
    if any(isinstance(a, Var) and a.type is BOTTOM for a in atoms):  # of a call around that is lowered again
        return scope.op(prims.alias, (), (), hint, node, BOTTOM)
    found, renaming = _for_these(scope, unit, source, [call_type(v, a) for v, a in zip(values, atoms, strict=True)])
    is_short = found.shared.is_view and not found.written and is_straight(source)
    if holds(found.result, scope.changing):
        return written_out(scope, node, Closure(source, None, {}), args, keywords, hint)
    if is_short and source.key in scope.written_out:  # what is written through the view is then seen in the argument
        return written_out(scope, node, Closure(source, None, {}), args, keywords, hint)
    if found.shared.lends:  # so that what is changed under one name is changed under the other
        if scope.memory.restructured or found.shared.changed or source.key in scope.written_out:
            return written_out(scope, node, Closure(source, None, {}), args, keywords, hint)
        scope.memory.lent.add(source.key)
    result = found.result if found.result is BOTTOM else renaming.back(found.result)
    effects.check_separate(scope, node, values, found.written)
    effects.check_contiguous(scope, node, values, found.shared.contiguous)
    out = Var("" if found.written else hint, result)
    scope.body.append(Call(out, found.key, tuple(atoms), scope.origin(node)))
    if result is BOTTOM:
        return out
    value = out
    if found.written:
        assert isinstance(result, ab.Seq)
        value = current.part(scope, out, 0, result.items[0], hint)
    returned = effects.result_value(scope, value, found.shared, values)
    for k, position in enumerate(found.written, 1):
        assert isinstance(result, ab.Seq)
        part = current.part(scope, out, k, result.items[k])
        effects.take_back(scope, node, values[position], part, dict(found.shared.changed).get(position))
    if is_short:
        views = scope.memory.cells(x for x in leaves(returned) if is_atom(x))
        scope.memory.short.update((c, source.key) for c in views)
    return Lit(None) if static(value) is None else returned


def is_straight(source: FunctionSource) -> bool:
    """Does a function run through plain assignments to its `return`?"""
    *before, last = plain_body(source)
    plain = (gast.Assign, gast.AnnAssign, gast.Expr)
    return isinstance(last, gast.Return) and all(isinstance(s, plain) for s in before)


def _for_these(
    scope: Scope, unit: Unit, source: FunctionSource, types: Sequence[ab.Type]
) -> tuple[Specialised, Renaming]:
    """The function for arguments of these types; where it asks for the values of integers, for these values."""
    names = [p.name for p in declared(source)]
    while True:
        renaming, by_value = Renaming(), unit.by_value.get(source.key, frozenset())
        renamed = tuple(renaming.type(t, name in by_value) for t, name in zip(types, names, strict=True))
        before, keys = set(unit.specialised), dict(unit.names)
        try:
            return specialise(scope, unit, source, renamed), renaming
        except NeedIntegers as need:
            if need.source.key != source.key:
                raise
            if need.error is not None and need.names <= by_value:  # the caller does not know them either
                scope.need_known_for(need.error)
            unit.by_value[source.key] = by_value | need.names
            _drop(unit, before)
            unit.names = keys


def _drop(unit: Unit, kept: set[Key]) -> None:
    """Forget the functions that were lowered on an assumption that has turned out wrong."""
    for k in set(unit.specialised) - kept:
        unit.functions.pop(unit.specialised.pop(k).key, None)


def specialise(scope: Scope, unit: Unit, source: FunctionSource, types: tuple[ab.Type, ...]) -> Specialised:
    """The function of the program for a signature; a recursive one is lowered until its result has a stable type."""
    key = (source.key, types)
    found = unit.specialised.get(key)
    if found is not None:
        found.asked = found.asked or not found.done
        return found
    if sum(k == source.key and not s.done for (k, _), s in unit.specialised.items()) >= _DEEPEST:
        message = f"{source.name!r} calls itself with arguments of ever other types, such as a list that grows"
        hint = "Write a loop, or return what is new and join it where the function is called."
        scope.refuse(scope.here, message, hint)
    new = unit.specialised[key] = Specialised(unit.key_for(source.name))
    while True:
        before, names = set(unit.specialised), dict(unit.names)
        new.asked = False
        function, shared = scope.lower_function(source, types)
        result = joined(new.result, function.block.results[0].type)
        before_it = (new.result, new.written, new.shared)
        new.result, new.written, new.shared = result, function.written, shared
        if not new.asked or before_it == (result, function.written, shared):
            break
        _drop(unit, before)
        unit.names = names
    if result is BOTTOM:
        scope.refuse(source.tree, f"{source.name!r} calls itself without an end", "Return a value on some path.")
    new.done = True
    unit.functions[new.key] = function
    return new
