"""Parts of complex numbers, and the operations whose rules are right for complex numbers too.

The cotangent of a complex number z = x + iy is dL/dx - i dL/dy, as in JAX: of what is analytic the rule for real
numbers is then that for complex ones, and a real number gets the real part of what comes back to it.
"""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from pullback.runtime import cofactors, product_of_others, through_cholesky
from pullback.stdlib.registry import complex_too, elementwise, is_complex, linear


@elementwise(np.real)
def real(out: Any, val: Any) -> Any:
    return 1.0


@elementwise(np.imag)
def imag(out: Any, val: Any) -> Any:
    return -1j if is_complex(val) else 0.0


@elementwise(np.angle)
def angle(out: Any, z: Any) -> Any:
    return -1j / z if is_complex(z) else 0.0


@elementwise(builtins.complex)
def complex_number(out: Any, real: Any, imag: Any = 0.0) -> Any:
    return 1.0, 1j


@elementwise(np.complex64, np.complex128)
def cast(out: Any, x: Any) -> Any:
    return 1.0


linear(np.real)

# analytic, element by element
complex_too(
    operator.add, np.add, operator.sub, np.subtract, operator.mul, np.multiply, operator.truediv, np.divide,
    operator.neg, np.negative, operator.pos, np.positive, operator.pow, builtins.pow, np.power,
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.square, np.reciprocal,
    np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh,
    np.arctanh,
)  # fmt: skip

# rules that say what complex numbers are to them
complex_too(
    np.real, np.imag, np.angle, np.conjugate, builtins.complex, np.complex64, np.complex128, builtins.abs,
    operator.abs, np.absolute, np.vdot, np.vecdot, np.linalg.vecdot, np.linalg.norm,
    *([np.vecmat] if hasattr(np, "vecmat") else []),
)  # fmt: skip

# linear, or a sum of products
complex_too(
    np.sum, np.mean, np.cumsum, np.prod, product_of_others, builtins.sum, np.where,
    operator.matmul, np.matmul, np.dot, np.inner, np.tensordot, np.outer, np.einsum, np.trace, np.diff,
    np.cumprod, np.cross, np.kron, np.trapezoid, np.polyint, np.polyval, np.vander, np.select, np.choose,
    *([np.cumulative_prod] if hasattr(np, "cumulative_prod") else []),
    *([np.matvec] if hasattr(np, "matvec") else []),
    np.linalg.matmul, np.linalg.tensordot, np.linalg.outer, np.linalg.cross, np.linalg.trace, np.linalg.diagonal,
    np.linalg.matrix_transpose, np.linalg.matrix_power, np.linalg.multi_dot, np.linalg.inv, np.linalg.det, cofactors,
    np.linalg.cholesky, through_cholesky, np.linalg.eigh, np.linalg.eigvalsh, np.linalg.svd, np.linalg.svdvals,
    np.linalg.qr, np.linalg.pinv, np.linalg.slogdet, np.linalg.eig, np.linalg.eigvals, np.linalg.solve,
    np.linalg.tensorinv, np.linalg.tensorsolve,
)  # fmt: skip
