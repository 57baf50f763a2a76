"""Types from the annotations of a function, read from its text: nothing of the user's is evaluated."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, get_origin

import gast
import numpy as np
import numpy.typing as npt

from pullback.transpile.abstract import (
    BOOL,
    FLOAT,
    NONE,
    UNKNOWN,
    Array,
    Dim,
    Length,
    ListOf,
    Record,
    Scalar,
    Seq,
    Type,
    kind_of_dtype,
)
from pullback.transpile.infer.lengths import anonymous
from pullback.transpile.objects import is_users
from pullback.transpile.parse.classes import fields_of
from pullback.transpile.parse.sources import Binding, FunctionSource, ModuleBinding, Value, parameter_nodes
from pullback.transpile.signature import nameless


class Resolver(Protocol):
    """What says what names stand for."""

    @property
    def resolve(self) -> Callable[[str], Binding]:
        """What a name stands for."""


NOTHING = object()  # an annotation, or a part of one, that stands for no object that is known


def types_of_annotations(source: FunctionSource) -> dict[str, Type]:
    """The types that annotations give to parameters, by name, Unknown where there is none or it says too little."""
    starred = (source.tree.args.vararg, source.tree.args.kwarg)
    return {
        a.id: UNKNOWN if a.annotation is None or a in starred else annotated_type(a.annotation, source, a.id)
        for a in parameter_nodes(source.tree)
    }


def annotated_type(node: Any, source: Resolver, name: str) -> Type:
    """The type that an annotation gives to the parameter `name`."""
    match node:
        case gast.Constant(value=None):
            return NONE
        case gast.Constant(value=str() as text):
            try:
                quoted = gast.ast_to_gast(ast.parse(text.strip(), mode="eval")).body
            except SyntaxError:
                return UNKNOWN
            return annotated_type(quoted, source, name)
        case gast.Subscript(value=of, slice=inside):
            parts = inside.elts if isinstance(inside, gast.Tuple) else [inside]
            return _generic(_object(of, source), parts, source, name)
    of = _object(node, source)
    if isinstance(of, type) and is_users(of):
        return _record(of, name)
    return _plain(of, name)


def _record(cls: type, name: str) -> Type:
    """The type of an object of a class of a file, with the attributes that the class declares."""
    items: list[tuple[str, Type]] = []
    for attribute, text, resolve in fields_of(cls):
        place = f"{name}.{attribute}"
        deep = place.count(".") > _DEEPEST
        node = gast.Constant(text, None)
        items.append((attribute, UNKNOWN if deep else annotated_type(node, _Names(resolve), place)))
    return Record(tuple(items), cls) if items else UNKNOWN


_DEEPEST = 8  # objects in objects, of which one may hold another one of its class


@dataclass(frozen=True)
class _Names:
    """What the names in an annotation of a class stand for."""

    resolve: Callable[[str], Binding]


def _object(node: Any, source: Resolver) -> Any:
    """What a dotted name in an annotation stands for."""
    match node:
        case gast.Name(id=name):
            binding = source.resolve(name)
        case gast.Attribute(value=of, attr=name):
            owner = _object(of, source)
            if isinstance(owner, ModuleBinding):
                binding = owner.resolve_attr(name)
            else:
                return getattr(owner, name, NOTHING) if isinstance(owner, types.ModuleType) else NOTHING
        case _:
            return NOTHING
    return binding.obj if isinstance(binding, Value) else binding if isinstance(binding, ModuleBinding) else NOTHING


def _plain(of: Any, name: str) -> Type:
    if of is float:
        return FLOAT
    if of is int:
        return Scalar("int", value=Dim(name))
    if of is bool:
        return BOOL
    if of is complex:
        return Scalar("complex")
    if of is np.ndarray or of is npt.NDArray:
        return Array()
    if isinstance(of, type) and issubclass(of, np.generic):
        dtype = _dtype(of)
        kind = None if dtype is None else kind_of_dtype(dtype)
        return UNKNOWN if kind is None else Scalar(kind, dtype)
    return UNKNOWN


def _generic(of: Any, parts: list[Any], source: Resolver, name: str) -> Type:
    """The type of `of[parts]`."""
    if of is npt.NDArray:
        return Array(_dtype(_object(parts[0], source)))
    if of is np.ndarray:
        return _ndarray(parts, source, name)
    if of is list and len(parts) == 1:
        return ListOf(nameless(annotated_type(parts[0], source, name)))
    if of is tuple and not any(isinstance(p, gast.Constant) and p.value is Ellipsis for p in parts):
        return Seq("tuple", tuple(annotated_type(p, source, f"{name}.{i}") for i, p in enumerate(parts)))
    if of is Annotated or get_origin(of) is Annotated:
        return annotated_type(parts[0], source, name)
    if getattr(of, "__module__", "").partition(".")[0] == "jaxtyping" and len(parts) == 2:
        return _jaxtyping(of, parts[1], name)
    return UNKNOWN


_ABSTRACT = (np.generic, np.number, np.inexact, np.floating, np.integer, np.signedinteger, np.complexfloating)


def _dtype(of: Any) -> str | None:
    """The dtype that a class of NumPy scalars stands for; None for an abstract one (`np.floating`)."""
    try:
        return np.dtype(of).name if isinstance(of, type) and of not in _ABSTRACT else None
    except TypeError:
        return None


def _ndarray(parts: list[Any], source: Resolver, name: str) -> Type:
    """`np.ndarray[tuple[int, int], np.dtype[np.float64]]`."""
    shape: tuple[Length, ...] | None = None
    match parts[0]:
        case gast.Subscript(value=of, slice=inside) if _object(of, source) is tuple:
            axes = inside.elts if isinstance(inside, gast.Tuple) else [inside]
            if not any(isinstance(a, gast.Constant) for a in axes):
                shape = tuple(Dim(f"{name}.{i}", 0, True) for i in range(len(axes)))
    dtype = None
    if len(parts) == 2:
        match parts[1]:
            case gast.Subscript(value=of, slice=scalar) if _object(of, source) is np.dtype:
                dtype = _dtype(_object(scalar, source))
    return Array(dtype, shape)


def _jaxtyping(of: Any, words: Any, name: str) -> Type:
    """`Float32[Array, "batch 3"]`."""
    dtypes = getattr(of, "dtypes", ())
    dtype = dtypes[0] if isinstance(dtypes, list | tuple) and len(dtypes) == 1 else None
    dtype = "bool" if dtype in ("bool", "bool_") else dtype
    if not isinstance(words, gast.Constant) or not isinstance(words.value, str):
        return Array(dtype)
    axes = words.value.split()
    if any(w == "..." or w.startswith("*") for w in axes):
        return Array(dtype)
    return Array(dtype, tuple(_named_axis(w, f"{name}.{i}") for i, w in enumerate(axes)))


def _named_axis(word: str, symbol: str) -> Length:
    """An axis that has a name, or none, is taken to be longer than 1; one that may broadcast (`#n`) is not."""
    word = word.rpartition("=")[2]
    if word.isdigit():
        return int(word)
    if word.startswith("_"):
        return Dim(symbol, 0, True)
    return Dim(f"axis#{word}", 0, True) if word.isidentifier() else anonymous()
