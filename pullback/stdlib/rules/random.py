"""Random numbers: constants for their keys, and moving with the bounds or the arrays that they are drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import scatter_add
from pullback.stdlib import random
from pullback.stdlib.registry import constant, linear, rule

constant(
    random.key, random.split, random.fold_in, random.bits, random.normal, random.exponential, random.gumbel,
    random.bernoulli, random.randint, random.categorical,
)  # fmt: skip
linear(random.permutation, random.choice, at=(1,))


@rule(random.uniform)
def uniform(ct: Any, out: Any, key: Any, shape: Any, dtype: Any, minval: Any, maxval: Any) -> Any:
    u = np.where(minval < maxval, random.uniform(key, shape, dtype), 0.0)  # of bounds in disorder it is the first
    return None, None, None, ct * (1.0 - u), ct * u


@rule(random.truncated_normal)
def truncated_normal(
    ct: Any, out: Any, key: Any, lower: Any, upper: Any, *, shape: Any = None, dtype: Any = float
) -> Any:
    u = random.uniform(key, np.shape(out), dtype)
    d_lower = ct * (1.0 - u) * np.exp(0.5 * (out * out - lower * lower))
    return None, d_lower, ct * u * np.exp(0.5 * (out * out - upper * upper))


@rule(random.permutation)
def permutation(ct: Any, out: Any, key: Any, x: Any, *, axis: Any = 0) -> Any:
    return None, np.take(ct, np.argsort(random.permutation(key, x.shape[axis])), axis)


@rule(random.choice)
def choice(
    ct: Any, out: Any, key: Any, a: Any, *, shape: Any = (), replace: Any = True, p: Any = None, axis: Any = 0
) -> Any:
    return None, scatter_add(ct, a, random.choice(key, a.shape[axis], shape=shape, replace=replace, p=p), axis)
