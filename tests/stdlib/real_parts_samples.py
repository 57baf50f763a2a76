"""Calls of the functions of complex numbers with real ones; those with complex numbers are in `complex_calls.py`."""

from __future__ import annotations

import builtins

import numpy as np

from pullback import runtime
from tests.stdlib.samples import add, call, normal, unary

add(np.real, np.imag, samples=unary(0.3, 2.0))
add(np.angle, samples=unary(0.3, 2.0))
add(*(getattr(np.fft, f) for f in np.fft.__all__ if not f.endswith("freq")), samples=[])
add(builtins.complex, np.complex64, np.complex128, samples=[])
add(
    runtime.resized,
    samples=[
        call(normal(3, 4), np.ones((2, 5)), only=(0,)),
        call(normal(3), np.ones(3), only=(0,)),
        call(normal(2, 1, 3), np.ones((0, 2, 3)), only=(0,)),
    ],
)
