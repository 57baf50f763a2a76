"""First values of parameters: each is a function of a key (`pullback.stdlib.random`), a shape and a dtype.

What goes in and what comes out is counted as for kernels (inputs, outputs), and (O, I, k, ...) of convolutions where
channels come first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.stdlib import random


def glorot_uniform(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Uniform within sqrt(6 / (fan in + fan out)) (Glorot and Bengio, 2010): Keras' choice."""
    bound = math.sqrt(6.0 / sum(fans(shape)))
    return random.uniform(key, shape, dtype, -bound, bound)


def glorot_normal(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Normal, of variance 2 / (fan in + fan out)."""
    return _normal(key, shape, dtype, math.sqrt(2.0 / sum(fans(shape))))


def he_uniform(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Uniform within sqrt(6 / fan in) (He and others, 2015)."""
    bound = math.sqrt(6.0 / fans(shape)[0])
    return random.uniform(key, shape, dtype, -bound, bound)


def he_normal(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Normal, of variance 2 / fan in: for what `relu` follows."""
    return _normal(key, shape, dtype, math.sqrt(2.0 / fans(shape)[0]))


def lecun_normal(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Normal, of variance 1 / fan in (LeCun and others, 1998): Chainer's and flax's choice."""
    return _normal(key, shape, dtype, math.sqrt(1.0 / fans(shape)[0]))


def lecun_uniform(key: Any, shape: Any, dtype: Any = float) -> Any:
    """Uniform within sqrt(3 / fan in)."""
    bound = math.sqrt(3.0 / fans(shape)[0])
    return random.uniform(key, shape, dtype, -bound, bound)


def orthogonal(key: Any, shape: Any, dtype: Any = float) -> Any:
    """A matrix whose rows, or columns if these are fewer, are orthonormal (Saxe and others, 2014)."""
    rows, columns = shape
    normal = random.normal(key, (max(rows, columns), min(rows, columns)), dtype)
    q, r = np.linalg.qr(normal)
    q = q * np.where(np.diagonal(r) < 0.0, -1.0, 1.0).astype(q.dtype)  # as likely as any other
    return q if rows >= columns else q.T


def fans(shape: Any) -> tuple[int, int]:
    """How many numbers go into an output of a kernel of this shape, and how many outputs an input goes into."""
    if len(shape) < 2:
        raise ValueError(f"fans: a kernel has two axes at least, this shape is {tuple(shape)}")
    if len(shape) == 2:
        return shape[0], shape[1]
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def _normal(key: Any, shape: Any, dtype: Any, deviation: float) -> Any:
    return random.normal(key, shape, dtype) * np.dtype(dtype).type(deviation)
