"""Types of what `scipy.linalg` gives."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from pullback.transpile.abstract import Array, Length, Seq, Static, Type
from pullback.transpile.core import Lit, OpFunction
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.lengths import Shape, add
from pullback.transpile.infer.matrices import dtype_of, smaller
from pullback.transpile.infer.table import TABLE, Call, Undecided, known_shape, shape_function

_LIKE: dict[OpFunction, OpFunction] = {
    linalg.inv: np.linalg.inv, linalg.cholesky: np.linalg.cholesky, linalg.det: np.linalg.det,
    linalg.pinv: np.linalg.pinv, linalg.svdvals: np.linalg.svdvals, linalg.eigvalsh: np.linalg.eigvalsh,
}  # fmt: skip


def _square(call: Call, position: int = 0, name: str = "a") -> tuple[Array, Shape]:
    a = call.array(position, name)
    if len(known_shape(a)) != 2:
        raise Undecided
    return a, known_shape(a)


@shape_function(*_LIKE)
def as_of_numpy(call: Call) -> Type:
    """What NumPy's function of that name gives."""
    op = _LIKE[call.op]
    if "return_rank" in call.kwargs:
        raise Undecided
    return TABLE[op](Call(op, (call.arg(0, "a"),), {}))


@shape_function(linalg.norm)
def norm(call: Call) -> Type:
    """What NumPy's function gives."""
    kwargs = {k: x for k, x in call.kwargs.items() if k != "check_finite"}
    return TABLE[np.linalg.norm](Call(np.linalg.norm, call.args, kwargs))


@shape_function(linalg.solve, linalg.solve_triangular)
def solve(call: Call) -> Type:
    """The solution, in the shape of the right-hand side."""
    a, _ = _square(call)
    b = call.array(1, "b")
    return Array(dtype_of(a, b), known_shape(b))


@shape_function(linalg.solve_banded)
def solve_banded(call: Call) -> Type:
    """The same, for a matrix whose diagonals are given."""
    b = call.array(2, "b")
    return Array(dtype_of(call.array(1, "ab"), b), known_shape(b))


@shape_function(linalg.cho_solve, linalg.lu_solve)
def of_factor(call: Call) -> Type:
    """The same, for a matrix that is factored."""
    factor = call.arg(0, "c_and_lower" if call.op is linalg.cho_solve else "lu_and_piv")
    t = _first(factor, call)
    b = call.array(1, "b")
    return Array(dtype_of(t, b), known_shape(b))


def _first(pair: object, call: Call) -> Array:
    if isinstance(pair, tuple):
        return Call(call.op, pair, {}).array(0)
    t = call.type(0)
    if isinstance(t, Seq) and isinstance(t.items[0], Array):
        return t.items[0]
    raise Undecided


@shape_function(linalg.cho_factor)
def cho_factor(call: Call) -> Type:
    """A factor in one triangle, and which one that is."""
    a, shape = _square(call)
    return Seq("tuple", (Array(dtype_of(a), shape), Static(call.flag(1, "lower"))))


@shape_function(linalg.lu_factor)
def lu_factor(call: Call) -> Type:
    """Both factors in one array, and the pivots."""
    a, shape = _square(call)
    return Seq("tuple", (Array(dtype_of(a), shape), Array("int32", (smaller(*shape),))))


@shape_function(linalg.lu)
def lu(call: Call) -> Type:
    """The order of rows and the factors, or what is left of it in the first one."""
    a, (n, m) = _square(call)
    k, dtype = smaller(n, m), dtype_of(a)
    factors = (Array(dtype, (n, k)), Array(dtype, (k, m)))
    if call.flag(4, "p_indices"):
        raise Undecided
    return Seq("tuple", factors if call.flag(1, "permute_l") else (Array(dtype, (n, n)), *factors))


@shape_function(linalg.qr)
def qr(call: Call) -> Type:
    """Two factors."""
    if call.static(3, "mode", "full") != "economic":
        raise Undecided
    return TABLE[np.linalg.qr](Call(np.linalg.qr, (call.arg(0, "a"),), {}))


@shape_function(linalg.svd)
def svd(call: Call) -> Type:
    """Singular vectors, values, vectors; or the values alone."""
    kwargs = {k: x for k, x in call.kwargs.items() if k in ("full_matrices", "compute_uv")}
    return TABLE[np.linalg.svd](Call(np.linalg.svd, call.args, kwargs))


@shape_function(linalg.eigh)
def eigh(call: Call) -> Type:
    """Real eigenvalues and the matrix of eigenvectors, or the values alone."""
    op = np.linalg.eigvalsh if call.flag(99, "eigvals_only") else np.linalg.eigh
    return TABLE[op](Call(op, (call.arg(0, "a"),), {}))


@shape_function(
    linalg.expm, linalg.sqrtm, linalg.logm, linalg.sinm, linalg.cosm, linalg.tanm, linalg.sinhm, linalg.coshm,
    linalg.tanhm,
)  # fmt: skip
def of_same_shape(call: Call) -> Type:
    """A matrix for a square matrix: a real one for a real one, or the rule refuses it when it runs."""
    a, shape = _square(call, 0, "A")
    return Array(dtype_of(a), shape)


@shape_function(linalg.expm_frechet)
def expm_frechet(call: Call) -> Type:
    """The exponential and its change, or the change alone."""
    a, shape = _square(call, 0, "A")
    dtype = dtype_of(a, call.array(1, "E"))
    one = Array(None if dtype == "float32" else dtype, shape)
    return Seq("tuple", (one, one)) if call.flag(3, "compute_expm", True) else one


@shape_function(linalg.solve_sylvester, linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov)
def of_equations(call: Call) -> Type:
    """A matrix of the shape of the right-hand side."""
    names = ("a", "b", "q") if call.op is linalg.solve_sylvester else ("a", "q")
    given = [call.array(k, name) for k, name in enumerate(names)]
    return Array(dtype_of(*given), known_shape(given[-1]))


@shape_function(linalg.toeplitz, linalg.hankel, linalg.circulant)
def of_diagonals(call: Call) -> Type:
    """A matrix whose diagonals are lines of equal elements."""
    c = call.array(0, "c")
    (n,) = known_shape(c)
    if call.op is linalg.circulant or call.arg(1, "r", Lit(None)) == Lit(None):
        return Array(c.dtype, (n, n))
    r = call.array(1, "r")
    t = of_elements(np.add, (c, r))
    return Array(t.dtype if isinstance(t, Array) else None, (n, *known_shape(r)))


@shape_function(linalg.block_diag)
def block_diag(call: Call) -> Type:
    """Matrices along the diagonal of one."""
    rows: Length = 0
    width: Length = 0
    dtypes = []
    for k in range(len(call.args)):
        a = call.array(k)
        shape = (1, 1, *known_shape(a))[-2:]
        rows, width = add(rows, shape[0]), add(width, shape[1])
        dtypes.append(a.dtype)
    return Array(None if None in dtypes else str(np.result_type(*filter(None, dtypes))), (rows, width))
