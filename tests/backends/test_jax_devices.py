"""Emitted code on several devices, of which one process makes eight, and on arrays that it may write over."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.jax_programs import programs

jax = pytest.importorskip("jax")

SPREAD = """
import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 8)
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import PartitionSpec as P

import pullback
from tests.backends.devices import MODELS

mesh = jax.make_mesh((8,), ("data",), axis_types=(jax.sharding.AxisType.Auto,))
for name, (f, wrt, params, batch) in MODELS.items():
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax")

    def mean_of_parts(params, batch):
        return lax.pmean(derived(*params, *batch), "data")

    options = {"mesh": mesh, "in_specs": (P(), P("data")), "out_specs": P()}
    spread = jax.shard_map(mean_of_parts, check_vma=False, **options)
    value, grads = jax.jit(spread)(params, batch)
    wanted_value, wanted = pullback.value_and_grad(f, wrt=wrt)(*params, *batch)
    np.testing.assert_allclose(value, wanted_value, rtol=1e-12)
    for x, y in zip(jax.tree.leaves(grads), jax.tree.leaves(wanted), strict=True):
        assert x.shape == y.shape and x.dtype == y.dtype
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12)
        assert len(x.sharding.device_set) == 8
    print(name, len(jax.devices()))
"""


def test_parts_of_a_batch_on_eight_devices() -> None:
    """The mean over the devices of loss and gradient is that of the whole batch."""
    done = subprocess.run([sys.executable, "-c", SPREAD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == ["dense 8", "recurrent 8", "settled 8"]


def heat(u: Any, alpha: float) -> Any:
    for _ in range(10):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def test_an_array_that_is_written_may_be_given_away() -> None:
    u = jax.numpy.linspace(0.0, 1.0, 4096, dtype="float32") ** 2
    primal = pullback.differentiable(heat, backend="jax").primal
    wanted = jax.jit(primal)(u, 0.1)
    given = jax.jit(primal, donate_argnums=0)
    assert given.lower(u, 0.1).compile().memory_analysis().alias_size_in_bytes >= u.nbytes
    np.testing.assert_array_equal(given(u, 0.1), wanted)
    assert u.is_deleted()


def test_a_gradient_may_take_the_place_of_its_argument() -> None:
    program = programs()["heat_jax"].in_precision("float32")
    given = jax.jit(program.function(), static_argnums=program.static, donate_argnums=0)
    u = jax.numpy.asarray(program.args[0])
    memory = given.lower(u, *program.args[1:]).compile().memory_analysis()
    assert memory.alias_size_in_bytes >= u.nbytes
