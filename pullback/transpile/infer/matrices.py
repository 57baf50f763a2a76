"""Types of what `numpy.linalg` gives: of functions of one matrix or a stack of them, of equations, of norms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile.abstract import Array, Length, Scalar, Seq, Type
from pullback.transpile.core import Lit
from pullback.transpile.infer import lengths
from pullback.transpile.infer.lengths import Shape, anonymous, broadcast_shapes
from pullback.transpile.infer.sampling import sampled, scalar_of
from pullback.transpile.infer.table import TABLE, Call, Undecided, axis_of, known_shape, shape_function


def _of_one(x: Any) -> Any:
    """What decides the dtype of all results: the inverse of a matrix of one element."""
    return np.linalg.inv(np.reshape(x, (1, 1)) * 0 + 1)


def _norm_of_one(x: Any) -> Any:
    return np.linalg.norm(np.reshape(x, (1, 1)))


def dtype_of(*operands: Array, real: bool = False) -> str | None:
    """The dtype of the results of these operands; `real`: of those that are real where the operands are complex."""
    found = [getattr(sampled(_norm_of_one if real else _of_one, (("nd", a.dtype),)), "dtype", None) for a in operands]
    return None if None in found else str(np.result_type(*filter(None, found)))


def _held(dtype: str | None, shape: Shape) -> Type:
    return Array(dtype, shape) if shape else scalar_of(dtype)


def _matrix(call: Call, position: int = 0, name: str = "a") -> tuple[Array, Shape, Length, Length]:
    """An operand, and the axes of the stack, the rows and the columns that it has."""
    a = call.array(position, name)
    shape = known_shape(a)
    if len(shape) < 2:
        raise Undecided
    return a, shape[:-2], shape[-2], shape[-1]


def smaller(n: Length, m: Length) -> Length:
    """The smaller one of two lengths."""
    if isinstance(n, int) and isinstance(m, int):
        return min(n, m)
    if lengths.same(n, m):
        return n
    not_one = lengths.minimum(n) >= 2 and lengths.minimum(m) >= 2
    return lengths.derived("min({},{})", *sorted((n, m), key=lengths.text), not_one=not_one)


@shape_function(np.linalg.inv, np.linalg.cholesky, np.linalg.matrix_power, runtime.cofactors)
def of_same_shape(call: Call) -> Type:
    """A matrix for a square matrix."""
    a, stack, n, m = _matrix(call)
    return Array(dtype_of(a), (*stack, n, m))


@shape_function(np.linalg.pinv)
def pinv(call: Call) -> Type:
    """A matrix with rows and columns exchanged."""
    a, stack, n, m = _matrix(call)
    return Array(dtype_of(a), (*stack, m, n))


@shape_function(np.linalg.det)
def det(call: Call) -> Type:
    """A number for each matrix."""
    a, stack, _, _ = _matrix(call)
    return _held(dtype_of(a), stack)


@shape_function(np.linalg.cond)
def cond(call: Call) -> Type:
    """A real number for each matrix."""
    a, stack, _, _ = _matrix(call, name="x")
    return _held(dtype_of(a, real=True), stack)


@shape_function(np.linalg.matrix_rank)
def matrix_rank(call: Call) -> Type:
    """A count for each matrix."""
    _, stack, _, _ = _matrix(call, name="A")
    return _held("int64", stack)


@shape_function(np.linalg.slogdet)
def slogdet(call: Call) -> Type:
    """The sign and the logarithm of the size of each determinant."""
    a, stack, _, _ = _matrix(call)
    return Seq("tuple", (_held(dtype_of(a), stack), _held(dtype_of(a, real=True), stack)), ("sign", "logabsdet"))


@shape_function(np.linalg.eigvalsh, np.linalg.svdvals)
def real_values(call: Call) -> Type:
    """Real numbers in order, for each matrix."""
    a, stack, n, m = _matrix(call, name="x" if call.op is np.linalg.svdvals else "a")
    return Array(dtype_of(a, real=True), (*stack, smaller(n, m)))


@shape_function(np.linalg.eigh)
def eigh(call: Call) -> Type:
    """Real eigenvalues, and the matrix of eigenvectors."""
    a, stack, n, m = _matrix(call)
    return Seq(
        "tuple",
        (Array(dtype_of(a, real=True), (*stack, m)), Array(dtype_of(a), (*stack, n, m))),
        ("eigenvalues", "eigenvectors"),
    )


@shape_function(np.linalg.eig, np.linalg.eigvals)
def eig(call: Call) -> Type:
    """Eigenvalues and eigenvectors. Of a real matrix they are complex or not, as it happens."""
    a, stack, n, m = _matrix(call)
    dtype = a.dtype if a.dtype in ("complex64", "complex128") else None
    values = Array(dtype, (*stack, m))
    if call.op is np.linalg.eigvals:
        return values
    return Seq("tuple", (values, Array(dtype, (*stack, n, m))), ("eigenvalues", "eigenvectors"))


@shape_function(np.linalg.svd)
def svd(call: Call) -> Type:
    """Singular vectors, values, vectors; or the values alone."""
    a, stack, n, m = _matrix(call)
    k = smaller(n, m)
    values = Array(dtype_of(a, real=True), (*stack, k))
    if not call.flag(2, "compute_uv", True):
        return values
    full = call.flag(1, "full_matrices", True)
    u = Array(dtype_of(a), (*stack, n, n if full else k))
    return Seq("tuple", (u, values, Array(dtype_of(a), (*stack, m if full else k, m))), ("U", "S", "Vh"))


@shape_function(np.linalg.qr)
def qr(call: Call) -> Type:
    """Two factors, or the second one alone."""
    a, stack, n, m = _matrix(call)
    mode, k = call.static(1, "mode", "reduced"), smaller(n, m)
    right = Array(dtype_of(a), (*stack, k, m))
    if mode == "r":
        return right
    if mode != "reduced":
        raise Undecided
    return Seq("tuple", (Array(dtype_of(a), (*stack, n, k)), right), ("Q", "R"))


@shape_function(np.linalg.solve)
def solve(call: Call) -> Type:
    """The solution, in the shape of the right-hand side."""
    a, stack, n, _ = _matrix(call)
    b = call.array(1, "b")
    own = known_shape(b)
    columns = own[-1:] if len(own) > 1 else ()
    return Array(dtype_of(a, b), (*(broadcast_shapes(stack, own[:-2]) or ()), n, *columns))


@shape_function(np.linalg.lstsq)
def lstsq(call: Call) -> Type:
    """The solution, the residuals, the rank and the singular values."""
    a, _, n, m = _matrix(call)
    b = call.array(1, "b")
    dtype = dtype_of(a, b)
    parts = (
        Array(dtype, (m, *known_shape(b)[1:])),
        Array(dtype_of(a, b, real=True), (anonymous(),)),
        Scalar("int", "int32"),
        Array(dtype_of(a, b, real=True), (smaller(n, m),)),
    )
    return Seq("tuple", parts)


@shape_function(np.linalg.tensorinv)
def tensorinv(call: Call) -> Type:
    """The inverse of an array seen as a matrix."""
    a, ind = call.array(0, "a"), call.static(1, "ind", 2)
    shape = known_shape(a)
    return Array(dtype_of(a), (*shape[ind:], *shape[:ind]))


@shape_function(np.linalg.tensorsolve)
def tensorsolve(call: Call) -> Type:
    """The solution of equations with an array seen as a matrix."""
    a, b = call.array(0, "a"), call.array(1, "b")
    if call.static(2, "axes", None) is not None:
        raise Undecided
    return Array(dtype_of(a, b), known_shape(a)[len(known_shape(b)) :])


@shape_function(np.linalg.multi_dot)
def multi_dot(call: Call) -> Type:
    """The product of several matrices, of which the first and the last may be vectors."""
    of = call.arg(0, "arrays")
    if not isinstance(of, tuple):
        raise Undecided
    inner = Call(call.op, of, {})
    arrays = [inner.array(k) for k in range(len(of))]
    t = sampled(_product, tuple(("nd", a.dtype) for a in arrays))
    return _held(getattr(t, "dtype", None), (*known_shape(arrays[0])[:-1], *known_shape(arrays[-1])[1:]))


def _product(*factors: Any) -> Any:
    return np.linalg.multi_dot([np.reshape(x, (1, 1)) for x in factors]) if len(factors) > 1 else factors[0]


@shape_function(np.linalg.vector_norm, np.linalg.matrix_norm)
def norm_of_axes(call: Call) -> Type:
    """A norm over the last two axes, or over those that are given."""
    a = call.array(0, "x")
    shape = known_shape(a)
    axis = (-2, -1) if call.op is np.linalg.matrix_norm else call.static(99, "axis", None)
    given = tuple(range(len(shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {axis_of(k, len(shape)) for k in given}
    if call.flag(99, "keepdims"):
        return Array(dtype_of(a, real=True), tuple(1 if k in gone else n for k, n in enumerate(shape)))
    return _held(dtype_of(a, real=True), tuple(n for k, n in enumerate(shape) if k not in gone))


@shape_function(np.linalg.cross)
def cross(call: Call) -> Type:
    """A vector for each pair of vectors of three elements."""
    a, b = call.array(0, "x1"), call.array(1, "x2")
    t = sampled(np.multiply, (("nd", a.dtype), ("nd", b.dtype)))
    return Array(getattr(t, "dtype", None), broadcast_shapes(known_shape(a), known_shape(b)))


@shape_function(np.linalg.vecdot)
def vecdot(call: Call) -> Type:
    """Products of vectors along an axis."""
    a, b = call.array(0, "x1"), call.array(1, "x2")
    shape = broadcast_shapes(known_shape(a), known_shape(b)) or ()
    gone = axis_of(call.static(2, "axis", -1), len(shape))
    t = sampled(np.multiply, (("nd", a.dtype), ("nd", b.dtype)))
    return _held(getattr(t, "dtype", None), (*shape[:gone], *shape[gone + 1 :]))


def _as(op: Callable[..., Any], **given: int) -> Callable[[Call], Type]:
    """The type that another function of NumPy gives for the same operands."""

    def of_the_other(call: Call) -> Type:
        kwargs = {**{k: Lit(x) for k, x in given.items()}, **call.kwargs}
        return TABLE[op](Call(op, call.args, kwargs))

    return of_the_other


shape_function(np.linalg.tensordot)(_as(np.tensordot))
shape_function(np.linalg.outer)(_as(np.outer))
shape_function(np.linalg.matmul)(_as(np.matmul))
shape_function(np.linalg.matrix_transpose)(_as(np.matrix_transpose))
shape_function(np.linalg.trace)(_as(np.trace, axis1=-2, axis2=-1))
shape_function(np.linalg.diagonal)(_as(np.diagonal, axis1=-2, axis2=-1))
