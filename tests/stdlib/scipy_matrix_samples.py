"""Calls of `scipy.linalg` and `scipy.signal` at which rules are tested."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, signal

from pullback import runtime
from tests.stdlib.matrix_samples import apart, regular
from tests.stdlib.samples import add, call, normal

SYSTEMS = (((3, 3), (3,)), ((3, 3), (3, 2)), ((1, 1), (1, 1)))


def shuffled(n: int) -> Any:
    """A matrix whose factorisation exchanges rows."""
    return regular(n, n)[::-1].copy()


# equations
add(
    linalg.solve,
    samples=[
        *(call(regular(*a), normal(*b)) for a, b in SYSTEMS), call(regular(3, 3), normal(3), check_finite=False),
        call(regular(3, 3), normal(3), assume_a="gen"), call(regular(3, 3), normal(3, 2), transposed=True),
    ],
)  # fmt: skip
add(
    linalg.solve_triangular,
    samples=[
        *(call(regular(*a), normal(*b)) for a, b in SYSTEMS), call(regular(3, 3), normal(3), lower=True),
        call(regular(3, 3), normal(3), trans=1), call(regular(3, 3), normal(3, 2), trans="T", lower=True),
        call(regular(3, 3), normal(3), lower=True, unit_diagonal=True),
        call(regular(2, 2), normal(2), check_finite=False),
        call(regular(3, 3), normal(3, 1), trans="N", unit_diagonal=True),
    ],
)  # fmt: skip
BANDS = np.array([[0.3, -0.2, 0.5, 0.1], [4.0, 5.0, 6.0, 5.0], [0.7, 0.4, -0.6, 0.2], [0.1, 0.3, 0.2, 0.5]])
add(
    linalg.solve_banded,
    samples=[
        call((1, 1), BANDS[:3], normal(4)), call((2, 1), BANDS, normal(4, 2)),
        call((1, 2), BANDS[[2, 0, 1, 3]], normal(4)),
        call((0, 0), BANDS[1:2], normal(4)), call((1, 0), BANDS[1:3], normal(4), check_finite=False),
    ],
)  # fmt: skip
add(
    linalg.solve_sylvester,
    samples=[call(regular(3, 3), regular(2, 2), normal(3, 2)), call(regular(2, 2), regular(2, 2), normal(2, 2))],
)
add(linalg.solve_continuous_lyapunov, samples=[call(regular(3, 3), normal(3, 3)), call(regular(1, 1), normal(1, 1))])
add(linalg.solve_discrete_lyapunov, samples=[call(0.2 * regular(3, 3), normal(3, 3))])

# factors
for n in (3, 1, 4):
    add(linalg.lu, samples=[call(shuffled(n)), call(shuffled(n), permute_l=True)])
    add(linalg.lu_factor, samples=[call(shuffled(n))])
LU, PIVOTS = linalg.lu_factor(shuffled(3))
add(
    linalg.lu_solve,
    samples=[
        call((LU, PIVOTS), normal(3)), call((LU, PIVOTS), normal(3, 2)), call((LU, PIVOTS), normal(3), trans=1),
        call((LU, PIVOTS), normal(3, 2), trans=1),
    ],
)  # fmt: skip
for lower in (True, False):
    add(
        linalg.cho_solve,
        samples=[call((regular(3, 3), lower), normal(3)), call((regular(3, 3), lower), normal(3, 2))],
    )
add(linalg.cholesky, linalg.cho_factor, linalg.eigh, linalg.eigvalsh, samples=[])  # tests/stdlib/test_scipy_linalg.py
add(linalg.qr, samples=[call(apart(*s), mode="economic") for s in ((3, 3), (4, 2), (1, 1))])
add(
    linalg.svd,
    samples=[
        call(apart(3, 2), full_matrices=False), call(apart(2, 3), full_matrices=False),
        call(apart(3, 3), compute_uv=False),
    ],
)  # fmt: skip

# functions of one matrix
add(linalg.inv, linalg.det, samples=[call(regular(3, 3)), call(regular(1, 1)), call(regular(3, 3), check_finite=False)])
add(linalg.pinv, linalg.svdvals, samples=[call(apart(3, 2)), call(apart(2, 4))])
add(
    linalg.norm,
    samples=[call(normal(3, 2)), call(normal(4), ord=1), call(apart(3, 3), ord="nuc"), call(normal(2, 3), axis=1)],
)
add(linalg.expm, samples=[call(normal(2, 2)), call(np.zeros((2, 2)))])
add(
    linalg.expm_frechet,
    samples=[call(normal(2, 2), normal(2, 2), compute_expm=False), call(normal(2, 2), normal(2, 2))],
)
add(linalg.sqrtm, samples=[call(regular(3, 3) + 2.0 * np.eye(3)), call(regular(2, 2) + 2.0 * np.eye(2))])
for f in (linalg.logm, linalg.sinm, linalg.cosm, linalg.tanm, linalg.sinhm, linalg.coshm, linalg.tanhm):
    add(f, samples=[call(0.2 * regular(3, 3) + np.eye(3)), call(np.array([[0.7]]))])
add(runtime.require_real, samples=[call(normal(2, 2), "a root", only=(0,))])

# matrices that are made
add(linalg.toeplitz, linalg.hankel, samples=[call(normal(3)), call(normal(3), normal(4)), call(normal(1), normal(2))])
add(linalg.circulant, samples=[call(normal(3)), call(normal(1))])
add(
    linalg.block_diag,
    samples=[call(normal(2, 3), normal(1, 1)), call(normal(2, 2)), call(normal(3), normal(2, 2), normal(1, 2))],
)

# signals
LINES = ((5, 3), (3, 5), (4, 4), (1, 3), (4, 1))
TABLES = (((4, 3), (2, 3)), ((2, 2), (3, 4)), ((3, 4), (1, 2)))
for mode in ("full", "same", "valid"):
    add(
        signal.convolve, signal.correlate,
        samples=[
            *(call(normal(n), normal(m), mode=mode) for n, m in LINES),
            *(call(normal(*a), normal(*b), mode=mode) for a, b in TABLES),
        ],
    )  # fmt: skip
    add(
        signal.fftconvolve, signal.oaconvolve,
        samples=[call(normal(5), normal(3), mode=mode), call(normal(4, 3), normal(2, 3), mode=mode)],
    )  # fmt: skip
    add(signal.convolve2d, signal.correlate2d, samples=[call(normal(*a), normal(*b), mode=mode) for a, b in TABLES])
add(signal.convolve, signal.correlate, samples=[call(normal(3, 2, 2), normal(2, 1, 2)), call(normal(4), normal(2))])
add(signal.convolve, samples=[call(normal(5), normal(3), method="direct"), call(normal(5), normal(3), method="fft")])
FILTERS = (np.array([0.5, 0.2]), np.array([2.0, -0.3, 0.1]))
add(
    signal.lfilter,
    samples=[
        call(*FILTERS, normal(6), only=(2,)), call(*FILTERS, normal(3, 4), only=(2,)),
        call(*FILTERS, normal(4, 2), axis=0, only=(2,)),
    ],
)  # fmt: skip
add(
    signal.detrend,
    samples=[call(normal(6)), call(normal(3, 5)), call(normal(5, 2), axis=0), call(normal(3, 4), type="constant")],
)
