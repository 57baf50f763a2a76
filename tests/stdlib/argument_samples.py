"""Calls with other arguments of operations that have samples already: axes, offsets, subscripts, shifts."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.stdlib.samples import add, call, normal

add(
    np.trace,
    samples=[
        call(normal(3, 3), axis1=1, axis2=0), call(normal(2, 3, 4), axis1=2, axis2=0),
        call(normal(2, 3, 3), axis1=-2, axis2=-1),
        call(normal(3, 4), offset=1, axis1=1, axis2=0), call(normal(2, 3, 2, 3), offset=1, axis1=1, axis2=3),
    ],
)  # fmt: skip
add(np.nan_to_num, samples=[call(normal(3), nan=2.0, posinf=1.0, neginf=-1.0)])
EINSUMS = (
    ("...ii->...i", (2, 3, 3)), ("ii...->i...", (3, 3, 2)), ("...i,ij,j...->...", (2, 3), (3, 4), (4, 2)),
    ("i,i,i->", (3,), (3,), (3,)), ("ij,jk,kl->", (2, 3), (3, 2), (2, 2)), ("iij,j->i", (2, 2, 3), (3,)),
    ("...,...", (2, 3), (3,)), ("i...,j...->ij...", (2, 3), (4, 1)), ("abab->ab", (2, 3, 2, 3)),
    ("ab,ba,a", (2, 3), (3, 2), (2,)),
)  # fmt: skip
add(np.einsum, samples=[call(text, *(normal(*s) for s in shapes)) for text, *shapes in EINSUMS])
TENSORS: tuple[Any, ...] = (0, 1, ((), ()), ((2,), (0,)), ((-1, 0), (0, 2)))
add(np.tensordot, samples=[call(normal(2, 3, 4), normal(4, 3, 2), axes=axes) for axes in TENSORS])
add(
    np.roll,
    samples=[
        call(normal(2, 3), shift=(1, 2), axis=1),
        call(normal(2, 3), shift=1, axis=(0, 1)),
        call(normal(0), shift=1),
    ],
)
add(np.repeat, samples=[call(normal(3), repeats=[1, 0, 2]), call(normal(2, 3), repeats=[2, 1], axis=0)])
add(np.flip, samples=[call(normal(2, 3, 2), axis=(1, 2)), call(normal(2, 3, 2), axis=-2)])
add(np.rot90, samples=[call(normal(2, 3, 4), k=3, axes=(1, 2)), call(normal(2, 3), k=-5)])
add(np.diff, samples=[call(normal(2, 4, 3), n=2, axis=1), call(normal(3), n=3), call(normal(0))])
add(np.diag, samples=[call(normal(2), k=-2), call(normal(4, 2), k=-3), call(normal(0))])
add(np.tril, np.triu, samples=[call(normal(2, 3, 4), k=2), call(normal(3, 2), k=-2)])
add(np.cumsum, samples=[call(normal(2, 3, 2), axis=-2)])
