"""Types of products: `matmul`, `dot`, `outer`, `inner`, `einsum` and their like."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback.transpile.abstract import UNKNOWN, Array, Length, Type, Unknown
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.lengths import Shape, broadcast, broadcast_shapes, product
from pullback.transpile.infer.sampling import sampled, scalar_of
from pullback.transpile.infer.table import Call, Undecided, axes_of, axis_of, known_shape, shape_function


def product_dtype(*operands: Array) -> str | None:
    """The dtype of sums of products of the elements of arrays."""
    t = sampled(np.inner, tuple(("nd", a.dtype) for a in operands)) if len(operands) == 2 else None
    return getattr(t, "dtype", None)


def _result(dtype: str | None, shape: Shape) -> Type:
    return Array(dtype, shape) if shape else scalar_of(dtype)


@shape_function(np.matmul, operator.matmul, operator.imatmul)
def matmul(call: Call) -> Type:
    """`a @ b`: the last two axes are multiplied, those before are broadcast."""
    if any(isinstance(call.type(i), Unknown) for i in (0, 1)) and call.op is operator.matmul:
        return UNKNOWN
    a, b = call.array(0), call.array(1)
    dtype = product_dtype(a, b)
    if not a.shape or not b.shape:
        return Array(dtype)
    rows = a.shape[-2:-1] if len(a.shape) > 1 else ()
    columns = b.shape[-1:] if len(b.shape) > 1 else ()
    stack = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return _result(dtype, (*(stack or ()), *rows, *columns))


_VECTORS = {  # axes of the operands that are no stack; NumPy 2.2 brought the last two
    getattr(np, name): axes
    for name, axes in {"vecdot": (1, 1), "matvec": (2, 1), "vecmat": (1, 2)}.items()
    if hasattr(np, name)
}


@shape_function(*_VECTORS)
def of_vectors(call: Call) -> Type:
    """Products of the vectors on the last axis, or of these and matrices."""
    a, b = call.array(0), call.array(1)
    sa, sb = known_shape(a), known_shape(b)
    axes = _VECTORS[call.op]
    if len(sa) < axes[0] or len(sb) < axes[1] or call.kwargs:
        raise Undecided
    stack = broadcast_shapes(sa[: -axes[0]], sb[: -axes[1]]) or ()
    rows, columns = sa[-2:-1] if axes[0] == 2 else (), sb[-1:] if axes[1] == 2 else ()
    return _result(product_dtype(a, b), (*stack, *rows, *columns))


@shape_function(np.dot)
def dot(call: Call) -> Type:
    """`np.dot`: a product with a scalar, or over the last axis of `a` and the last but one of `b`."""
    a, b = call.array(0), call.array(1)
    dtype = product_dtype(a, b)
    if a.shape == () or b.shape == ():
        return of_elements(np.multiply, (a, b))
    if a.shape is None or b.shape is None:
        return Array(dtype)
    return _result(dtype, (*a.shape[:-1], *b.shape[:-2], *(b.shape[-1:] if len(b.shape) > 1 else ())))


@shape_function(np.inner)
def inner(call: Call) -> Type:
    """A product over the last axis of both."""
    a, b = call.array(0), call.array(1)
    dtype = product_dtype(a, b)
    if a.shape == () or b.shape == ():
        return of_elements(np.multiply, (a, b))
    return _result(dtype, (*known_shape(a)[:-1], *known_shape(b)[:-1]))


@shape_function(np.outer)
def outer(call: Call) -> Type:
    """All products of two flat arrays."""
    a, b = call.array(0), call.array(1)
    return Array(product_dtype(a, b), (product(known_shape(a)), product(known_shape(b))))


@shape_function(np.vdot)
def vdot(call: Call) -> Type:
    """The product of two flat arrays."""
    return scalar_of(product_dtype(call.array(0), call.array(1)))


@shape_function(np.kron)
def kron(call: Call) -> Type:
    """The product of two arrays, block by block."""
    a, b = call.array(0), call.array(1)
    sa, sb = known_shape(a), known_shape(b)
    rank = max(len(sa), len(sb))
    pairs = zip((1,) * (rank - len(sa)) + sa, (1,) * (rank - len(sb)) + sb, strict=True)
    return _result(product_dtype(a, b), tuple(product(p) for p in pairs))


@shape_function(np.tensordot)
def tensordot(call: Call) -> Type:
    """A product over static axes."""
    a, b = call.array(0), call.array(1)
    sa, sb = known_shape(a), known_shape(b)
    axes = call.static(2, "axes", 2)
    if isinstance(axes, int):
        left, right = tuple(range(len(sa) - axes, len(sa))), tuple(range(axes))
    elif isinstance(axes, tuple | list) and len(axes) == 2:
        left, right = axes_of(axes[0], len(sa)), axes_of(axes[1], len(sb))
    else:
        raise Undecided
    shape = tuple(n for i, n in enumerate(sa) if i not in left) + tuple(n for i, n in enumerate(sb) if i not in right)
    return Array(product_dtype(a, b), shape)


@shape_function(np.einsum)
def einsum(call: Call) -> Type:
    """An Einstein sum with static subscripts and without `...`."""
    subscripts = call.static(0, "subscripts", None)
    operands = [call.array(i) for i in range(1, len(call.args))]
    if not isinstance(subscripts, str) or "." in subscripts or {"dtype", "out"} & set(call.kwargs):
        raise Undecided
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    found: dict[str, Length] = {}
    for term, a in zip(terms, operands, strict=True):
        for label, n in zip(term, known_shape(a), strict=True):
            found[label] = broadcast(found[label], n) if label in found else n
    if not arrow:
        output = "".join(sorted(c for c in found if inputs.count(c) == 1))
    t = sampled(_multiplied, tuple(("nd", a.dtype) for a in operands))
    dtype = getattr(t, "dtype", None)
    return _result(dtype, tuple(found[c] for c in output))


def _multiplied(*operands: Any) -> object:
    return np.einsum(",".join("a" * len(operands)) + "->a", *operands)


@shape_function(np.trace)
def trace(call: Call) -> Type:
    """The sum of a diagonal."""
    a = call.array(0, "a")
    shape = known_shape(a)
    gone = (axis_of(call.static(2, "axis1", 0), len(shape)), axis_of(call.static(3, "axis2", 1), len(shape)))
    t = sampled(np.sum, (("nd", a.dtype),))
    return _result(getattr(t, "dtype", None), tuple(n for i, n in enumerate(shape) if i not in gone))
