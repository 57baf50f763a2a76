"""Functions of a matrix, of `scipy.linalg`: logarithm, sine and the like.

How such a function changes with its matrix is a block of it: that of `[[A, E], [0, A]]` is `[[f(A), L], [0, f(A)]]`,
with the change `L` along `E`. For a cotangent the matrix is transposed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.runtime import require_real
from pullback.stdlib.registry import fresh, refused, rule
from pullback.stdlib.scipy_rules.linalg import in_kind
from pullback.stdlib.scipy_rules.stacks import require_one

FUNCTIONS = (linalg.logm, linalg.sinm, linalg.cosm, linalg.tanm, linalg.sinhm, linalg.coshm, linalg.tanhm)
fresh(*FUNCTIONS)
refused(linalg.fractional_matrix_power, way_round="Write it as scipy.linalg.expm(t * scipy.linalg.logm(a)).")
refused(
    linalg.funm, linalg.signm,
    way_round="Of a symmetric matrix: w, v = scipy.linalg.eigh(a), then (v * f(w)) @ v.T.",
)  # fmt: skip


def corner(A: Any, E: Any) -> Any:
    """The matrix `[[A, E], [0, A]]`, of 64 bits, so that SciPy does not lose half of the digits of 32."""
    whole = np.block([[A, E], [np.zeros_like(A), A]])
    return whole.astype(np.float64) if A.dtype == np.float32 else whole


def changed(moved: Any, A: Any) -> Any:
    """The upper right block, where it is real."""
    n = A.shape[0]
    return in_kind(require_real(moved, "a function of a matrix")[:n, n:], A)


def of_function(f: Any) -> None:
    """The rules of a function of one matrix."""

    @rule(f, whole=True)
    def reverse(ct: Any, out: Any, A: Any) -> Any:
        require_one("a function of a matrix", A.ndim)
        return changed(f(corner(A.T, ct)), A)

    @rule.forward(f)
    def forward(tangents: Any, out: Any, A: Any) -> Any:
        require_one("a function of a matrix", A.ndim)
        return changed(f(corner(A, tangents[0])), A)


for function in FUNCTIONS:
    of_function(function)

