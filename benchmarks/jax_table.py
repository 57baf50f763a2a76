"""Rows about JAX: the emitted text under `jit` against the derivative of a program written for JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import pullback
from benchmarks.jax_programs import JaxProgram
from benchmarks.table import Row, Setting, compared_runs, written


def emitted(program: JaxProgram) -> Callable[..., Any]:
    """Value and gradient as they are written out."""
    derived = pullback.value_and_grad(program.primal, wrt=program.wrt, backend="jax")
    return written(derived.specialize(*program.args))


def on_device(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments with arrays of JAX."""
    return tuple(jnp.asarray(x) if isinstance(x, np.ndarray) else x for x in args)


def compiled(f: Callable[..., Any], args: tuple[Any, ...], static: tuple[int, ...] = ()) -> Callable[[], Any]:
    """A call of the function, compiled for these arguments, that waits for what it gives."""
    made = jax.jit(f, static_argnums=static).lower(*args).compile()
    given = tuple(x for k, x in enumerate(on_device(args)) if k not in static)
    return lambda: jax.block_until_ready(made(*given))


def against_jax(program: JaxProgram, setting: Setting) -> Row:
    """Our value and gradient against JAX's, which must be the same."""
    ours = compiled(emitted(program), program.args, program.static)
    theirs = compiled(jax.value_and_grad(program.peer, program.wrt), program.args, program.static)
    for x, y in zip(jax.tree.leaves(ours()), jax.tree.leaves(theirs()), strict=True):
        scale = float(jnp.max(jnp.abs(y))) + 1e-6
        assert float(jnp.max(jnp.abs(x - y))) < 1e-4 * scale, f"{program.name}: the gradients differ"
    return compared_runs("against jax.grad", program.name, setting, ours, theirs, program.limit)
