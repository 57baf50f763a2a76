"""Calls: of operations, of methods of arrays, of the user's functions."""

from __future__ import annotations

import builtins
import difflib
import functools
import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import FunctionType
from typing import Any, cast

import gast
import numpy as np

from pullback import errors
from pullback.stdlib import random, registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Global, Lit, OpFunction, Var
from pullback.transpile.lower import (
    asked,
    comprehensions,
    controls,
    derivatives,
    drawing,
    inlining,
    instances,
    library,
    linear_maps,
    making,
    outputs,
    parts,
    ruled,
    writers,
    written,
)
from pullback.transpile.lower.containers import as_arg, as_atom, as_operand, explode, items_of, opened
from pullback.transpile.lower.functions import returns_function, takes_any
from pullback.transpile.lower.generators import generator_of
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.methods import call_method
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.parameters import default_of, is_operation, parameters_of
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
    **written.FUNCTIONS,
    **controls.FUNCTIONS,
    **inlining.SPECIAL,
    **instances.SPECIAL,
    **making.SPECIAL,
}


def is_lowered(obj: object) -> bool:
    """Is a call of this more than an operation: is it written as others, or does it write into an array?"""
    return _key(obj) in _SPECIAL


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
    special = _SPECIAL.get(_key(obj))
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
        raise_no_rule(scope, node, obj)
    compute = partial(_computed, scope, node, obj)
    written = outputs.with_output(scope, node, obj, args, keywords, compute)
    return operation(scope, node, obj, args, keywords, hint) if written is None else written


def _computed(scope: Scope, node: Any, op: OpFunction, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    return operation(scope, node, op, args, keywords, "")


def operation(
    scope: Scope, node: Any, op: OpFunction, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """Append a call of an operation: operands as positional arguments, what is static by its name."""
    parameters = parameters_of(op)
    operands: list[Arg] = []
    static_args: dict[str, Arg] = {}
    for k, value in enumerate(args):
        if parameters.is_operand(k):
            operands.append(_one_operand(scope, node, op, value))
        elif k < len(parameters.names):
            _static(scope, node, op, parameters.names[k], value, static_args)
        else:
            scope.refuse(node, f"{_called(op)} is called with too many arguments", _WITHOUT["out"])
    for name, value in keywords.items():
        place = parameters.names.index(name) if name in parameters.names else len(parameters.names)
        if parameters.has_rule and place < parameters.operands and name not in parameters.static:
            _operand(scope, node, op, place, value, operands)
        else:
            _static(scope, node, op, name, value, static_args)
    given, kwargs = tuple(operands), tuple(static_args.items())
    if ruled.is_ruled(op) and not scope.is_template:
        return ruled.append(scope, node, op, given, kwargs, hint)
    return scope.op(op, given, kwargs, hint, node)


def _operand(scope: Scope, node: Any, op: OpFunction, place: int, value: Value, operands: list[Arg]) -> None:
    """An operand that was given by its name: those before it that were left out have their defaults."""
    names = parameters_of(op).names
    while len(operands) < place:
        default = default_of(op, names[len(operands)])
        if default is not float and not isinstance(default, bool | int | float | str | tuple | None):
            scope.refuse(node, f"{_called(op)} needs its argument {names[len(operands)]!r}", "Pass it by position.")
        operands.append(Lit(default))
    if len(operands) > place:
        scope.refuse(node, f"{_called(op)} is given {names[place]!r} twice", "This raises TypeError in Python.")
    operands.append(_one_operand(scope, node, op, value))


# operations that take a sequence of operands, or a shape as an operand; others make an array of a list, as NumPy does
_OF_SEQUENCES: frozenset[OpFunction] = frozenset(
    {
        *(np.array, np.asarray, np.stack, np.concatenate, np.hstack, np.vstack, np.column_stack, np.full),
        *(np.dstack, np.block, np.select, np.choose, np.linalg.multi_dot),
        *(math.fsum, math.prod, math.dist),
        random.uniform,
    }
)


def _one_operand(scope: Scope, node: Any, op: OpFunction, value: Value) -> Arg:
    if ruled.is_ruled(op) and not scope.is_template:
        return as_atom(scope, node, value)
    if scope.is_template or op in _OF_SEQUENCES or not parameters_of(op).has_rule:
        return as_arg(scope, node, value)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(np.array, (as_arg(scope, node, value),), (), "", node)
    return as_operand(scope, node, value)


def _static(scope: Scope, node: Any, op: OpFunction, name: str, value: Value, out: dict[str, Arg]) -> None:
    """A parameter that is not an operand; one that the rule does not know is refused unless it is given its default."""
    known, default = static(value), default_of(op, name)
    is_default = known is default or (
        isinstance(known, bool | int | str) and type(known) is type(default) and known == default
    )
    if scope.is_template:
        if not is_default:
            out[name] = as_arg(scope, node, value)
        return
    parameters = parameters_of(op)
    if name in ("out", "where") or (parameters.has_rule and name not in parameters.static):
        if is_default or (known is None and name in ("out", "dtype", "where")):
            return
        place = next((k for k in getattr(node, "keywords", ()) if k.arg == name), node)
        scope.refuse(
            place, f"the argument {name!r} of {_called(op)} is not supported yet", _WITHOUT.get(name, "Leave it out.")
        )
    if name in _AXES:
        scope.prefer_known(leaves(value))
    out[name] = as_arg(scope, node, value)


_AXES = frozenset("axis axis1 axis2 axes source destination".split())
_WITHOUT = {
    "out": "Assign the result instead.",
    "where": "Use np.where on the result.",
    "dtype": "Use .astype on the argument or on the result.",
}


def _called(op: OpFunction) -> str:
    return dotted(op) or getattr(op, "__name__", "this function")


_INSTEAD = {
    "map": "Write a generator expression.",
    "filter": "Write a generator expression.",
    "sorted": "Use np.sort.",
    "open": "Read the file before.",
    "setattr": "Give what is to be changed a new value under its name, as by x = x.reshape(2, 2).",
}


def _of_generator(op: object) -> bool:
    return type(getattr(op, "__self__", None)).__module__.startswith(("numpy.random", "random"))


def _is_exception(op: object) -> bool:
    return isinstance(op, type) and issubclass(op, BaseException)


def raise_no_rule(scope: Scope, node: Any, op: Any) -> None:
    """Refuse an operation that has no rule, with those that have one and a name like it."""
    name = getattr(op, "__name__", type(op).__name__)
    place = node.func if isinstance(node, gast.Call) else node
    if name == "at" and isinstance(getattr(op, "__self__", None), np.ufunc):
        hint = "Write a loop over the indices, or `x[i] = ...` where none repeats."
        scope.refuse(place, "`at` is supported for np.add and np.subtract only", hint)
    instead = registry.way_round(op)
    if instead is not None:
        scope.refuse(place, f"{dotted(op) or name} is not supported yet", instead)
    if (getattr(op, "__module__", None) or "").startswith(("numpy.random", "random")) or _of_generator(op):
        drawing.refuse(scope, place)
    if getattr(builtins, name, None) is op and not _is_exception(op):
        scope.refuse(place, f"{name!r} is not supported yet", _INSTEAD.get(name, "Use a function of NumPy."))
    if inspect.isclass(op) and not issubclass(op, np.generic):
        hint = "Use functions, tuples and dicts; exceptions can be raised."
        scope.refuse(place, f"making an object of the class {name!r} is not supported yet", hint)
    known = sorted({getattr(o, "__name__", "") for o in registry.known_ops()} - {""})
    near = difflib.get_close_matches(name, known, 3, 0.7)
    hint = f"There are rules for {', '.join(near)}. " if near else ""
    register = "A rule can be registered with @pullback.rule or @pullback.elementwise."
    scope.refuse(place, f"there is no derivative rule for {dotted(op) or name!r}", hint + register, errors.NoRule)
