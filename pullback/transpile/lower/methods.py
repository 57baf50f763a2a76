"""Methods: those of arrays are NumPy's functions, those of dicts and strings are known while lowering."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Global, Lit, OpFunction, Var
from pullback.transpile.lower import changes, drawing, flat, mutators, ordering
from pullback.transpile.lower.containers import as_arg, as_atom, explode, items_of
from pullback.transpile.lower.folding import exact
from pullback.transpile.lower.formatting import format_method
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.subscripts import integers
from pullback.transpile.lower.values import BOTTOM, UNDECIDED, Entries, Once, Pack, Value, lift, static, type_of
from pullback.transpile.lower.writers import METHODS
from pullback.transpile.storage import has_dtype

_SAME: dict[str, OpFunction] = {
    name: getattr(np, name)
    for name in (
        "sum mean var std prod max min cumsum cumprod argmax argmin argsort any all dot ravel squeeze swapaxes "
        "take repeat round trace diagonal nonzero searchsorted choose argpartition"
    ).split()
} | {"conj": np.conjugate, "conjugate": np.conjugate}
_IN_PLACE = {
    "resize": "Make a new array of the other size.",
    "setfield": "Write `x[index] = value`.",
    "byteswap": "Use .astype.",
    "setflags": "Leave it out.",
}


def call_method(
    scope: Scope, node: Any, receiver: Value, name: str, args: list[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of `receiver.name(*args, **keywords)`."""
    t = type_of(receiver)
    args = [a.of if isinstance(a, Once) and name in _READS_ALL else a for a in args]
    if isinstance(receiver, Lit) and isinstance(receiver.value, str):
        return _of_string(scope, node, receiver.value, name, args, keywords)
    if t is BOTTOM:
        return scope.op(prims.alias, (as_atom(scope, node, receiver),), (), hint, node, BOTTOM)
    if changes.is_list_or_dict(receiver):
        if name == "sort" and changes.is_any_list(receiver):
            return ordering.sort(scope, node, receiver, args, keywords)
        found = mutators.call(scope, node, receiver, name, args, keywords, hint)
        if found is not None:
            return found
    if isinstance(t, ab.Mapping):
        return _of_dict(scope, node, receiver, name, args)
    if isinstance(t, ab.Seq | ab.ListOf):
        return _of_sequence(scope, node, receiver, name, args)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(scope, node, receiver, args, keywords, hint)
    if name in _SAME:
        return scope.call(node, Lit(_SAME[name]), [receiver, *args], keywords, hint)
    if name in METHODS:
        return METHODS[name](scope, node, receiver, args, keywords)
    if name in _IN_PLACE:
        message = f"the method {name!r} changes an array in place, which is not supported yet"
        scope.refuse(node.func, message, _IN_PLACE[name])
    if isinstance(t, ab.Unknown) and drawing.draws(name):
        drawing.refuse(scope, node.func)
    scope.refuse(node.func, f"the method {name!r} of an array is not supported yet", "Use a NumPy function.")


_READS_ALL = ("extend", "update", "join")


def _of_string(
    scope: Scope, node: Any, text: str, name: str, args: list[Value], keywords: Mapping[str, Value]
) -> Value:
    known = [static(a) for a in args]
    if keywords or any(x is UNDECIDED or not exact(x) for x in known) or not hasattr(text, name):
        if name == "format" and not keywords:
            return format_method(scope, node, text, args)
        scope.refuse(node.func, f"the method {name!r} of a string is not supported here", "Write the text out.")
    return lift(getattr(text, name)(*known))


def _of_dict(scope: Scope, node: Any, receiver: Value, name: str, args: list[Value]) -> Value:
    pack = explode(scope, node, receiver)
    assert isinstance(pack, Pack)
    match name, args:
        case ("keys" | "values" | "items") as what, []:
            return Entries(pack, what)
        case "copy", []:
            return Pack("dict", pack.items, pack.keys)
        case "get", [key, *default] if static(key) is not UNDECIDED and len(default) <= 1:
            if static(key) in pack.keys:
                return pack.items[pack.keys.index(static(key))]
            return default[0] if default else Lit(None)
    scope.refuse(node.func, f"the method {name!r} of a dict is not supported yet", "Write a new dict out.")


def _of_sequence(scope: Scope, node: Any, receiver: Value, name: str, args: list[Value]) -> Value:
    known, given = static(receiver), [static(a) for a in args]
    if known is not UNDECIDED and UNDECIDED not in given and name in ("index", "count"):
        return Lit(getattr(known, name)(*given))
    items = items_of(scope, node, receiver)
    if name == "copy" and not args and items is not None:
        return Pack("list", tuple(items))
    if name == "copy" and not args:
        return changes.copy_list(scope, node, receiver)
    hint = (
        "Make the list in one expression, or keep the values in an array."
        if name in _CHANGES
        else "Loop over the list."
    )
    scope.refuse(node.func, f"the method {name!r} of a list or tuple is not supported yet", hint)


_CHANGES = frozenset("append extend insert pop remove clear sort reverse".split())


def _reshape(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    return scope.call(node, Lit(np.reshape), [x, _one_or_tuple(args)], keywords, hint)


def _one_or_tuple(args: list[Value]) -> Value:
    """`x.reshape(2, 3)` is `np.reshape(x, (2, 3))`."""
    return args[0] if len(args) == 1 else Pack("tuple", tuple(args))


def _transpose(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    axes = [] if not args or static(args[0]) is None else [_one_or_tuple(args)]
    return scope.call(node, Lit(np.transpose), [x, *axes], keywords, hint)


def _flatten(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    return scope.call(node, Lit(prims.flatten), [x, *args], keywords, hint)


def _copy(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    if not args and not keywords and ab.rank(type_of(x)) not in (0, 1):
        keywords = {"order": Lit("C")}  # the method copies in C order, the function keeps the order that there is
    return scope.call(node, Lit(np.copy), [x, *args], keywords, hint)


def _clip(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`x.clip(min=a)` is `np.clip(x, a, None)`."""
    given = dict(keywords)
    low, high = ([*args, *[given.pop(k, Lit(None)) for k in ("min", "max")[len(args) :]]])[:2]
    return scope.call(node, Lit(np.clip), [x, low, high, *args[2:]], given, hint)


def astype(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`x.astype(dtype)`."""
    given = dict(keywords)
    dtypes = [*args, *([given.pop("dtype")] if "dtype" in given else [])]
    copies = static(given.pop("copy", Lit(True)))
    copies = copies if copies is UNDECIDED else bool(copies)
    if len(dtypes) != 1 or given:
        scope.refuse(node, "this form of astype is not supported yet", "Pass the dtype alone.")
    dtype = as_arg(scope, node, dtypes[0])
    same = has_dtype(type_of(x), dtype)
    if copies is False and same:
        return x
    out = scope.op(prims.astype, (as_atom(scope, node, x), dtype), (), hint, node)
    if copies is not True and same is not False and isinstance(x, Var):
        scope.memory.may_be(out, x)
    return out


def _item(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    casts: dict[str | None, Callable[..., object]] = {"float": float, "int": int, "bool": bool}
    cast = casts.get(ab.kind_of(type_of(x)))
    axes = ab.rank(type_of(x))
    if args and axes and isinstance(x, Var | Global):
        places: tuple[Arg, ...] = tuple(integers(scope, node, a) for a in args)
        if len(places) == 1:
            places = flat.index_at(scope, node, x, integers(scope, node, args[0]))
        axes -= len(places)
        x = scope.op(operator.getitem, (x, places), (), "", node)
    elif args:
        axes = None
    if cast is None or axes != 0 or ab.rank(type_of(x)) != 0:
        scope.refuse(node, "this form of item() is not supported yet", "Read the element by its index.")
    return scope.call(node, Lit(cast), [x], {}, hint)


def _compress(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`x.compress(condition, axis)`."""
    condition, *rest = args
    return scope.call(node, Lit(np.compress), [condition, x, *rest], keywords, hint)


_SPECIAL: dict[str, Callable[..., Value]] = {
    "compress": _compress,
    "reshape": _reshape,
    "transpose": _transpose,
    "flatten": _flatten,
    "clip": _clip,
    "copy": _copy,
    "astype": astype,
    "item": _item,
}
