"""Writes: to elements, slices and selections of arrays, and to whole arrays by `op=`.

x[1:] += v          ->      x2 = add_item(x1, (1:,), v)
x[mask] *= v        ->      t = x1[mask] * v;  x2 = set_item(x1, (mask,), t)
x /= v              ->      t = x1 / v;  x2 = set_item(x1, (...,), t)
"""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Global, Lit, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower import changes, flat, mutators, storing
from pullback.transpile.lower.casting import check_axes, check_cast
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.expressions import BINARY, binary_operation
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.subscripts import flat_index, index_of, read_at, static_index
from pullback.transpile.lower.values import Method, Pack, Value, type_of
from pullback.transpile.storage import Sharing, of_index

EVERYTHING = (Lit(...),)


def write_item(scope: Scope, target: Any, value: Value) -> None:
    """`target = value` where the target is `x[index]`."""
    container = scope.expression(target.value)
    if changes.is_list_or_dict(container):
        _write_to_list(scope, target, container, value)
        return
    array, index = _place(scope, target, container)
    if isinstance(container, Method):
        value = _of_flat(scope, target, array, index, value)
    write(scope, target, array, index, as_operand(scope, target, value))


def _write_to_list(scope: Scope, target: Any, container: Value, value: Value) -> None:
    if isinstance(target.slice, gast.Slice):
        bounds = static_index(scope, target.slice)
        if not isinstance(bounds, slice):
            scope.refuse(target.slice, "a slice of a list with bounds of the run is written", "Write a loop.")
        changes.set_slice(scope, target, container, bounds, value)
    else:
        changes.set_item(scope, target, container, scope.expression(target.slice), value)


def write_flat(scope: Scope, target: Any, value: Value) -> None:
    """`x.flat = value`: the elements of the value, again and again."""
    array = written_array(scope, target.value, scope.expression(target.value))
    write(scope, target, array, EVERYTHING, flat.shaped(scope, target, value, array))


def _place(scope: Scope, target: Any, container: Value) -> tuple[Var, tuple[Arg, ...]]:
    """The array and the index of a target; `x.flat[k]` is a place in `x`."""
    if isinstance(container, Method) and container.name == "flat":
        array = written_array(scope, target.value, container.receiver)
        return array, flat_index(scope, target.slice, array)
    array = written_array(scope, target.value, container)
    return array, index_of(scope, target.slice)


def _of_flat(scope: Scope, node: Any, array: Var, index: tuple[Arg, ...], value: Value) -> Atom:
    """What is written to elements by their number: as many as these are, or one."""
    last = index[-1]
    assert isinstance(last, Var | Lit | Global)
    if ab.rank(last.type) == 1:
        return flat.repeated(scope, node, value, last)
    atom = as_operand(scope, node, value)
    if ab.rank(last.type) != 0 or ab.rank(atom.type) != 0:
        scope.refuse(node, "it is not known whether this is one element", "Write to `x[i, j]`.")
    return atom


def write(scope: Scope, node: Any, array: Var, index: tuple[Arg, ...], value: Atom) -> None:
    """`array[index] = value`."""
    _check_value(scope, node, array, index, value)
    axes, more = ab.rank(infer(operator.getitem, (array, index), {})), ab.rank(value.type)
    if axes is not None and more is not None and more > axes:
        if axes == 0 and Lit(...) not in index:
            scope.refuse(node, f"an element cannot take an array of {more} axes", "This raises ValueError in NumPy.")
        first = tuple(Lit(k) for k in range(more - axes))  # these have length 1, or NumPy raises
        value = scope.op(np.squeeze, (value,), (("axis", first),), "", node)
    storing.write(scope, node, array, index, value)


def update_item(scope: Scope, s: Any) -> None:
    """`x[index] op= value`; an array in a tuple, list or dict is written itself."""
    container = scope.expression(s.target.value)
    if changes.is_list_or_dict(container):
        _update_in_list(scope, s, container)
        return
    array, index = _place(scope, s.target, container)
    op = BINARY[type(s.op)]
    before = scope.current(array)
    old = scope.op(operator.getitem, (array, index), (), "", s.target)
    value = as_operand(scope, s.value, scope.expression(s.value))
    is_view = of_index(index) is Sharing.VIEW and (ab.rank(old.type) not in (0, None) or scope.current(array) is before)
    if is_view and adds(op, array, value):
        _check_fits(scope, s, old, infer(op, (old, value), {}))
        added = value if op is operator.add else negative(scope, s, value)
        storing.write(scope, s, array, index, added, adds=True)
        return
    result = binary_operation(scope, s, op, old, value, "")
    _check_fits(scope, s, old, type_of(result))
    assert isinstance(result, Var)
    storing.write(scope, s, array, index, result)


def _update_in_list(scope: Scope, s: Any, container: Value) -> None:
    if isinstance(s.target.slice, gast.Slice):
        hint = "Make an array of the list, or write a loop."
        scope.refuse(s.target, "a slice of a list is updated, which is not supported yet", hint)
    key = scope.expression(s.target.slice)
    item = read_at(scope, s.target, container, key)
    operand = scope.expression(s.value)
    known = isinstance(item, Var) and not scope.numbers.may_be(item)
    if isinstance(item, Var) and known and isinstance(item.type, ab.Array) and not scope.numbers.has(item):
        update(scope, s, item, operand)
        return
    if mutators.update_name(scope, s, item, operand):
        return
    if not scope.numbers.has(item) and not isinstance(item, Pack):
        hint = "An annotation or a signature gives the type."
        scope.refuse(s, "it is not known whether this changes an array in place", hint, errors.SignatureNeeded)
    changes.set_item(scope, s, container, key, binary_operation(scope, s, BINARY[type(s.op)], item, operand, ""))


def update(scope: Scope, s: Any, given: Value, value: Value) -> None:
    """`x op= value` of a whole array."""
    op = BINARY[type(s.op)]
    array = written_array(scope, s.target, given)
    if op is operator.matmul and ab.rank(type_of(value)) == 1:
        scope.refuse(s, "`@=` with a vector", "This raises ValueError in NumPy.")
    result = binary_operation(scope, s, op, array, value, "")
    _check_fits(scope, s, array, type_of(result))
    assert isinstance(result, Var)
    storing.write(scope, s, array, EVERYTHING, result)


def adds(op: object, array: Var, value: Atom) -> bool:
    """Is this the addition of a number, or of its negative, and no operation of Booleans?"""
    have, new = ab.kind_of(array.type), ab.kind_of(value.type)
    if op is operator.sub:  # of integers of another size there is no negative
        of_one_size = new == "int" and getattr(value.type, "dtype", None) in (None, getattr(array.type, "dtype", None))
        return have in ("float", "int", "complex") and (new in ("float", "complex") or of_one_size)
    return op is operator.add and have in ("float", "int", "complex") and new != "bool"


def negative(scope: Scope, node: Any, value: Atom) -> Atom:
    """The number that is added where this one is subtracted."""
    if isinstance(value, Lit) and isinstance(value.value, int | float) and not value.text:
        return Lit(-value.value)
    return scope.op(operator.neg, (value,), (), "", node)


def written_array(scope: Scope, node: Any, value: Value) -> Var:
    """The array that is written, or a refusal."""
    t = type_of(value)
    match value:
        case Var() if isinstance(t, ab.Array):
            return value
        case Global(name=name):
            scope.refuse(node, f"{name!r} is a value of the module, and it is written", "Write to a copy of it.")
        case Pack(kind=kind):
            hint = "Build a new one, or keep the values in an array."
            scope.refuse(node, f"setting an item of a {kind} is not supported yet", hint)
    if isinstance(t, ab.Unknown):
        hint = "An annotation or a signature says whether it is an array, a list or a dict."
        scope.refuse(node, "it is not known what is written here", hint, errors.SignatureNeeded)
    if isinstance(t, ab.Scalar | ab.Static):
        scope.refuse(node, "a scalar is written by index", "This raises TypeError in Python.")
    hint = "Build a new one, or keep the values in an array."
    scope.refuse(node, "setting an item of a list or dict is not supported yet", hint)


def _check_value(scope: Scope, node: Any, array: Var, index: tuple[Arg, ...], value: Atom) -> None:
    if isinstance(value, Lit) and (value.value is None or isinstance(value.value, str)):
        scope.refuse(node, "only numbers can be written into an array here", "")
    if isinstance(value.type, ab.Unknown | ab.Scalar | ab.Array | ab.Static):
        return
    scope.refuse(node, "only numbers and arrays can be written into an array", "Make an array of them with np.array.")


def _check_fits(scope: Scope, node: Any, old: Value, result: ab.Type) -> None:
    """In place an array keeps its dtype and its axes. An element is made anew."""
    t = type_of(old)
    if ab.rank(t) == 0 and scope.numbers.has(old):
        return
    check_cast(scope, node, t, result)
    check_axes(scope, node, t, result)
