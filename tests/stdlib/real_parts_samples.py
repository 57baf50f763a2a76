"""Calls of the functions of complex numbers with real ones; those with complex numbers are in `complex_calls.py`."""

from __future__ import annotations

import builtins

import numpy as np

from tests.stdlib.samples import add, unary

add(np.real, np.imag, samples=unary(0.3, 2.0))
add(np.angle, samples=unary(0.3, 2.0))
add(builtins.complex, np.complex64, np.complex128, samples=[])
