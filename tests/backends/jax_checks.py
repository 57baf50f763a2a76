"""What a function's derivative for JAX is held against."""

from __future__ import annotations

import copy
from typing import Any

import jax
import numpy as np

import pullback
from tests.backends.test_jax import namespace
from tests.backends.ways import ways


def agrees(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...], rtol: float = 1e-10) -> str:
    """Hold value and gradient, under `jit` and without it, against those for NumPy; gives the text.

    Integers and booleans of Python are known while tracing, those in structures too.
    """
    wanted = pullback.value_and_grad(f, wrt=wrt)(*copy.deepcopy(args))
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args)
    emitted = namespace(derived.source)[f"{f.__name__}_value_and_grad"]
    known = tuple(k for k, a in enumerate(args) if type(a) in (int, bool))
    for run in ways(f.__name__, derived, jax.jit(emitted, static_argnums=known)):
        found = run(*copy.deepcopy(args))
        assert jax.tree.structure(found) == jax.tree.structure(wanted)
        for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
            assert np.shape(x) == np.shape(y)
            assert np.asarray(x).dtype == np.asarray(y).dtype
            np.testing.assert_allclose(x, y, rtol=rtol, atol=rtol)
    return derived.source
