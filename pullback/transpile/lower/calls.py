"""Calls of anything: of operations, of methods of arrays, of the user's functions."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import FunctionType
from typing import Any, cast

import gast
import numpy as np

from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Global, Lit, OpFunction, Var
from pullback.transpile.lower import (
    asked,
    comprehensions,
    controls,
    derivatives,
    frozen_distributions,
    inlining,
    instances,
    library,
    linear_maps,
    making,
    outputs,
    parts,
    scipy_calls,
    unruled,
    writers,
    written,
)
from pullback.transpile.lower.containers import explode, items_of, opened
from pullback.transpile.lower.functions import returns_function, takes_any
from pullback.transpile.lower.generators import generator_of
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.methods import call_method
from pullback.transpile.lower.operations import operation
from pullback.transpile.lower.parameters import is_operation
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    UNDECIDED,
    Closure,
    Derivative,
    Instance,
    LinearMap,
    Method,
    Once,
    Pack,
    Partial,
    UserFunction,
    UserModule,
    Value,
    is_callable,
    leaves,
    lift,
    static,
    type_of,
)
from pullback.transpile.objects import is_of_a_library, is_users
from pullback.transpile.parse.live import bind
from pullback.transpile.parse.sources import FunctionSource, Missing
from pullback.transpile.request import Mode


def call_expression(scope: Scope, node: Any, hint: str) -> Value:
    """`f(a, *b, c=c, **d)`."""
    callee = scope.expression(node.func)
    if isinstance(callee, Lit) and (callee.value is any or callee.value is all) and _is_of_one(node):
        generator = generator_of(scope, node.args[0])
        if generator is not None:
            return comprehensions.decided(scope, generator, callee.value is any, hint)
    if isinstance(callee, Lit) and (callee.value is map or callee.value is filter):
        generator = generator_of(scope, node)
        if generator is not None:
            return comprehensions.generator(scope, generator, hint, callee.value.__name__)
    return call(scope, node, callee, *operands_of(scope, node), hint)


def _is_of_one(node: Any) -> bool:
    return len(node.args) == 1 and not node.keywords


def operands_of(scope: Scope, node: Any) -> tuple[list[Value], dict[str, Value]]:
    """The positional arguments of a call, and those that are given by name."""
    args: list[Value] = []
    for a in node.args:
        if not isinstance(a, gast.Starred):
            args.append(scope.expression(a))
            continue
        items = items_of(scope, a, scope.expression(a.value))
        if items is None:
            scope.refuse(a, "the length of what is unpacked here is not known", "Pass the items by index.")
        args += items
    keywords = _keywords(scope, node)
    return [now(scope, a) for a in args], {name: now(scope, x) for name, x in keywords.items()}


def _key(obj: object) -> object:
    try:
        hash(obj)
    except TypeError:
        return None
    return obj


def _keywords(scope: Scope, node: Any) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for k in node.keywords:
        value = scope.expression(k.value)
        if k.arg is not None:
            out[k.arg] = value
            continue
        value = explode(scope, k.value, value)
        if not isinstance(value, Pack) or value.kind != "dict" or not all(isinstance(x, str) for x in value.keys):
            scope.refuse(k.value, "only a dict with known keys can be unpacked", "Pass the items by their names.")
        out.update(zip(map(str, value.keys), value.items, strict=True))
    return out


def call(
    scope: Scope, node: Any, callee: Value, args: list[Value], keywords: Mapping[str, Value], hint: str = ""
) -> Value:
    """The value of a call of anything."""
    match callee:
        case UserFunction(source=source) if source.is_context:
            scope.refuse(node, "a context manager is entered by `with` only", "Write `with` around what it is for.")
        case UserFunction(source=source):
            helper = _of_the_registry(scope, node, source.function, args)
            if helper is not None:
                return helper
            if source.captured:
                keywords = {**keywords, **{n: x for n in source.captured if (x := scope.bound(n)) is not None}}
            is_own = (source.is_inner or returns_function(source)) and source.key not in scope.lifted
            if is_own or takes_any(source) or any(map(is_callable, _all_leaves(args, keywords))):
                return inlining.written_out(scope, node, Closure(source, None, {}), args, keywords, hint)
            return _opened(scope, node, scope.call_user(node, source, args, keywords, hint))
        case Closure():
            return inlining.written_out(scope, node, callee, args, keywords, hint)
        case Partial(callee=inner, args=first, keywords=given):
            return call(scope, node, inner, [*first, *args], {**given, **keywords}, hint)
        case Derivative():
            return derivatives.call(scope, node, callee, args, keywords, hint)
        case LinearMap():
            return linear_maps.call(scope, node, callee, args, keywords, hint)
        case Method(receiver=receiver, name=name):
            return call_method(scope, node, receiver, name, args, keywords, hint)
        case Lit(value=type() as cls) if _is_made(cls):
            return making.construct(scope, node, cls, args, dict(keywords))
        case Pack(cls=type()) | Instance():
            return call(scope, node, scope.attribute(node, callee, "__call__"), args, keywords, hint)
        case Var(type=ab.Record()) | Global(type=ab.Record()):
            return call(scope, node, scope.attribute(node, callee, "__call__"), args, keywords, hint)
        case Lit(value=FunctionType() | functools.partial() as obj) if not is_operation(obj):
            return _call_function(scope, node, obj, args, keywords, hint)
        case Lit(value=obj) if callable(obj):
            return _call_object(scope, node, obj, args, keywords, hint)
        case Lit(value=obj, text=text):
            scope.refuse(node, f"{text or repr(obj)} is not a function", "This raises TypeError in Python.")
        case UserModule(text=text):
            scope.refuse(node, f"the module {text!r} is not a function", "This raises TypeError in Python.")
    message = "a call of a value that is not known while transpiling is not supported yet"
    scope.refuse(node.func if isinstance(node, gast.Call) else node, message, "Call a function by its name.")


def _is_made(cls: type) -> bool:
    """Is this a class of the user's, or one that is like them but for what makes it impossible?"""
    known = issubclass(cls, BaseException | np.generic) or cls.__module__ == "builtins" or is_operation(cls)
    return not known and (is_users(cls) or not is_of_a_library(cls))


def _all_leaves(args: Sequence[Value], keywords: Mapping[str, Value]) -> Iterator[Value]:
    for value in (*args, *keywords.values()):
        yield from leaves(value)


def _opened(scope: Scope, node: Any, result: Value) -> Value:
    """What a call has given; a list or dict that is changed later is taken apart."""
    if not isinstance(result, Var) or not isinstance(result.type, ab.Seq | ab.Mapping):
        return result
    if id(node) in scope.opened and not any(scope.memory.related.get(c) for c in scope.memory.cells([result])):
        return opened(scope, node, result)
    if not any(scope.memory.related.get(c) for c in scope.memory.cells([result])):
        scope.made_by[result] = id(node)
    return result


_SPECIAL: dict[object, library.Special] = {
    **library.SPECIAL,
    **parts.FUNCTIONS,
    **writers.FUNCTIONS,
    **controls.FUNCTIONS,
    **inlining.SPECIAL,
    **instances.SPECIAL,
    **making.SPECIAL,
}


def _special_of(obj: object) -> library.Special | None:
    """How a call of this is lowered, None for a plain operation."""
    registry.load()
    return _SPECIAL.get(_key(obj)) or written.FUNCTIONS.get(_key(obj)) or scipy_calls.solver(obj)


def is_lowered(obj: object) -> bool:
    """Is a call of this more than an operation: is it written as others, or does it write into an array?"""
    return _special_of(obj) is not None


def _of_the_registry(scope: Scope, node: Any, fn: Any, args: list[Value]) -> Value | None:
    """The value of a call of a rule's helper that is run while transpiling, None if `fn` is none."""
    if fn is registry.is_complex:
        return Lit(ab.kind_of(type_of(args[0])) == "complex")
    if fn is registry.known:
        return Lit(scope.known(node, args[0]))
    if not isinstance(fn, FunctionType) or not registry.is_static(fn):
        return None
    known = [static(a) for a in args]
    if UNDECIDED in known:
        scope.refuse(node, "a helper of rules needs values that are known")
    return lift(fn(*known))


def _call_function(
    scope: Scope, node: Any, obj: Any, args: list[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of a call of a function of the user's that was found as a value: an argument, or held by an object."""
    if isinstance(obj, functools.partial):
        held = (*obj.args, *obj.keywords.values())
        given = [lift(x) for x in held]
        if not all(isinstance(x, bool | int | float | str | None) or callable(x) for x in held):
            hint = "Call the function itself, with all arguments."
            scope.refuse(node, "a functools.partial that holds arrays or objects is not supported yet", hint)
        first, named = given[: len(obj.args)], dict(zip(obj.keywords, given[len(obj.args) :], strict=True))
        return call(scope, node, Lit(obj.func), [*first, *args], {**named, **keywords}, hint)
    found = bind(obj, scope.source.reads)
    if isinstance(found, FunctionSource | Missing):
        return call(scope, node, scope.meaning(node, obj.__name__, found), args, keywords, hint)
    return _call_object(scope, node, obj, args, keywords, hint)


def _call_object(
    scope: Scope, node: Any, obj: Any, args: list[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    helper = _of_the_registry(scope, node, obj, args)
    if helper is not None:
        return helper
    if isinstance(mode := getattr(obj, "__pullback_mode__", None), str):
        return derivatives.made(scope, node, cast(Mode, mode), args, keywords)
    if (derivative := asked.of_object(obj)) is not None:
        return derivatives.call(scope, node, derivative, args, keywords, hint)
    if _key(obj) in library.READ_ALL:
        args = [a.of if isinstance(a, Once) else a for a in args]
    if frozen_distributions.is_distribution(obj):
        return frozen_distributions.freeze(scope, node, obj, args, keywords)
    special = _special_of(obj)
    if special is not None:
        found = special(scope, node, args, keywords, hint)
        if found is not None:
            return found
    folded = library.fold(obj, args, keywords)
    if folded is not None:
        return folded
    if any(type_of(a) is BOTTOM for a in args):
        return scope.op(prims.alias, (), (), hint, node, BOTTOM)
    if not is_operation(obj):
        unruled.refuse(scope, node, obj)
    compute = partial(_computed, scope, node, obj)
    written = outputs.with_output(scope, node, obj, args, keywords, compute)
    return operation(scope, node, obj, args, keywords, hint) if written is None else written


def _computed(scope: Scope, node: Any, op: OpFunction, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    return operation(scope, node, op, args, keywords, "")
