"""The lowering of one function: the parts that know statements, expressions and calls, put together."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from pullback import errors
from pullback.control import is_checkpointed
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Function, Global, Lit, OpFunction, Var
from pullback.transpile.infer import type_of_value
from pullback.transpile.lower import (
    attributes,
    calls,
    changing,
    drawing,
    effects,
    expressions,
    frozen_distributions,
    patterns,
    ruled,
    statements,
    subscripts,
)
from pullback.transpile.lower.cases import names_given, plain_body
from pullback.transpile.lower.containers import as_atom, opened
from pullback.transpile.lower.effects import Shared
from pullback.transpile.lower.frames import Seen
from pullback.transpile.lower.functions import Unit, check_stars, core_parameter, every_parameter
from pullback.transpile.lower.identity import owned
from pullback.transpile.lower.operations import operation
from pullback.transpile.lower.origins import origin_of
from pullback.transpile.lower.parameters import parameters_of
from pullback.transpile.lower.scan import names_of
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Demands, End, NotATemplate, Restart, Returned
from pullback.transpile.lower.user_calls import call_user
from pullback.transpile.lower.values import UserFunction, UserModule, Value
from pullback.transpile.objects import is_users
from pullback.transpile.parse.live import note_made
from pullback.transpile.parse.sources import Binding as Found
from pullback.transpile.parse.sources import FunctionSource, Missing, ModuleBinding
from pullback.transpile.signature import type_of_value as type_of_object

_HANDLERS: dict[type, Callable[[Scope, Any, str], Value]] = {
    **expressions.HANDLERS,
    gast.Call: calls.call_expression,
    gast.Attribute: attributes.attribute_expression,
    gast.Subscript: subscripts.subscript,
    **patterns.HANDLERS,
}
_MOST_RESTARTS = 100


class Lowering(Scope):
    """Lowers the body of one function of the user's."""

    def __init__(self, unit: Unit, source: FunctionSource, local_names: frozenset[str], demands: Demands) -> None:
        super().__init__(source, local_names, demands)
        self.unit = unit
        self.changing, self.lifted = unit.changing, unit.lifted

    def expression(self, node: Any, hint: str = "") -> Value:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            what, way = expressions.UNSUPPORTED.get(type(node), (f"a {type(node).__name__} expression", ""))
            self.refuse(node, f"{what} is not supported yet", way)
        return handler(self, node, hint)

    def statements(self, body: Sequence[Any]) -> End:
        return statements.lower_statements(self, body)

    def store(self, target: Any, value: Value) -> None:
        statements.store(self, target, value)

    def attribute(self, node: Any, value: Value, name: str) -> Value:
        return attributes.attribute(self, node, value, name)

    def binary(self, node: Any, op: OpFunction, a: Value, b: Value, hint: str) -> Value:
        return expressions.binary_operation(self, node, op, a, b, hint)

    def call(self, node: Any, callee: Value, args: list[Value], keywords: Mapping[str, Value], hint: str = "") -> Value:
        return calls.call(self, node, callee, args, keywords, hint)

    def call_user(
        self, node: Any, callee: FunctionSource, args: list[Value], keywords: Mapping[str, Value], hint: str
    ) -> Value:
        return call_user(self, self.unit, node, callee, args, keywords, hint)

    def lower_function(self, source: FunctionSource, types: Sequence[ab.Type]) -> tuple[Function, Shared]:
        return lower_function(self.unit, source, types, is_called=True)

    def lower_entry(self, source: FunctionSource, types: Sequence[ab.Type]) -> Function:
        return lower_function(self.unit, source, types)[0]

    def program_unit(self) -> Unit:
        return self.unit

    def inlined(self, source: FunctionSource, node: Any, outer: Seen | None) -> Lowering:
        if self.is_template:
            raise NotATemplate(f"{source.name!r} is written out where it is called")
        inner = Lowering(self.unit, source, local_names_of(source, outer), self.demands)
        inner.numbers, inner.memory, inner.parameters = self.numbers, self.memory, self.parameters
        inner.contiguous = self.contiguous
        inner.widths, inner.lost, inner.kin, inner.unrollable = self.widths, self.lost, self.kin, self.unrollable
        inner.function, inner.is_called, inner.by_value = self.function, self.is_called, self.by_value
        inner.body, inner.env, inner.captured, inner.inlines = self.body, self.env, self.captured, self.inlines
        frame = self.new_frame(node)
        inner.objects, inner.one_of = self.objects, self.one_of
        inner.loops_of_callers = self.loops_of_callers + self.loops
        inner.seen = Seen(inner.seen.names, frame, outer)
        inner.path, inner.calls = (*self.path, frame), (*self.calls, source.key)
        inner.inlines[source] = inner.inlines.get(source, 0) + 1
        return inner

    def meaning(self, node: Any, text: str, found: Found) -> Value:
        match found:
            case FunctionSource():
                return UserFunction(found)
            case ModuleBinding():
                return UserModule(found, text)
            case Missing(reason=reason, hint=hint, error=cls):
                self.refuse(node, f"{text!r} {reason}", hint, cls)
        value = self.meaning_of_object(node, text, found.obj)
        if isinstance(value, Global):
            value = replace(value, name=found.name or text, module=found.module)
            if self.changing and changing.holds(value.type, self.changing):
                self.unit.read[value] = None
        return value

    def meaning_of_object(self, node: Any, text: str, obj: object) -> Value:
        """A live object: what belongs to a library is written as it is, a value of the user's is read by its name."""
        if is_users(type(obj)):
            note_made(self.source.reads, type(obj))
            return Global(text, type_of_object(obj, f"{self.source.module}:{text}"), value=obj)
        constant = obj is Ellipsis or obj is NotImplemented
        if isinstance(obj, types.ModuleType | type | np.dtype | None) or constant or callable(obj):
            return Lit(obj, text)
        if is_library_constant(text, obj):
            return Lit(obj, text)
        t = type_of_value(obj, f"{self.source.module}:{text}")
        if drawing.is_generator(obj):
            drawing.refuse(self, node)
        if isinstance(t, ab.Unknown) and (frozen := frozen_distributions.of_module(self, node, obj)) is not None:
            return frozen
        if isinstance(t, ab.Unknown):
            what = type(obj).__qualname__
            self.refuse(
                node, f"{text!r} is an object of type {what!r}, which is not supported yet", "Pass what it holds."
            )
        return Lit(obj) if isinstance(t, ab.Static) else Global(text, t, value=obj)


def is_library_constant(text: str, obj: object) -> bool:
    """Is this a constant of `math` or NumPy under its own name: `np.pi`, `pi`, `math.inf`, `np.newaxis`?"""
    name = text.rpartition(".")[2]
    return any(hasattr(module, name) and getattr(module, name) is obj for module in (math, np)) and not callable(obj)


def lower_function(
    unit: Unit, source: FunctionSource, types: Sequence[ab.Type], is_called: bool = False
) -> tuple[Function, Shared]:
    """A function of the user's in Core, for parameters of these types, and what its value shares with these."""
    parameters = every_parameter(source)
    local_names = local_names_of(source)
    demands = Demands()
    for _ in range(_MOST_RESTARTS):
        scope = Lowering(unit, source, local_names, demands)
        scope.is_called = is_called
        scope.by_value = unit.by_value.get(source.key, frozenset())
        try:
            if len(types) != len(parameters):
                raise TypeError(f"{source.name!r} has {len(parameters)} parameters, {len(types)} types are given")
            check_stars(scope, parameters, types)
            variables = tuple(Var(p.name, t) for p, t in zip(parameters, types, strict=True))
            return _body(scope, variables)
        except Restart:
            continue
        except RecursionError:
            hint = "Split it into several statements or functions."
            scope.refuse(scope.here, "this is nested too deeply to be differentiated", hint, errors.TooDeep)
    raise AssertionError("every restart asks for a loop variable that was not asked for before")


def _body(scope: Lowering, variables: tuple[Var, ...]) -> tuple[Function, Shared]:
    source = scope.source
    scope.parameters = frozenset(variables)
    for cls in {c: None for v in variables for c in _classes(v.type)}:
        note_made(source.reads, cls)
    objects: list[changing.Opened] = []
    for v in variables:
        scope.memory.new(v)
        value = changing.opened(scope, v, v.type, v.hint, objects)
        if value is v and v.hint in scope.opened:
            value = opened(scope, scope.source.tree, v)
        scope.bind(v.hint, owned(scope, value, v.hint))
    first = tuple((scope.bound(v.hint) if v.hint in scope.opened else None) or v for v in variables)
    begin = len(scope.body)
    given = _by_rule(scope, variables)
    if given is None:
        end = scope.statements(plain_body(source))
        given = end.value if isinstance(end, Returned) else NONE
    value = changing.finished(scope, scope.here, given)
    shared = effects.shared(scope, variables, value, first)
    result = as_atom(scope, scope.here, value)
    changed = dict(effects.changes(scope, variables, first)) if scope.is_called else {}
    lends = scope.is_called and effects.lends(scope, variables, value, first)
    shared = replace(shared, changed=tuple(changed.items()), lends=lends)
    written = tuple(sorted({*effects.written(scope, variables), *changed}))
    if scope.is_called and written:
        left = tuple(as_atom(scope, scope.here, first[k] if k in changed else variables[k]) for k in written)
        result = scope.op(prims.make_tuple, (result, *left), (), "")
    elif not scope.is_called:
        changing.set_at_the_end(scope, objects)
        changing.check_distinct(scope, objects, scope.unit.read, begin)
        effects.require_separate(scope, variables, written)
        effects.require_contiguous(scope)
    parameters = tuple(core_parameter(source, p, v) for p, v in zip(every_parameter(source), variables, strict=True))
    function = Function(
        name=source.name,
        params=parameters,
        block=Block(variables, tuple(scope.body), (result,)),
        origin=origin_of(source.file, source.tree, f"def {source.name}:"),
        user_names=frozenset().union(*(names_of(s).every for s in (source, *scope.inlines))),
        doc=docstring(source),
        module=source.module,
        inner=source.is_inner,
        written=written if scope.is_called else (),
        again=source.again or is_checkpointed(source.function),
    )
    needed = frozenset(k for k, v in enumerate(variables) if v in scope.contiguous)
    return function, replace(shared, contiguous=needed)


def _classes(t: ab.Type) -> Iterator[type]:
    """The classes of the objects in a value of this type."""
    if isinstance(t, ab.Record):
        yield t.cls
    match t:
        case ab.Mapping(items=entries):
            for _, x in entries:
                yield from _classes(x)
        case ab.Seq(items=items):
            for x in items:
                yield from _classes(x)


def _by_rule(scope: Lowering, variables: Sequence[Var]) -> Value | None:
    """What the outermost function gives where it has a derivative rule: a call of it, which is then used."""
    f = scope.source.function
    if scope.is_called or f is None or not ruled.is_ruled(f):
        return None
    parameters = zip(every_parameter(scope.source), variables, strict=True)
    static = parameters_of(f).static
    named = {p.name: v for p, v in parameters if p.name in static}
    args = [v for v in variables if v.hint not in named]
    return operation(scope, scope.source.tree, f, args, named, "")


def local_names_of(source: FunctionSource, outer: Seen | None = None) -> frozenset[str]:
    """The names that are local to a function: its parameters and whatever is assigned anywhere in it.

    `outer`: those around it, if these belong to what is differentiated as well.
    """
    names = names_of(source)
    for node in names.declared:
        if isinstance(node, gast.Global) or outer is None or any(outer.find(n) is None for n in node.names):
            word = type(node).__name__.lower()
            hint = "Return the value instead, and assign it where the function is called."
            origin = origin_of(source.file, node, "")
            raise errors.at(errors.NotSupportedYet, origin, f"`{word}` is not supported yet", hint, source.text)
    return names.local | names_given(source)


def docstring(source: FunctionSource) -> str:
    """The first line of the docstring of a function, empty if it has none."""
    match source.tree.body:
        case [gast.Expr(value=gast.Constant(value=str() as text)), *_]:
            return text.strip().partition("\n")[0]
    return ""
