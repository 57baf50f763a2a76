"""Attributes: names in modules, and what arrays know of themselves."""

from __future__ import annotations

import difflib
import types
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit
from pullback.transpile.lower import frozen_distributions, instances
from pullback.transpile.lower.containers import as_atom, read_item
from pullback.transpile.lower.memory import View
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import BOTTOM, Method, Pack, Partial, UserModule, Value, type_of
from pullback.transpile.objects import is_users
from pullback.transpile.parse.sources import Value as Live
from pullback.transpile.storage import Sharing


def attribute_expression(scope: Scope, node: Any, hint: str) -> Value:
    """`x.name`."""
    return attribute(scope, node, scope.expression(node.value), node.attr, hint)


def attribute(scope: Scope, node: Any, value: Value, name: str, hint: str = "") -> Value:
    """The value of an attribute."""
    found = instances.attribute(scope, node, value, name, hint)
    if found is not None:
        return found
    match value:
        case UserModule(binding=binding, text=text):
            return scope.meaning(node, f"{text}.{name}", binding.resolve_attr(name))
        case Lit(value=types.ModuleType() as module, text=text):
            if not hasattr(module, name):
                near = difflib.get_close_matches(name, dir(module), 1)
                hint = f"Did you mean {text}.{near[0]}?" if near else ""
                scope.refuse(node, f"{text!r} has no attribute {name!r}", hint, errors.SourceError)
            return scope.meaning(node, f"{text}.{name}", Live(getattr(module, name)))
        case Pack(kind="slice", items=bounds) if name in ("start", "stop", "step"):
            return bounds[("start", "stop", "step").index(name)]
        case Pack() | Lit(value=str()):
            return Method(value, name)
        case Lit(value=type() as cls) if issubclass(cls, np.generic) and hasattr(np.dtype(cls), name):
            return Lit(getattr(np.dtype(cls), name))
        case Lit(value=None):
            scope.refuse(node, f"None has no attribute {name!r}", "This raises AttributeError in Python.")
        case Lit(value=np.finfo() | np.iinfo() as info):
            return Lit(_plain(getattr(info, name)))
        case Lit(value=type() as cls, text=text) if is_users(cls):
            return instances.of_class(scope, node, cls, text, name)
        case Partial(callee=Lit(value=dist), keywords=given) if frozen_distributions.is_distribution(dist):
            if (found := frozen_distributions.method(dist, given, name)) is not None:
                return found
        case Lit(value=obj, text=text) if callable(obj) and hasattr(obj, name):
            return Lit(getattr(obj, name), f"{text}.{name}")
    match t := type_of(value):
        case ab.Array() | ab.Scalar() | ab.Unknown():
            fact = _of_array(scope, node, value, name, hint)
            return Method(value, name) if fact is None else fact
        case ab.Seq(names=names) if name in names:
            atom, k = as_atom(scope, node, value), names.index(name)
            return read_item(scope, node, atom, k, t.items[k], hint)
        case ab.Seq() | ab.ListOf() | ab.Mapping():
            return Method(value, name)
        case t if t is BOTTOM:
            return (
                Method(value, name)
                if name not in _FACTS
                else scope.op(prims.alias, (as_atom(scope, node, value),), (), hint, node, BOTTOM)
            )
    scope.refuse(node, f"the attribute {name!r} is not supported here", "Pass the value itself as an argument.")


def _plain(x: object) -> object:
    return x.item() if isinstance(x, np.generic) else x


_FACTS = frozenset({"T", "shape", "ndim", "size", "dtype", "real", "imag"})


def _of_array(scope: Scope, node: Any, value: Value, name: str, hint: str) -> Value | None:
    """What an array knows of itself; None if the attribute is a method."""
    t = type_of(value)
    match name:
        case "T":
            return scope.op(np.transpose, (as_atom(scope, node, value),), (), hint, node)
        case "mT":
            return scope.op(np.matrix_transpose, (as_atom(scope, node, value),), (), hint, node)
        case "shape":
            return shape(scope, node, value, hint)
        case "ndim":
            return rank(scope, node, value, hint)
        case "size":
            return size(scope, node, value, hint)
        case "dtype":
            return dtype(scope, node, value, hint)
        case "flat":
            return None
        case "real" if is_real(t):
            return value
        case "imag" if is_real(t) and ab.rank(t):
            return _zeros(scope, node, value, hint)
        case "real" | "imag" if ab.kind_of(t) == "complex":
            return scope.op(np.real if name == "real" else np.imag, (as_atom(scope, node, value),), (), hint, node)
        case "real" | "imag" | "base" | "strides" | "flags" | "data":
            scope.refuse(node, f"the attribute {name!r} of an array is not supported yet", "")
    if not hasattr(np.ndarray, name) and not isinstance(t, ab.Unknown):
        scope.refuse(node, f"an array or number has no attribute {name!r}", "This raises AttributeError in Python.")
    return None


def _zeros(scope: Scope, node: Any, value: Value, hint: str) -> Value:
    """The imaginary part of an array of real numbers: zeros that cannot be written."""
    array = as_atom(scope, node, value)
    out = scope.op(np.zeros_like, (array,), (), hint, node)
    scope.memory.place[out] = View(array, np.zeros_like, (), (), array, Sharing.READ_ONLY)
    return out


def is_real(t: ab.Type) -> bool:
    """Is this a real number, or an array of them?"""
    return ab.kind_of(t) in ("float", "int", "bool")


def shape(scope: Scope, node: Any, value: Value, hint: str = "") -> Value:
    """`x.shape`: a tuple of the lengths of its axes, or of a value of unknown rank a value of its own."""
    n = ab.rank(type_of(value))
    if n is not None:
        atom = as_atom(scope, node, value)
        return Pack("tuple", tuple(scope.op(prims.dim, (atom, Lit(k)), (), "", node) for k in range(n)))
    if scope.is_template:
        scope.refuse(node, "undecided")
    return scope.op(np.shape, (as_atom(scope, node, value),), (), hint, node, ab.UNKNOWN)


def rank(scope: Scope, node: Any, value: Value, hint: str = "") -> Value:
    """`x.ndim`: known where the rank is."""
    n = ab.rank(type_of(value))
    if n is not None:
        return Lit(n)
    if scope.is_template:
        scope.refuse(node, "undecided")
    return scope.op(np.ndim, (as_atom(scope, node, value),), (), hint, node)


def size(scope: Scope, node: Any, value: Value, hint: str = "") -> Value:
    """`x.size`."""
    return scope.op(np.size, (as_atom(scope, node, value),), (), hint, node)


def dtype(scope: Scope, node: Any, value: Value, hint: str = "") -> Value:
    """`x.dtype`: known where the type says it."""
    match type_of(value):
        case ab.Array(dtype=str() as name) | ab.Scalar(dtype=str() as name) if name != "bfloat16":
            return dtype_literal(name)
    return scope.op(np.result_type, (as_atom(scope, node, value),), (), hint, node, ab.UNKNOWN)


def dtype_literal(name: str) -> Lit:
    """A dtype by its name, as one writes it."""
    word = "bool_" if name == "bool" else name
    return Lit(getattr(np, word), f"np.{word}")
