"""Calls of `numpy.linalg` at which its rules are tested. What takes a symmetric matrix is in `test_matrices.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback import runtime
from tests.stdlib.samples import add, call, normal, zeroed

STACKS = ((3, 3), (1, 1), (2, 3, 3), (2, 1, 2, 2), (1, 2, 2))


def regular(*shape: int) -> Any:
    """Square matrices that are far from singular ones."""
    return normal(*shape) + 3.0 * np.eye(shape[-1])


def apart(*shape: int) -> Any:
    """Matrices whose singular values are apart from each other and from 0."""
    u, _, vh = np.linalg.svd(normal(*shape), full_matrices=False)
    return (u * (1.0 + np.arange(min(shape[-2:])))) @ vh


of_stacks = [call(regular(*s)) for s in STACKS]
add(np.linalg.det, np.linalg.inv, np.linalg.slogdet, runtime.cofactors, samples=of_stacks)
add(np.linalg.det, samples=[call(np.ones((2, 2))), call(np.arange(9.0).reshape(3, 3)), call(np.zeros((2, 3, 3)))])
add(np.linalg.det, np.linalg.inv, samples=[call(normal(0, 2, 2))])
add(
    runtime.through_cholesky,
    samples=[call(normal(*s), np.linalg.cholesky(np.eye(s[-1]) + 0.1)) for s in ((3, 3), (1, 1), (2, 2, 2))],
)
SYSTEMS = (
    ((3, 3), (3,)), ((3, 3), (3, 2)), ((1, 1), (1,)), ((2, 3, 3), (3,)), ((2, 3, 3), (2, 3, 2)), ((3, 3), (2, 3, 1)),
    ((2, 3, 3), (3, 2)), ((2, 1, 3, 3), (4, 3, 2)), ((3, 3), (3, 0)),
)  # fmt: skip
add(np.linalg.solve, samples=[call(regular(*a), normal(*b)) for a, b in SYSTEMS])
add(
    np.linalg.tensorinv,
    samples=[call(regular(6, 6).reshape(2, 3, 6), ind=2), call(regular(4, 4).reshape(4, 2, 2), ind=1)],
)
add(
    np.linalg.tensorsolve,
    samples=[
        call(regular(6, 6).reshape(2, 3, 6), normal(2, 3)),
        call(regular(6, 6).reshape(6, 2, 3), normal(6)),
        call(regular(3, 3), normal(3)),
    ],
)
add(np.linalg.matrix_power, samples=[call(regular(3, 3), n=n) for n in (0, 1, 2, 3, 4, 7, -1, -2, -3)])
add(np.linalg.matrix_power, samples=[call(regular(2, 2, 2), n=n) for n in (2, 3, -1)])
CHAINS = (
    ((2, 3), (3, 4), (4, 2)), ((3,), (3, 4), (4,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2), (2, 4), (4,)),
    ((1, 2), (2, 1)), ((3,), (3,)),
)  # fmt: skip
add(np.linalg.multi_dot, samples=[call([normal(*s) for s in shapes]) for shapes in CHAINS])
WIDE_AND_HIGH = ((3, 3), (4, 2), (2, 4), (2, 3, 2), (1, 3), (3, 1))
add(np.linalg.pinv, np.linalg.svdvals, samples=[call(apart(*s)) for s in WIDE_AND_HIGH])
add(
    np.linalg.svd,
    samples=[
        *(call(apart(*s), full_matrices=False) for s in WIDE_AND_HIGH),
        call(apart(3, 2), compute_uv=False),
        call(apart(2, 2, 3), compute_uv=False, full_matrices=False),
    ],
)
add(np.linalg.qr, samples=[call(apart(*s)) for s in ((3, 3), (4, 2), (2, 4, 3), (1, 1), (3, 1))])
add(np.linalg.qr, samples=[call(apart(4, 2), mode="r"), call(apart(2, 3, 3), mode="r")])

# norms
ORDERS = (None, 1, 2, 3, 2.5, 0.5, np.inf, -np.inf, 0)
add(np.linalg.norm, samples=[call(normal(4), ord=p) for p in ORDERS])
add(np.linalg.norm, samples=[call(normal(2, 3, 2), ord=p, axis=1) for p in (1, 3, np.inf)])
add(np.linalg.norm, samples=[call(normal(3, 2), ord=p, axis=-1, keepdims=True) for p in (2, 1.5, -np.inf)])
add(np.linalg.norm, samples=[call(normal(3, 2), axis=0), call(normal(2, 3, 2)), call(zeroed(normal(4), 1), ord=3)])
OF_MATRICES = ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
add(np.linalg.norm, samples=[call(apart(3, 2), ord=p) for p in OF_MATRICES])
add(np.linalg.norm, samples=[call(apart(2, 3, 3), ord=p, axis=(-2, -1), keepdims=True) for p in OF_MATRICES])
add(np.linalg.norm, samples=[call(apart(2, 3, 4), ord=p, axis=(2, 0)) for p in ("fro", "nuc", 1, np.inf, 2)])
add(np.linalg.norm, samples=[call(normal(2, 3, 4), axis=(2, 0)), call(normal(2, 3), keepdims=True)])
add(
    np.linalg.vector_norm,
    samples=[
        call(normal(4)), call(normal(2, 3)), call(normal(2, 3), axis=1, ord=1), call(normal(2, 3), axis=(0, 1), ord=3),
        call(normal(2, 3, 2), axis=(0, 2), ord=np.inf, keepdims=True),
    ],
)  # fmt: skip
add(
    np.linalg.matrix_norm,
    samples=[call(apart(3, 2)), call(apart(2, 3, 3), ord="nuc", keepdims=True), call(apart(2, 2, 3), ord=1)],
)
CONDITIONS = (None, 2, -2, "fro", 1, -1, np.inf, "nuc")
add(np.linalg.cond, samples=[call(apart(3, 3), p=p) for p in CONDITIONS])
add(np.linalg.cond, samples=[call(apart(2, 4, 2)), call(apart(2, 3, 3), p=1)])

# products and diagonals under their second names
add(np.linalg.matmul, samples=[call(normal(2, 3), normal(3, 2)), call(normal(2, 2, 3), normal(3, 1))])
add(np.linalg.outer, samples=[call(normal(3), normal(2))])
add(np.linalg.tensordot, samples=[call(normal(2, 3), normal(3, 2), axes=1), call(normal(2, 3), normal(2, 3))])
add(
    np.linalg.vecdot,
    samples=[call(normal(2, 3), normal(3)), call(normal(3, 2), normal(3, 2), axis=0), call(normal(3), normal(3))],
)
add(
    np.linalg.cross,
    samples=[
        call(normal(3), normal(3)), call(normal(2, 3), normal(3)), call(normal(3, 2), normal(3, 2), axis=0),
        call(normal(1, 3), normal(4, 3)),
    ],
)  # fmt: skip
add(np.linalg.matrix_transpose, samples=[call(normal(2, 3)), call(normal(4, 2, 3))])
for op in (np.linalg.trace, np.linalg.diagonal):
    add(op, samples=[call(normal(3, 3)), call(normal(2, 3, 4), offset=1), call(normal(4, 2), offset=-1)])
add(np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh, np.linalg.lstsq, samples=[])
add(np.linalg.eig, np.linalg.eigvals, samples=[])  # tests/stdlib/test_complex_programs.py
