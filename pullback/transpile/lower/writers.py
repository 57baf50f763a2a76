"""NumPy's functions that write into an array they are given: `np.add.at`, `np.copyto`, `np.put`, …

np.add.at(x, i, v)                 ->      x2 = add_item(x1, (i,), v)
np.copyto(x, v, where=m)           ->      x2 = set_item(x1, (...,), np.where(m, v, x1))
x.sort()                           ->      x2 = set_item(x1, (...,), np.sort(x1))
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import gast
import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Var
from pullback.transpile.lower import flat, storing
from pullback.transpile.lower.attributes import dtype_literal
from pullback.transpile.lower.casting import check_cast, check_safe
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.library import Special
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.subscripts import index_of_value, integers
from pullback.transpile.lower.values import UNDECIDED, Value, static
from pullback.transpile.lower.writing import EVERYTHING, adds, negative, write, written_array
from pullback.transpile.storage import Sharing, of_index

Keywords = Mapping[str, Value]
Method = Callable[[Scope, Any, Value, list[Value], Keywords], Value]


def bound(
    scope: Scope,
    node: Any,
    names: str,
    args: Sequence[Value],
    keywords: Keywords,
    defaults: Mapping[str, object],
    optional: frozenset[str] = frozenset(),
) -> dict[str, Value]:
    """The arguments of a call by name; those with a default are refused unless they are given just that."""
    order = names.split()
    known = [n for n in order if n not in defaults and n not in optional]
    given = dict(zip(order, args, strict=False))
    if len(args) > len(order) or given.keys() & keywords.keys() or keywords.keys() - set(order):
        scope.refuse(node, f"the arguments do not fit ({', '.join(order)})", "This raises TypeError in NumPy.")
    given.update(keywords)
    for name in known:
        if name not in given:
            scope.refuse(node, f"the argument {name!r} is missing", "This raises TypeError in NumPy.")
    for name, default in defaults.items():
        value = given.pop(name, None)
        if value is not None and static(value) != default:
            place = next((k for k in getattr(node, "keywords", ()) if k.arg == name), node)
            scope.refuse(place, f"another {name!r} than {default!r} is not supported here", "Leave it out.")
    return given


def _array(scope: Scope, node: Any, value: Value) -> Var:
    """The array that is written: the first argument."""
    first = node.args[0] if isinstance(node, gast.Call) and node.args else node
    return written_array(scope, first, value)


def _receiver(scope: Scope, node: Any, value: Value) -> Var:
    """The array whose method is called."""
    return written_array(scope, getattr(node.func, "value", node), value)


def _whole(scope: Scope, node: Any, array: Var, value: Atom) -> None:
    write(scope, node, array, EVERYTHING, value)


# functions


def add_at(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str, subtracts: bool) -> Value:
    """`np.add.at(a, indices, b)`: an index that repeats adds each time."""
    given = bound(scope, node, "a indices b", args, keywords, {})
    array = _array(scope, node, given["a"])
    index = index_of_value(scope, node, given["indices"])
    value = _of_a_dtype(scope, node, array, as_operand(scope, node, given["b"]))
    op = operator.sub if subtracts else operator.add
    repeats = of_index(index) is not Sharing.VIEW
    if not adds(op, array, value):
        if repeats:
            scope.refuse(node, "what this adds may not be the numbers that are written", "Make them of one dtype.")
        old = scope.op(operator.getitem, (array, index), (), "", node)
        storing.write(scope, node, array, index, scope.op(op, (old, value), (), "", node))
        return NONE
    storing.write(scope, node, array, index, negative(scope, node, value) if subtracts else value, adds=True)
    return NONE


def _of_a_dtype(scope: Scope, node: Any, array: Var, value: Atom) -> Atom:
    """A number of Python's has no dtype in arithmetic, but `ufunc.at` makes an array of it: one of doubles."""
    if isinstance(value.type, ab.Scalar) and value.type.dtype is None and getattr(array.type, "dtype", "") != "float64":
        return scope.op(np.asarray, (value,), (), "", node)
    return value


def copyto(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.copyto(dst, src, where=mask)`."""
    given = bound(scope, node, "dst src casting where", args, keywords, {"casting": "same_kind"}, frozenset({"where"}))
    array = _array(scope, node, given["dst"])
    value = as_operand(scope, node, given["src"])
    check_cast(scope, node, array.type, value.type)
    where = given.get("where", Lit(True))
    if static(where) is not True:
        mask = as_operand(scope, node, where)
        if flat.of_one_length(mask.type, array.type) and ab.rank(value.type) == 0:
            write(scope, node, array, (mask,), value)
            return NONE
        value = scope.op(np.where, (mask, _as_type(scope, node, value, array), array), (), "", node)
    _whole(scope, node, array, value)
    return NONE


def _as_type(scope: Scope, node: Any, value: Atom, array: Var) -> Atom:
    """A value in the dtype of an array, where the two are known to differ."""
    have, want = getattr(value.type, "dtype", None), getattr(array.type, "dtype", None)
    if have is None or want is None or have == want or "bfloat16" in (have, want):
        return value
    return scope.op(prims.astype, (value, dtype_literal(want)), (), "", node)


def put(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.put(a, ind, v)`: elements by their number in the whole array."""
    given = bound(scope, node, "a ind v mode", args, keywords, {"mode": "raise"})
    _put(scope, node, _array(scope, node, given["a"]), given["ind"], given["v"])
    return NONE


def _put(scope: Scope, node: Any, array: Var, places: Value, values: Value) -> None:
    number = flat.line(scope, node, integers(scope, node, places))
    value = flat.repeated(scope, node, values, number)
    write(scope, node, array, flat.index_at(scope, node, array, number), value)


def put_mask(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.putmask(a, mask, values)`: each chosen element takes what stands at its place in the values."""

    def taken(array: Var, mask: Atom, value: Atom) -> Atom:
        return scope.op(operator.getitem, (flat.shaped(scope, node, value, array), (mask,)), (), "", node)

    return _put_chosen(scope, node, bound(scope, node, "a mask values", args, keywords, {}), taken)


def place(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.place(arr, mask, vals)`: the chosen elements take the values one after the other."""

    def taken(array: Var, mask: Atom, value: Atom) -> Atom:
        count = scope.op(np.count_nonzero, (mask,), (), "", node)
        return flat.elements_round(scope, node, flat.line(scope, node, value), count)

    return _put_chosen(scope, node, bound(scope, node, "arr mask vals", args, keywords, {}), taken)


def _put_chosen(scope: Scope, node: Any, given: Keywords, taken: Callable[[Var, Atom, Atom], Atom]) -> Value:
    """Write at a mask what is `taken` of an array of values, or a number."""
    first, second, third = given.values()
    array, mask = _array(scope, node, first), _mask(scope, node, second)
    value = as_operand(scope, node, third)
    check_safe(scope, node, array.type, value.type)
    write(scope, node, array, (mask,), value if ab.rank(value.type) == 0 else taken(array, mask, value))
    return NONE


def _mask(scope: Scope, node: Any, value: Value) -> Atom:
    mask = as_operand(scope, node, value)
    if ab.kind_of(mask.type) != "bool" or ab.rank(mask.type) == 0:
        scope.refuse(node, "a mask that is not known to be an array of Booleans", "Compare it, or use .astype(bool).")
    return mask


def fill_diagonal(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.fill_diagonal(a, val)` of a matrix."""
    given = bound(scope, node, "a val wrap", args, keywords, {"wrap": False})
    array = _array(scope, node, given["a"])
    if flat.axes_of(scope, node, array) != 2:
        scope.refuse(node, "fill_diagonal of an array that is no matrix is not supported yet", "Write a loop.")
    rows, columns = (scope.op(prims.dim, (array, Lit(k)), (), "", node) for k in (0, 1))
    shape = ab.shape_of(array.type)
    square = shape is not None and flat.of_one_length(ab.Array(None, shape[:1]), ab.Array(None, shape[1:]))
    count = rows if square else scope.op(min, (rows, columns), (), "", node)
    number = scope.op(np.arange, (count,), (), "", node)
    write(scope, node, array, (number, number), flat.repeated(scope, node, given["val"], number))
    return NONE


def put_along_axis(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.put_along_axis(arr, indices, values, axis)`: along the other axes each line has indices of its own."""
    given = bound(scope, node, "arr indices values axis", args, keywords, {})
    array, chosen = _array(scope, node, given["arr"]), integers(scope, node, given["indices"])
    axes, axis = flat.axes_of(scope, node, array), static(given["axis"])
    if not isinstance(axis, int) or not -axes <= axis < axes or ab.rank(chosen.type) != axes:
        scope.refuse(node, "this form of put_along_axis is not supported yet", "Give the axis and as many axes.")
    index: list[Arg] = []
    for k in range(axes):
        if k == axis % axes:
            index.append(chosen)
            continue
        every = scope.op(np.arange, (scope.op(prims.dim, (array, Lit(k)), (), "", node),), (), "", node)
        shape = tuple(Lit(-1 if j == k else 1) for j in range(axes))
        index.append(scope.op(np.reshape, (every,), (("shape", shape),), "", node))
    write(scope, node, array, tuple(index), as_operand(scope, node, given["values"]))
    return NONE


# methods


def fill(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Keywords) -> Value:
    """`x.fill(value)`."""
    for name in keywords:
        scope.refuse(node, f"fill takes no argument {name!r}", "This raises TypeError in NumPy.")
    given = bound(scope, node, "value", args, {}, {})
    array = _receiver(scope, node, x)
    value = as_operand(scope, node, given["value"])
    if ab.rank(value.type) != 0:
        scope.refuse(node, "fill with what is not known to be a number", "Write `x[...] = value`.")
    _whole(scope, node, array, value)
    return NONE


def sort(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Keywords) -> Value:
    """`x.sort(axis)`."""
    given = bound(scope, node, "axis kind order stable", args, keywords, _NO_CHOICE, frozenset({"axis"}))
    array = _receiver(scope, node, x)
    axis = static(given.get("axis", Lit(-1)))
    if axis is UNDECIDED:
        scope.refuse(node, "an axis of the run is not supported here", "Write it out.")
    ordered = scope.op(np.sort, (array,), () if axis == -1 else (("axis", Lit(axis)),), "", node)
    _whole(scope, node, array, ordered)
    return NONE


def partition(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Keywords) -> Value:
    """`x.partition(kth, axis)`."""
    defaults = {"kind": "introselect", "order": None}
    given = bound(scope, node, "kth axis kind order", args, keywords, defaults, frozenset({"axis"}))
    array = _receiver(scope, node, x)
    ordered = scope.call(
        node, Lit(np.partition), [array, given["kth"]], {k: given[k] for k in given if k == "axis"}, ""
    )
    _whole(scope, node, array, as_operand(scope, node, ordered))
    return NONE


_NO_CHOICE = {"kind": None, "order": None, "stable": None}


def method_put(scope: Scope, node: Any, x: Value, args: list[Value], keywords: Keywords) -> Value:
    """`x.put(indices, values)`."""
    given = bound(scope, node, "indices values mode", args, keywords, {"mode": "raise"})
    _put(scope, node, _receiver(scope, node, x), given["indices"], given["values"])
    return NONE


FUNCTIONS: dict[object, Special] = {
    np.add.at: partial(add_at, subtracts=False),
    np.subtract.at: partial(add_at, subtracts=True),
    np.copyto: copyto,
    np.put: put,
    np.putmask: put_mask,
    np.place: place,
    np.fill_diagonal: fill_diagonal,
    np.put_along_axis: put_along_axis,
}
METHODS: dict[str, Method] = {"fill": fill, "sort": sort, "partition": partition, "put": method_put}
