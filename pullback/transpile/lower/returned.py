"""What a rule of the user's returns, checked where it is made a template: the error points into the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, Value, is_atom, type_of
from pullback.transpile.show import type_text


def check_count(scope: Scope, fn: Callable[..., Any], value: Value, inputs: Sequence[Any]) -> None:
    """There is one value for each input."""
    n = len(inputs)
    one = f"The rule has {n} input{'' if n == 1 else 's'}: return "
    if n == 1 and _is_sequence(value) and not _is_structure(inputs[0]):
        _refuse(scope, fn, f"{_described(value)} for its one input", "Return the one value itself.")
    if n > 1 and not (_is_sequence(value) or isinstance(type_of(value), ab.Unknown)):
        _refuse(scope, fn, f"{_described(value)} for {n} inputs", f"{one}a tuple, with None for those that have none.")
    if n > 1 and isinstance(value, Pack) and len(value.items) != n:
        _refuse(scope, fn, f"{len(value.items)} values for {n} inputs", f"{one}as many.")


def check_types(scope: Scope, fn: Callable[..., Any], parts: Sequence[Value], shapes: Sequence[Any]) -> None:
    """Each value is one that can be a cotangent, in a shape that fits."""
    for k, (part, shape) in enumerate(zip(parts, shapes, strict=False), 1):
        if part == Lit(None) or _is_sequence_shape(shape) or isinstance(type_of(part), ab.Unknown):
            continue
        place = f"input {k}" if len(shapes) > 1 else "its input"
        like = shape.type if isinstance(shape, Lit) else shape[0]
        if isinstance(like, ab.Seq | ab.Mapping | ab.ListOf):
            if not _is_like(type_of(part), like):
                what = f"{_described(part)} for {place}, which is {_kind(like)}"
                _refuse(scope, fn, what, "Return one with a cotangent, or None, for each of its items.")
            continue
        if not is_atom(part) or not isinstance(type_of(part), ab.Scalar | ab.Array):
            _refuse(scope, fn, f"{_described(part)} for {place}", "Return a number, an array, or None.")
        if ab.kind_of(type_of(part)) == "complex":
            _refuse(scope, fn, f"complex numbers for {place}", "Return the real part.")
        if ab.never_fits(type_of(part), like):
            _refuse(scope, fn, f"{type_text(type_of(part))} for {place}, which is {type_text(like)}", "")


def _is_sequence(value: Value) -> bool:
    return isinstance(value, Pack) or isinstance(type_of(value), ab.Seq | ab.ListOf | ab.Mapping)


def _is_sequence_shape(shape: Any) -> bool:
    """Is this what a template is made for of an operand that is a sequence of operands?"""
    return isinstance(shape, tuple) and not (len(shape) == 2 and isinstance(shape[1], str))


def _is_structure(shape: Any) -> bool:
    """Is an operand a sequence of operands, or a structure?"""
    like = shape.type if isinstance(shape, Lit) else shape[0]
    return _is_sequence_shape(shape) or isinstance(like, ab.Seq | ab.Mapping | ab.ListOf | ab.Unknown)


def _is_like(t: ab.Type, like: ab.Type) -> bool:
    """Has a structure as many items as another one, under the same keys?"""
    match t, like:
        case ab.Seq(items=xs), ab.Seq(items=ys):
            return len(xs) == len(ys)
        case ab.Mapping(items=xs), ab.Mapping(items=ys):
            return {k for k, _ in xs} == {k for k, _ in ys}
        case (ab.Seq() | ab.ListOf()), ab.ListOf():
            return True
    return False


def _kind(t: ab.Type) -> str:
    match t:
        case ab.Seq(kind=kind, items=items):
            return f"a {kind} of {len(items)}"
        case ab.Mapping():
            return "a dict"
    return "a list"


def _described(value: Value) -> str:
    match type_of(value):
        case ab.Seq() | ab.Mapping() | ab.ListOf() as t:
            return _kind(t)
        case ab.Static(value=known):
            return repr(known)
        case t:
            return f"one {'array' if ab.rank(t) else 'number'}"


def _refuse(scope: Scope, fn: Callable[..., Any], what: str, hint: str) -> None:
    raise scope.error(scope.here, f"the rule {fn.__name__!r} returns {what}", hint, errors.RuleError)
