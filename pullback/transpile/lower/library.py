"""Functions of Python and NumPy that are more than an operation: `len`, `min`, `print`, and what is known at once."""

from __future__ import annotations

import builtins
import functools
import math
import operator
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gast
import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower import (
    acts,
    attributes,
    changes,
    comprehensions,
    control,
    folding,
    instances,
    operators,
    ordering,
    sums,
)
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Inner
from pullback.transpile.lower.values import UNDECIDED, Once, Pack, Value, class_of, lift, static, type_of
from pullback.transpile.objects import is_named_tuple

Arguments = list[Value]
Keywords = Mapping[str, Value]
Special = Callable[[Scope, Any, Arguments, Keywords, str], Value | None]


# what is computed while lowering, if all arguments are known

_FOLDED: tuple[Any, ...] = (
    len, tuple, list, set, frozenset, sorted, min, max, abs, int, bool, str, any, all, divmod, range, round, math.prod,
    operator.index, next,
)  # fmt: skip


def fold(obj: Any, args: Arguments, keywords: Keywords) -> Value | None:
    """The value of a call that can be computed while lowering, None if it cannot."""
    if keywords or not any(obj is f for f in _FOLDED):
        return None
    known = [static(a) for a in args]
    if any(x is UNDECIDED or not folding.exact(x) for x in known):
        return None
    try:
        found = next(iter(known[0])) if obj is next else obj(*known)  # type: ignore[call-overload]
    except Exception:  # whatever it is, it happens when the program runs
        return None
    if not folding.exact(found) and not isinstance(found, range):
        return None
    return lift(found)


# special forms


def _len(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    match args:
        case [value]:
            cls = class_of(value)
            if cls is not None and not is_named_tuple(cls):
                return operators.special(scope, node, value, "__len__", [])
            match type_of(value):
                case ab.Seq(items=items) | ab.Mapping(items=items):
                    return Lit(len(items))
                case ab.Array(shape=()) | ab.Scalar():
                    scope.refuse(node, "a number has no length", "This raises TypeError in Python.")
    return None


def _extreme(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str, fn: Any) -> Value | None:
    """`min`, `max` of several values: of two of them, again and again, as Python compares them."""
    if len(args) == 1:
        items = items_of(scope, node, args[0])
        if items is None and isinstance(type_of(args[0]), ab.ListOf) and isinstance(node, gast.Call):
            return ordering.best_of_list(scope, node, args[0], keywords, fn, hint)
        if items is None:
            scope.refuse(node, f"{fn.__name__} of a list or array is not supported yet", f"Use np.{fn.__name__}.")
        args = list(items)
    if not args and "default" in keywords:
        return keywords["default"]
    if not args:
        scope.refuse(node, f"{fn.__name__} of nothing", "This raises ValueError in Python.")
    if static(keywords.get("key", Lit(None))) is not None:
        return ordering.best(scope, node, args, keywords, fn, hint)
    folded = fold(fn, [Pack("tuple", tuple(args))], {})
    if folded is not None:
        return folded
    out = as_atom(scope, node, args[0])
    for k, x in enumerate(args[1:], 2):
        out = scope.op(fn, (out, as_atom(scope, node, x)), (), hint if k == len(args) else "", node)
    return out


def _cast(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    """`bool(x)` of what is no number."""
    if len(args) == 1 and not isinstance(type_of(args[0]), ab.Scalar | ab.Array | ab.Unknown):
        test = control.truth(scope, node, args[0])
        return Lit(test) if isinstance(test, bool) else scope.op(bool, (test,), (), hint, node)
    return None


def _isinstance(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    value, classes = args
    flat = _classes(static(classes))
    if flat is None:
        scope.refuse(node, "isinstance with a class that is not known", "Write the class out.")
    made = class_of(value)
    if made is not None:
        return Lit(issubclass(made, flat))
    cls = folding.python_class(type_of(value))
    if cls is not None and scope.is_exactly(value):
        return Lit(issubclass(cls, flat))
    could_be: tuple[type, ...] = (bool, int, float, complex, np.generic, np.ndarray)
    match type_of(value):
        case ab.Array(dtype=str() as dtype, shape=()) if dtype != "bfloat16":  # a 0-d array or a NumPy scalar
            could_be = (np.ndarray, np.dtype(dtype).type)
    if isinstance(type_of(value), ab.Scalar | ab.Array) and not any(
        issubclass(x, c) or issubclass(c, x) for x in could_be for c in flat
    ):
        return Lit(False)
    if scope.is_template:
        scope.refuse(node, "undecided")
    written = tuple(Lit(c, dotted(c)) for c in flat)
    return scope.op(
        isinstance, (as_atom(scope, node, value), written if len(written) > 1 else written[0]), (), hint, node, ab.BOOL
    )


def _classes(wanted: object) -> tuple[type, ...] | None:
    """The classes in the second argument of isinstance, None if they are not known."""
    if isinstance(wanted, types.UnionType):
        wanted = typing.get_args(wanted)
    parts = wanted if isinstance(wanted, tuple) else (wanted,)
    out: list[type] = []
    for part in parts:
        inner = (
            (part,) if isinstance(part, type) else _classes(part) if isinstance(part, tuple | types.UnionType) else None
        )
        if inner is None:
            return None
        out += inner
    return tuple(out)


def _sequence(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str, kind: Any) -> Value | None:
    """`tuple(x)`, `list(x)` of what has known items."""
    if not args:
        return Pack(kind, ())
    value = args[0]
    items = items_of(scope, node, value)
    if items is not None:
        return Pack(kind, tuple(items))
    if isinstance(type_of(value), ab.ListOf) and kind == "list":
        return changes.copy_list(scope, node, value)
    if isinstance(type_of(value), ab.Array) and ab.rank(type_of(value)) and kind == "list":
        return comprehensions.listed(scope, node, value, hint)
    scope.refuse(node, f"{kind} of something whose length is not known is not supported yet", "Loop over it.")


def _dict(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    out: dict[str | int, Value] = {}
    for other in args:
        out.update(changes.entries_of(scope, node, other))
    out.update(keywords)
    return Pack("dict", tuple(out.values()), tuple(out))


def _shape(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    return attributes.shape(scope, node, args[0], hint) if _is_one_array(args, keywords) else None


def _ndim(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    return attributes.rank(scope, node, args[0], hint) if _is_one_array(args, keywords) else None


def _is_one_array(args: Arguments, keywords: Keywords) -> bool:
    return len(args) == 1 and not keywords and isinstance(type_of(args[0]), ab.Array | ab.Scalar | ab.Unknown)


def _str(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    if len(args) != 1 or keywords:
        return None
    return fold(str, args, keywords) or scope.op(str, (as_atom(scope, node, args[0]),), (), hint, node, ab.UNKNOWN)


def _divmod(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    a, b = args
    parts = (scope.binary(node, operator.floordiv, a, b, ""), scope.binary(node, operator.mod, a, b, ""))
    return Pack("tuple", parts)


def _pow(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    if len(args) != 2:
        scope.refuse(node, "pow with a modulus is not supported", "It is for integers only: compute it outside.")
    return scope.binary(node, operator.pow, args[0], args[1], hint)


def _constant_object(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str, fn: Any) -> Value | None:
    """`np.dtype("f4")`, `np.finfo(x.dtype)`: an object that is known."""
    known = [static(a) for a in args]
    if keywords or any(x is UNDECIDED for x in known):
        return None
    return Lit(fn(*known))


def _getattr(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    name = static(args[1]) if len(args) in (2, 3) else None
    if not isinstance(name, str) or len(args) == 3 and class_of(args[0]) is None:
        scope.refuse(node, "this form of getattr is not supported", "Write `x.name`.")
    if len(args) == 3 and not instances.has_attribute(scope, node, args[0], name):
        return args[2]
    return attributes.attribute(scope, node, args[0], name, hint)


def _range(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str) -> Value | None:
    found = fold(range, args, keywords)
    if found is None:
        scope.refuse(node, "range is supported in `for` statements only yet", "Use np.arange for an array of numbers.")
    return found


def _iterator(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str, name: str) -> Value | None:
    """`zip`, `enumerate`, `reversed` of items that are known, where all of them are read at once."""
    columns = [items_of(scope, node, a) for a in (args if name == "zip" else args[:1])]
    if any(c is None for c in columns):
        if not all(isinstance(type_of(a), ab.ListOf | ab.Array) for a in args[: len(columns)]):
            scope.refuse(node, f"{name} of this is supported in `for` statements only yet", "Loop over it.")
        given = [*args, *(keywords[k] for k in ("start",) if k in keywords)]
        return Once(comprehensions.gathered(scope, node, getattr(builtins, name), given, hint), name)
    known = [c for c in columns if c is not None]
    if name == "zip":
        if static(keywords.get("strict", Lit(False))) is not False and len({len(c) for c in known}) > 1:
            scope.refuse(node, "what is zipped differs in length", "This raises ValueError in Python.")
        return Once(Pack("tuple", tuple(Pack("tuple", row) for row in zip(*known, strict=False))), name)
    if name == "reversed":
        return Once(Pack("tuple", tuple(known[0][::-1])), name)
    items = known[0]
    start = keywords.get("start", args[1] if len(args) > 1 else Lit(0))
    return Once(Pack("tuple", tuple(_numbered(scope, node, start, items))), name)


def _numbered(scope: Scope, node: Any, start: Value, items: Sequence[Value]) -> Iterator[Value]:
    for k, x in enumerate(items):
        yield Pack("tuple", (scope.binary(node, operator.add, start, Lit(k), "") if k else start, x))


def _decided(scope: Scope, node: Any, args: Arguments, keywords: Keywords, hint: str, fn: Any) -> Value | None:
    """`any`, `all` of known items: `or`, `and` of them."""
    items = items_of(scope, node, args[0])
    if items is None:
        match type_of(args[0]):
            case ab.ListOf(item=ab.Scalar()) | ab.Array(shape=(_,)):
                return scope.op(fn, (as_atom(scope, node, args[0]),), (), hint, node, ab.BOOL)
        scope.refuse(node, f"{fn.__name__} of a list or array is not supported yet", f"Use np.{fn.__name__}.")
    tests = [control.truth(scope, node, x) for x in items]
    undecided = [t for t in tests if not isinstance(t, bool)]
    if any(t is (fn is any) for t in tests):
        return Lit(fn is any)
    if not undecided:
        return Lit(fn is all)
    out = undecided[-1]
    for t in reversed(undecided[:-1]):
        sides = (out, Lit(False)) if fn is all else (Lit(True), out)
        out = control.choose(scope, node, t, Inner([], {}, None), Inner([], {}, None), sides)
    return scope.op(bool, (out,), (), hint, node) if ab.kind_of(out.type) != "bool" else out


READ_ALL: frozenset[object] = frozenset(
    {
        *(sum, min, max, any, all, list, tuple, dict, set, frozenset, sorted, zip, enumerate, next),
        *(math.fsum, math.prod),
    }
)
"""What reads all the items of what it is given, at once."""

SPECIAL: dict[object, Special] = {
    builtins.len: _len,
    builtins.min: functools.partial(_extreme, fn=min),
    builtins.max: functools.partial(_extreme, fn=max),
    builtins.sum: sums.total,
    builtins.bool: _cast,
    builtins.isinstance: _isinstance,
    builtins.print: acts.lower_print,
    builtins.tuple: functools.partial(_sequence, kind="tuple"),
    builtins.list: functools.partial(_sequence, kind="list"),
    builtins.dict: _dict,
    builtins.str: _str,
    builtins.divmod: _divmod,
    builtins.pow: _pow,
    builtins.getattr: _getattr,
    builtins.range: _range,
    builtins.zip: functools.partial(_iterator, name="zip"),
    builtins.enumerate: functools.partial(_iterator, name="enumerate"),
    builtins.reversed: functools.partial(_iterator, name="reversed"),
    builtins.sorted: ordering.in_order,
    builtins.any: functools.partial(_decided, fn=any),
    builtins.all: functools.partial(_decided, fn=all),
    np.shape: _shape,
    np.ndim: _ndim,
    np.dtype: functools.partial(_constant_object, fn=np.dtype),
    np.finfo: functools.partial(_constant_object, fn=np.finfo),
    np.iinfo: functools.partial(_constant_object, fn=np.iinfo),
}
