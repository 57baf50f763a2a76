"""What code for JAX costs that overwrites arrays in loops, beside JAX's own derivative of the same algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.jax_programs import JaxProgram
from benchmarks.jax_table import against_jax, emitted
from benchmarks.table import Row, Setting, verdict
from tests.backends import jax_in_place as a
from tests.backends import jax_lengths


def _average(a):
    return 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])


def jacobi_2d(a, b, steps):
    def step(_, carry):
        a, b = carry
        b = b.at[1:-1, 1:-1].set(_average(a))
        a = a.at[1:-1, 1:-1].set(_average(b))
        return a, b

    a, b = lax.fori_loop(0, steps, step, (a, b))
    return jnp.sum(a * a)


def diffusion(u, k, steps):
    def step(_, u):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        return u.at[1:-1, 1:-1].add(k * lap / (1.0 + u[1:-1, 1:-1] ** 2))

    return jnp.sum(lax.fori_loop(0, steps, step, u) ** 2)


def seidel_2d(a, sweeps):
    n = a.shape[0]

    def place(i, j, a):
        return a.at[i, j].set(0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]))

    def row(i, a):
        return lax.fori_loop(1, n - 1, lambda j, a: place(i, j, a), a)

    a = lax.fori_loop(0, sweeps, lambda _, a: lax.fori_loop(1, n - 1, row, a), a)
    return jnp.sum(a * a)


def written_under_a_condition(x, c):
    def step(i, carry):
        x, s = carry
        return lax.cond(x[i] > 0.0, lambda: (x, s + x[i] * x[i]), lambda: (x.at[i].set(c * jnp.sin(s)), s))

    x, s = lax.fori_loop(0, x.shape[0], step, (x, jnp.zeros((), x.dtype)))
    return s + jnp.sum(x)


def cholesky(a):
    n = a.shape[0]
    places = jnp.arange(n)

    def entry(i, j, a):
        rest = a[i, j] - jnp.where(places < j, a[i], 0.0) @ jnp.where(places < j, a[j], 0.0)
        root = jnp.sqrt(jnp.where(i == j, rest, 1.0))
        return a.at[i, j].set(jnp.where(i > j, rest / a[j, j], jnp.where(i == j, root, a[i, j])))

    def column(j, a):
        return lax.fori_loop(0, n, lambda i, a: entry(i, j, a), a)

    return 2.0 * jnp.sum(jnp.log(jnp.diagonal(lax.fori_loop(0, n, column, a))))


def lu(a):
    n = a.shape[0]
    places = jnp.arange(n)

    def row(i, k, a):
        f = a[i, k] / a[k, k]
        new = jnp.where(places > k, a[i] - f * a[k], jnp.where(places == k, f, a[i]))
        return a.at[i].set(jnp.where(i > k, new, a[i]))

    def step(k, a):
        return lax.fori_loop(0, n, lambda i, a: row(i, k, a), a)

    return jnp.sum(jnp.log(jnp.diagonal(lax.fori_loop(0, n, step, a))))


def programs() -> Iterator[tuple[JaxProgram, int]]:
    """Programs in 64 bits, each with the number of pairs that time allows where JAX copies the array at each write."""
    rng = np.random.default_rng(3)
    u, v = rng.standard_normal((2, 150, 150))
    square = rng.standard_normal((100, 100))
    definite, dominant = square @ square.T + 10.0 * np.eye(100), square + 30.0 * np.eye(100)
    long = rng.standard_normal(100_000)
    yield JaxProgram("Jacobi 2-D, N=150, 100 sweeps", a.jacobi_2d, jacobi_2d, (u, v, 100), (0, 1), 0.5), 40
    yield diffusion_of(u), 40
    yield JaxProgram("seidel 2-D, N=160", a.seidel_2d, seidel_2d, (rng.standard_normal((160, 160)), 1), (0,), 0.02), 5
    name, f = "writes under a condition, N=100000", a.written_under_a_condition
    yield JaxProgram(name, f, written_under_a_condition, (long, 0.3), (0, 1), 0.02), 2
    yield JaxProgram("Cholesky in place, N=100", jax_lengths.cholesky, cholesky, (definite,), (0,), 0.05), 5
    yield JaxProgram("LU in place, N=100", jax_lengths.lu, lu, (dominant,), (0,), 0.05), 5


def diffusion_of(u: np.ndarray) -> JaxProgram:
    """A non-linear stencil, whose adjoint needs the state."""
    return JaxProgram("non-linear stencil, N=150, 100 steps", a.diffusion, diffusion, (u, 0.05, 100), (0, 1), 0.3)


def memory_row() -> Row:
    """How much the compiled derivative holds beside arguments and results, by what JAX's does."""
    program = diffusion_of(np.ones((150, 150)))
    sizes = []
    for f in (emitted(program), jax.value_and_grad(program.peer, program.wrt)):
        made = jax.jit(f, static_argnums=program.static).lower(*program.args).compile()
        sizes.append(made.memory_analysis().temp_size_in_bytes)
    ratio = sizes[0] / sizes[1]
    measured = f"{ratio:.2f}× ({sizes[0] / 1e6:.0f} of {sizes[1] / 1e6:.0f} MB)"
    return Row("temporary memory", program.name, "", measured, "", "0.25×", verdict(ratio, 0.25))


def rows(setting: Setting) -> Iterator[Row]:
    """All rows about programs that overwrite arrays."""
    for program, pairs in programs():
        yield against_jax(program, replace(setting, pairs=min(pairs, setting.pairs)))
    yield memory_row()
