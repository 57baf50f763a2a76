"""Kinds of numbers for JAX: gradients have those of the arguments, in 32 bits and in 64; what float64 becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.jax_programs import NAMES, programs

jax = pytest.importorskip("jax")


@pytest.fixture
def wide(request: pytest.FixtureRequest) -> Iterator[bool]:
    """JAX in 64 bits, or in 32."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield request.param
    jax.config.update("jax_enable_x64", before)


KINDS = [("bfloat16", False), ("float32", False), ("bfloat16", True), ("float32", True), ("float64", True)]


@pytest.mark.parametrize(("dtype", "wide"), KINDS, indirect=["wide"])
@pytest.mark.parametrize("name", [name for name in NAMES if programs()[name].wrt is not None])
def test_gradients_have_the_dtypes_of_the_arguments(name: str, dtype: str, wide: bool) -> None:
    program = programs()[name].in_precision(dtype)
    known = {k: program.args[k] for k in program.static}
    free = {k: x for k, x in enumerate(program.args) if k not in known}
    function = program.function()
    out = jax.eval_shape(lambda free: function(*({**known, **free}[k] for k in range(len(program.args)))), free)
    grads = out[1] if program.name.endswith("value_and_grad") else out
    assert program.wrt is not None
    for k, d in zip(program.wrt, grads if isinstance(grads, tuple) else (grads,), strict=True):
        arrays = [x for x in jax.tree.leaves(program.args[k]) if isinstance(x, np.ndarray)]
        for x, g in zip(arrays, jax.tree.leaves(d), strict=bool(arrays)):
            assert (g.shape, g.dtype) == (x.shape, jax.numpy.dtype(dtype))


def mixed(x: Any, scale: float) -> Any:
    return np.sum(np.max(x) * x * scale) * 0.5


@pytest.mark.parametrize("wide", [False, True], indirect=True)
def test_numbers_of_python_take_the_kind_of_what_they_meet(wide: bool) -> None:
    for dtype in ("bfloat16", "float16", "float32"):
        x = jax.numpy.ones(3, dtype)
        value, (dx, dscale) = pullback.value_and_grad(mixed, wrt=(0, 1), backend="jax")(x, 2.0)
        assert value.dtype == dx.dtype == dscale.dtype == dtype


@pytest.mark.parametrize("wide", [False], indirect=True)
def test_float64_becomes_float32_where_jax_works_in_32_bits(wide: bool) -> None:
    """Silently, as in any program for JAX: an array of NumPy that is given, and what is computed."""
    x = np.array([0.1, 0.7, -0.3])
    gradient = pullback.grad(mixed, backend="jax")
    for found in (gradient(x, 2.0), jax.jit(gradient)(x, 2.0)):
        assert found.dtype == "float32"
        np.testing.assert_allclose(found, pullback.grad(mixed)(x, 2.0), rtol=1e-6)


@pytest.mark.parametrize("wide", [True], indirect=True)
def test_float64_stays_where_jax_works_in_64_bits(wide: bool) -> None:
    x = np.array([0.1, 0.7, -0.3])
    found = pullback.grad(mixed, backend="jax")(x, 2.0)
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, pullback.grad(mixed)(x, 2.0), rtol=1e-15)
