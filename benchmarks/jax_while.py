"""What loops cost for JAX of which only the run knows how far they go, and how long loops take to compile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.jax_programs import JaxProgram
from benchmarks.jax_table import compiled, emitted
from benchmarks.table import Row, Setting, compared_runs, verdict

TRIPS = (10, 100, 1000, 10_000)


def relaxed(x, a, rate):
    while np.max(np.abs(x * x - a)) > 1e-6:
        x = x - rate * (x * x - a)
    return np.sum(x**3)


def root(x, a, rate):
    while abs(x * x - a) > 1e-6:
        x = x - rate * (x * x - a)
    return x**3


def stopped(x, a, rate):
    for _ in range(1000):
        x = x - rate * (x * x - a)
        if abs(x * x - a) < 1e-6:
            break
    return x**3


def repeated(x, n):
    for k in range(n):
        x = np.sin(x) + 0.1 * k * x
    return np.sum(x)


def relaxed_in_jax(x, a, rate):
    """The loop alone: JAX has no gradient of it."""
    x = lax.while_loop(lambda x: jnp.max(jnp.abs(x * x - a)) > 1e-6, lambda x: x - rate * (x * x - a), x)
    return jnp.sum(x**3)


def root_in_jax(x, a, rate):
    """More iterations than are ever needed, of which those after the last do nothing: JAX differentiates it."""

    def step(x, _):
        return jnp.where(jnp.abs(x * x - a) > 1e-6, x - rate * (x * x - a), x), None

    return lax.scan(step, x, None, length=1000)[0] ** 3


def repeated_in_jax(x, n):
    for k in range(n):
        x = jnp.sin(x) + 0.1 * k * x
    return jnp.sum(x)


def rows(setting: Setting) -> Iterator[Row]:
    """Dynamic loops by themselves, and by a masked scan in a batch."""
    large = np.full(100_000, 1.0), np.linspace(1.5, 3.0, 100_000), 0.007
    small = 1.0, 2.0, 0.007
    for name, f, args, limit in (
        ("while, state 1e5, 800 trips", relaxed, large, 7.0),
        ("while, a number, 700 trips", root, small, 4.0),
        ("for with break, a number, 700 trips", stopped, small, 4.0),
    ):
        derivative = emitted(JaxProgram(name, f, relaxed_in_jax, args, (0, 1), limit))
        yield compared_runs(
            "multiple of the primal", name, setting, compiled(derivative, args), compiled(relaxed_in_jax, args), limit
        )
        if f is relaxed:
            analysis = jax.jit(derivative).lower(*args).compile().memory_analysis()
            yield memory("temporary memory", name, analysis.temp_size_in_bytes, 100e6)
    batch = np.ones(256), np.linspace(1.5, 3.0, 256), 0.007
    theirs = batched(jax.value_and_grad(root_in_jax, (0, 1)), batch)
    for name, f in (("while, batch of 256", root), ("for with break, batch of 256", stopped)):
        ours = batched(emitted(JaxProgram(name, f, root_in_jax, small, (0, 1), 10.0)), batch)
        yield compared_runs("vmap by a masked scan", name, setting, ours, theirs, 10.0)
    yield from compile_rows()


def batched(f: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[], Any]:
    """A call of the function for a batch of the first two arguments."""
    return compiled(jax.vmap(f, (0, 0, None)), args)


def memory(claim: str, name: str, size: int, limit: float) -> Row:
    """A row about bytes."""
    return Row(claim, name, "", f"{size / 1e6:.0f} MB", "", f"{limit / 1e6:g} MB", verdict(size, limit))


def compile_rows() -> Iterator[Row]:
    """Seconds to trace and compile a loop of so many trips, beside JAX on the loop of Python, up to a minute."""
    x = np.linspace(0.1, 1.0, 8)
    theirs = 0.0
    for n in TRIPS:
        program = JaxProgram("", repeated, repeated_in_jax, (x, n), (0,), 0.0)
        ours = compile_seconds(emitted(program), program)
        measured = f"{ours:.2f} s"
        if theirs < 6.0:
            theirs = compile_seconds(jax.value_and_grad(repeated_in_jax), program)
            measured += f" (unrolled by jax.grad {theirs:.2f} s)"
        yield Row("compile time", f"loop of {n} trips", "", measured, "", "", "")


def compile_seconds(f: Callable[..., Any], program: JaxProgram) -> float:
    """How long it takes until there is code."""
    start = time.perf_counter()
    jax.jit(f, static_argnums=program.static).lower(*program.args).compile()
    return time.perf_counter() - start
