"""Functions of NumPy that are other ones under another name, or a few of them.

np.average(x, weights=w)         ->      weighted_average(x, w), which is printed as it was written
np.diff(x, prepend=0.0)          ->      np.diff(np.concatenate((np.broadcast_to(0.0, (1,)), x)))
x[np.ix_(rows, columns)]         ->      x[np.reshape(rows, (-1, 1)), np.reshape(columns, (1, -1))]
a, b = np.broadcast_arrays(a, b) ->      both by np.broadcast_to
"""

from __future__ import annotations

import operator
import string
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from pullback.stdlib import registry
from pullback.stdlib.operations import weighted_average
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Effect, Lit, Slice
from pullback.transpile.infer.lengths import broadcast_shapes, same
from pullback.transpile.lower import attributes
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.library import Special
from pullback.transpile.lower.methods import astype
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.subscripts import integers
from pullback.transpile.lower.values import UNDECIDED, Pack, Value, static, type_of
from pullback.transpile.lower.writers import bound

Keywords = Mapping[str, Value]
_ABSENT = Lit(None)


def divmod_(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.divmod(a, b)`: the two results of division."""
    if len(args) != 2 or keywords:
        return None
    parts = (scope.call(node, Lit(f), args, {}, "") for f in (np.floor_divide, np.remainder))
    return Pack("tuple", tuple(parts))


def renamed(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str, to: Any) -> Value:
    """A call of the same function under another name."""
    return scope.call(node, Lit(to), args, keywords, hint)


def real_if_close(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.real_if_close(x)` of real numbers."""
    if len(args) != 1 or not attributes.is_real(type_of(args[0])):
        return None
    return scope.call(node, Lit(np.asarray), args, {}, hint)


def average(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.average(a, axis, weights, keepdims=…)`."""
    optional = frozenset({"axis", "weights", "keepdims"})
    given = bound(scope, node, "a axis weights returned keepdims", args, keywords, {"returned": False}, optional)
    how: dict[str, Value] = {k: given[k] for k in given if k in ("axis", "keepdims")}
    if static(given.get("weights", _ABSENT)) is None:
        return scope.call(node, Lit(np.mean), [given["a"]], how, hint)
    return scope.call(node, Lit(weighted_average), [given["a"], given["weights"]], how, hint)


def diff(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.diff(a, prepend=p, append=q)`: of an array with more at its ends."""
    names = ("a", "n", "axis", "prepend", "append")
    given = {**dict(zip(names, args, strict=False)), **keywords}
    if not {"prepend", "append"} & given.keys() or not given.keys() <= {*names}:
        return None
    a, axis = as_operand(scope, node, given["a"]), static(given.get("axis", Lit(-1)))
    if not isinstance(axis, int) or ab.rank(a.type) is None:
        scope.refuse(
            node, "np.diff with more at the ends of an unknown axis is not supported yet", "Use np.concatenate."
        )
    parts = [
        a if name == "a" else _end(scope, node, a, given[name], axis)
        for name in ("prepend", "a", "append")
        if name in given
    ]
    joined = scope.op(np.concatenate, (tuple(parts),), (("axis", Lit(axis)),), "", node)
    return scope.call(node, Lit(np.diff), [joined], {k: given[k] for k in ("n", "axis") if k in given}, hint)


def _end(scope: Scope, node: Any, a: Atom, value: Value, axis: int) -> Atom:
    """What stands at an end of an array: a number stands for a row."""
    x = as_operand(scope, node, value)
    if ab.rank(x.type) != 0:
        return x
    rank = ab.rank(a.type) or 1
    dims = (Lit(1) if k == axis % rank else scope.op(prims.dim, (a, Lit(k)), (), "", node) for k in range(rank))
    return scope.op(np.broadcast_to, (x,), (("shape", tuple(dims)),), "", node)


def broadcast_arrays(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.broadcast_arrays(a, b)`: views of each of the shape that they have together."""
    if keywords or not args:
        return None
    arrays = [as_operand(scope, node, a) for a in args]
    shapes = [ab.shape_of(a.type) for a in arrays]
    shape = broadcast_shapes(*shapes)
    if shape is None:
        scope.refuse(node, "the shapes that are broadcast are not known", "Use np.broadcast_to.")
    dims: list[Arg] = []
    for k in range(-len(shape), 0):
        fitting = [
            (a, len(s) + k) for a, s in zip(arrays, shapes, strict=True) if s and len(s) >= -k and same(s[k], shape[k])
        ]
        if not fitting:
            scope.refuse(node, "it is not known which of the arrays is repeated", "Use np.broadcast_to.")
        a, axis = fitting[0]
        dims.append(scope.op(prims.dim, (a, Lit(axis)), (), "", node))
    spread = [scope.op(np.broadcast_to, (a,), (("shape", tuple(dims)),), "", node) for a in arrays]
    return Pack("tuple", tuple(spread))


def grid_index(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.ix_(rows, columns)`: each array of integers along an axis of its own."""
    parts: list[Value] = []
    for k, a in enumerate(args):
        x = integers(scope, node, a)
        if ab.rank(x.type) != 1:
            scope.refuse(
                node, "np.ix_ of what is not known to be a line of integers is not supported", "Use np.reshape."
            )
        shape = tuple(Lit(-1 if j == k else 1) for j in range(len(args)))
        parts.append(scope.op(np.reshape, (x,), (("shape", shape),), "", node))
    return Pack("tuple", tuple(parts))


def unstack(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.unstack(x, axis=k)`: the rows of an array whose number is known."""
    given = bound(scope, node, "x axis", args, keywords, {}, frozenset({"axis"}))
    x, axis = as_operand(scope, node, given["x"]), static(given.get("axis", Lit(0)))
    shape = ab.shape_of(x.type)
    length = shape[axis] if shape and isinstance(axis, int) and -len(shape) <= axis < len(shape) else None
    if not isinstance(length, int) or not isinstance(axis, int) or not shape:
        scope.refuse(node, "it is not known how many arrays np.unstack gives", "Loop over the array, or use np.split.")
    before = (Slice(),) * (axis % len(shape))
    rows = [scope.op(operator.getitem, (x, (*before, Lit(k))), (), "", node) for k in range(length)]
    return Pack("tuple", tuple(rows))


def from_function(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.fromfunction(f, shape)`: `f` of the numbers of rows and of columns."""
    given = bound(scope, node, "function shape", args, keywords, {})
    shape = given["shape"]
    if not isinstance(shape, Pack):
        scope.refuse(node, "np.fromfunction with a shape that is no tuple is not supported yet", "Write the tuple out.")
    places = scope.call(node, Lit(np.indices), [shape], {"dtype": Lit(np.float64, "np.float64")}, "")
    grid = as_operand(scope, node, places)
    each = (scope.op(operator.getitem, (grid, (Lit(k),)), (), "", node) for k in range(len(shape.items)))
    return scope.call(node, given["function"], [*each], {}, hint)


def cross(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.cross(a, b)`: what is not known to be vectors of three elements is checked when the program runs."""
    given = {**dict(zip(("a", "b", "axisa", "axisb", "axisc", "axis"), args, strict=False)), **keywords}
    for name in ("a", "b"):
        if name not in given or scope.is_template:
            return None
        axis = static(given.get("axis", _ABSENT))
        axis = static(given.get(f"axis{name}", Lit(-1))) if axis is None else axis
        x = as_operand(scope, node, given[name])
        shape = ab.shape_of(x.type)
        length = shape[axis] if shape and isinstance(axis, int) and -len(shape) <= axis < len(shape) else None
        if length == 3:
            continue
        if isinstance(length, int) or not isinstance(axis, int):
            hint = "Give them a third element that is 0."
            scope.refuse(node, "np.cross of vectors of two elements is not supported", hint)
        n = scope.op(prims.dim, (x, Lit(axis)), (), "", node)
        is_three = scope.op(operator.eq, (n, Lit(3)), (), "", node)
        message = Lit("np.cross of vectors that have not three elements")
        scope.body.append(Effect("assert", (is_three, message), scope.origin(node)))
    return None


def where(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.where(c)`: the places where it holds."""
    return scope.call(node, Lit(np.nonzero), args, {}, hint) if len(args) == 1 and not keywords else None


def clip(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.clip(x, min=a, max=b)`: the bounds under their newer names."""
    if not {"min", "max"} & keywords.keys():
        return None
    rest = dict(keywords)
    bounds = [rest.pop(name, _ABSENT) for name in ("min", "max")]
    return scope.call(node, Lit(np.clip), [*args[:1], *bounds], rest, hint) if len(args) == 1 else None


def einsum(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`np.einsum(a, [0, 1], b, [1, 2], [0, 2])`: with letters for numbers."""
    if not args or isinstance(static(args[0]), str) or static(args[0]) is UNDECIDED and len(args) < 2:
        return None
    pairs, rest = args[: len(args) // 2 * 2], args[len(args) // 2 * 2 :]
    terms = [_letters(scope, node, x) for x in pairs[1::2]]
    text = ",".join(terms) + "".join(f"->{_letters(scope, node, x)}" for x in rest)
    return scope.call(node, Lit(np.einsum), [Lit(text), *pairs[::2]], keywords, hint)


def _letters(scope: Scope, node: Any, value: Value) -> str:
    numbers = static(value)
    if not isinstance(numbers, list | tuple) or any(n is not ... and n not in range(52) for n in numbers):
        scope.refuse(node, "np.einsum with axes that are not known is not supported", "Write the axes as letters.")
    return "".join("..." if n is ... else string.ascii_letters[n] for n in numbers)


def astype_(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`np.astype(x, dtype)`: the method."""
    given = dict(keywords)
    x = args[0] if args else given.pop("x")
    return astype(scope, node, x, args[1:], given, hint)


FUNCTIONS: dict[object, Special] = {
    np.clip: clip,
    np.cross: cross,
    np.divmod: divmod_,
    np.einsum: einsum,
    np.where: where,
    np.average: average,
    np.diff: diff,
    np.broadcast_arrays: broadcast_arrays,
    np.ix_: grid_index,
    np.fromfunction: from_function,
    np.asanyarray: partial(renamed, to=np.asarray),
    np.real_if_close: real_if_close,
    **{getattr(np, f): g for f, g in {"unstack": unstack, "astype": astype_}.items() if hasattr(np, f)},
    **({np.row_stack: partial(renamed, to=np.vstack)} if hasattr(np, "row_stack") else {}),
}
"""Those of SciPy are added where a program uses them."""
registry.when_imported("scipy.special", f"{__name__.rpartition('.')[0]}.scipy_written")
