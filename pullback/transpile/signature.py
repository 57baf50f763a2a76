"""Signatures: the types that a call's arguments have, and the keys by which specialisations are kept."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Hashable, Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray

from pullback.transpile.abstract import (
    BOOL,
    FLOAT,
    UNKNOWN,
    Array,
    Dim,
    Length,
    ListOf,
    Mapping,
    Record,
    Scalar,
    Seq,
    Static,
    Type,
    kind_of_dtype,
)
from pullback.transpile.infer.join import join
from pullback.transpile.objects import attributes_of, has_only_attributes

_STATIC = (
    str, bytes, np.dtype, type, types.FunctionType, types.BuiltinFunctionType, functools.partial, np.ufunc,
    type(None), type(Ellipsis),
)  # fmt: skip


_DEEPEST = 20  # objects in objects


def type_of_value(value: object, name: str, fixed: bool = False) -> Type:
    """The type of a real argument called `name`: its structure, kinds, dtypes, ranks and which axes have length 1.

    The other lengths are symbols named after the axis (`x.0`) that stand for 2 or more; those of 0 and 1 are known.
    `fixed`: each list is one of just its items, where it would be one of any length.
    """
    match value:
        case bool():
            return BOOL
        case np.generic():
            return _of_numpy_scalar(value)
        case float():
            return FLOAT
        case int():
            return Scalar("int", value=Dim(name))
        case complex():
            return Scalar("complex")
        case np.ndarray():
            return _of_array(value, name) if type(value) is np.ndarray else UNKNOWN
    if type(value) is tuple:
        return Seq("tuple", _of_items(value, name, fixed))
    if type(value) is list:
        return Seq("list", _of_items(value, name, fixed)) if fixed else _of_list(value, name)
    if type(value) is dict:
        return _of_dict(value, name, fixed)
    if isinstance(value, _STATIC):
        return Static(value)
    if (found := attributes_of(value)) is not None and name.count(".") < _DEEPEST:
        return Record(tuple((k, type_of_value(x, f"{name}.{k}", fixed)) for k, x in found.items()), type(value))
    if not hasattr(value, "dtype") or not hasattr(value, "shape"):
        return UNKNOWN
    return FLOAT if _is_weak_float(value) else _of_array(value, name)


def _of_numpy_scalar(value: np.generic) -> Type:
    kind = kind_of_dtype(value.dtype.name) if value.dtype.kind in "biufc" else None
    return UNKNOWN if kind is None else Scalar(kind, value.dtype.name)


def _of_array(value: Any, name: str) -> Type:
    if str(value.dtype).startswith("key<"):
        return _of_array(_OfWords(value), name)
    dtype = np.dtype(value.dtype)
    if dtype.kind not in "biufc" and dtype.name != "bfloat16":
        return UNKNOWN
    shape: tuple[Length, ...] = tuple(n if n < 2 else Dim(f"{name}.{i}", 0, True) for i, n in enumerate(value.shape))
    return Array(dtype.name, shape)


def _is_weak_float(x: Any) -> bool:
    """Is this a float of Python's that JAX traces, or what it has made of one?"""
    return getattr(x, "weak_type", False) and x.shape == () and np.dtype(x.dtype).kind == "f"


class _OfWords:
    """A random key of JAX, or an array of them, as the array of words that it holds."""

    dtype = np.dtype(np.uint32)

    def __init__(self, key: Any) -> None:
        self.shape = (*key.shape, 2)


def _of_items(values: Sequence[object], name: str, fixed: bool = False) -> tuple[Type, ...]:
    return tuple(type_of_value(x, f"{name}.{i}", fixed) for i, x in enumerate(values))


def _of_list(values: list[object], name: str) -> Type:
    """A list of any length where the items are alike, else one of just these items."""
    items = _of_items(values, name)
    if not items or isinstance(items[0], Record) or any(not alike(items[0], t) for t in items[1:]):
        return Seq("list", items)
    item = items[0]
    for t in items[1:]:
        item = join(item, t)
    return ListOf(nameless(item))


def alike(a: Type, b: Type) -> bool:
    """Do two types differ in nothing but the lengths of axes and the values of integers?"""
    match a, b:
        case Array(dtype=x, shape=tuple() as s), Array(dtype=y, shape=tuple() as t):
            return x == y and len(s) == len(t)
        case Scalar(), Scalar():
            return (a.kind, a.dtype) == (b.kind, b.dtype)
        case Seq(), Seq():
            return a.kind == b.kind and len(a.items) == len(b.items) and all(map(alike, a.items, b.items))
        case Mapping(), Mapping():
            keys = type(a) is type(b) and [k for k, _ in a.items] == [k for k, _ in b.items]
            return keys and all(alike(x, y) for (_, x), (_, y) in zip(a.items, b.items, strict=True))
        case ListOf(item=x), ListOf(item=y):
            return alike(x, y)
    return a == b


def nameless(t: Type) -> Type:
    """The type of any item of a list: what has a name in one item has another value in the next."""
    match t:
        case Scalar(value=Dim()):
            return Scalar(t.kind, t.dtype)
        case Array(dtype=dtype, shape=tuple() as shape):
            return Array(dtype, tuple(n if isinstance(n, int) else Dim("?", 0, n.not_one) for n in shape))
        case Seq(kind=kind, items=items):
            return Seq(kind, tuple(map(nameless, items)))
        case ListOf(item=item):
            return ListOf(nameless(item))
        case Mapping(items=entries):
            return replace(t, items=tuple((k, nameless(x)) for k, x in entries))
    return t


def _of_dict(value: dict[object, object], name: str, fixed: bool) -> Type:
    entries: list[tuple[str | int, Type]] = []
    for i, (key, x) in enumerate(value.items()):
        if type(key) is not str and type(key) is not int:
            return UNKNOWN
        path = key if isinstance(key, str) and key.isidentifier() else i
        entries.append((key, type_of_value(x, f"{name}.{path}", fixed)))
    return Mapping(tuple(entries))


def arguments_in_order(
    signature: inspect.Signature, args: Sequence[object], kwargs: AnyMapping[str, object]
) -> tuple[object, ...]:
    """One argument for each parameter, defaults filled in. Raises TypeError as the function itself would."""
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    return tuple(bound.arguments.values())


class Binder:
    """Binds arguments to parameters in the cases where nothing can go wrong, faster than `inspect.Signature.bind`."""

    def __init__(self, signature: inspect.Signature) -> None:
        parameters = signature.parameters.values()
        kinds = [p.kind for p in parameters]
        self.names = tuple(signature.parameters)
        self.defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
        self.first_named = kinds.count(inspect.Parameter.POSITIONAL_ONLY)
        self.most = self.first_named + kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)

    def __call__(self, args: tuple[Any, ...], kwargs: AnyMapping[str, Any]) -> tuple[Any, ...] | None:
        """One argument for each parameter, None where `inspect` must say what is wrong."""
        if not self.first_named <= len(args) <= self.most:
            return None
        values, named = list(args), 0
        for name in self.names[len(args) :]:
            if name in kwargs:
                values.append(kwargs[name])
                named += 1
            elif name in self.defaults:
                values.append(self.defaults[name])
            else:
                return None
        return tuple(values) if named == len(kwargs) else None


def types_of_arguments(
    signature: inspect.Signature, args: Sequence[object], kwargs: AnyMapping[str, object]
) -> tuple[Type, ...]:
    """The types of a call's arguments, one for each parameter, symbols of lengths named after the parameters."""
    values = arguments_in_order(signature, args, kwargs)
    return tuple(map(type_of_value, values, signature.parameters))


def signature_key(args: Sequence[object]) -> Hashable:
    """What the types of arguments depend on, fast: structure, dtypes, ranks, which axes have length 0 or 1."""
    return tuple([
        (x.dtype, len(s)) if type(x) is np.ndarray and 1 not in (s := x.shape) and 0 not in s else _key(x) for x in args
    ])  # fmt: skip


def exact_key(args: Iterable[Any]) -> Hashable:
    """What the signature of arguments depends on, and more: shapes as they are. Found faster than `signature_key`."""
    key: list[Hashable] = []
    _add_keys(args, key, 0)
    return tuple(key)


def _add_keys(values: Iterable[Any], key: list[Hashable], depth: int) -> None:
    """Add what the signature of each value depends on, so that it is told where one ends and the next begins."""
    add = key.append
    for x in values:
        cls: Any = type(x)
        if cls is ndarray:
            add(x.dtype)
            add(x.shape)
        elif cls is float or cls is int:
            add(cls)
        elif (kind := _KINDS[cls]) == "attributes" and depth < _DEEPEST:
            attributes = x.__dict__
            add(cls)
            add(tuple(attributes))
            _add_keys(attributes.values(), key, depth + 1)
        elif kind == "itself":
            add(cls)
            add(x)
        elif cls is dict:
            add(cls)
            add(tuple(x))
            add(tuple(map(type, x)))  # 1, 1.0 and True are one key
            _add_keys(x.values(), key, depth)
        elif cls is tuple or (cls is list and x and has_only_attributes(x[0].__class__)):
            add(cls)
            add(len(x))
            _add_keys(x, key, depth)
        else:
            add(_key(x, depth))


class _Kinds(dict[Any, str]):
    """How a value of a class goes into a key, found out once: as it is, by its attributes, or in another way."""

    def __missing__(self, cls: Any) -> str:
        if len(self) >= 1024:
            self.clear()
        itself = cls in (str, types.FunctionType, np.ufunc, type(None))
        kind = self[cls] = "itself" if itself else "attributes" if has_only_attributes(cls) else "other"
        return kind


_KINDS = _Kinds()
kind_of_class = _KINDS.__getitem__


def _key(x: Any, depth: int = 0) -> Hashable:
    cls: Any = type(x)
    if cls is np.ndarray:
        shape = x.shape
        if 1 in shape or 0 in shape:
            return x.dtype, tuple([n if n < 2 else 2 for n in shape])
        return x.dtype, len(shape)
    if cls is float or cls is int or cls is bool:
        return cls
    if cls is list:
        keys = [_key(y, depth) for y in x]
        return (list, keys[0]) if keys and keys.count(keys[0]) == len(keys) else (list, tuple(keys))
    if cls is tuple:
        return tuple, tuple([_key(y, depth) for y in x])
    if cls is dict:
        return dict, tuple([(k, type(k), _key(y, depth)) for k, y in x.items()])
    if isinstance(x, np.generic):
        return cls, x.dtype
    if isinstance(x, _STATIC):
        return cls, x
    if (found := attributes_of(x)) is not None:
        return cls, tuple([(k, _key(y, depth + 1) if depth < _DEEPEST else None) for k, y in found.items()])
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return cls, str(x.dtype), tuple([n if n < 2 else 2 for n in x.shape]), _is_weak_float(x)
    other: Hashable = cls
    return other
