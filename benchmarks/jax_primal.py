"""What a function itself costs as code for JAX, beside the same as one writes it for JAX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
from jax import lax

import pullback
from benchmarks import jax_in_place, jax_while
from benchmarks.jax_programs import JaxProgram, models
from benchmarks.jax_table import compiled
from benchmarks.table import Row, Setting, compared_runs, written

LIMIT = 1.05


def cholesky(a):
    """By elements, as the NumPy function is."""

    def less(i, j):
        return lambda k, a: a.at[i, j].add(-a[i, k] * a[j, k])

    def column(i, j, a):
        a = lax.fori_loop(0, j, less(i, j), a)
        return a.at[i, j].divide(a[j, j])

    def row(i, a):
        a = lax.fori_loop(0, i, lambda j, a: column(i, j, a), a)
        a = lax.fori_loop(0, i, less(i, i), a)
        return a.at[i, i].set(jnp.sqrt(a[i, i]))

    return 2.0 * jnp.sum(jnp.log(jnp.diagonal(lax.fori_loop(0, a.shape[0], row, a))))


def lu(a):
    """By elements, as the NumPy function is."""
    n = a.shape[0]

    def row(k, i, a):
        a = a.at[i, k].divide(a[k, k])
        return lax.fori_loop(k + 1, n, lambda j, a: a.at[i, j].add(-a[i, k] * a[k, j]), a)

    def step(k, a):
        return lax.fori_loop(k + 1, n, lambda i, a: row(k, i, a), a)

    return jnp.sum(jnp.log(jnp.diagonal(lax.fori_loop(0, n, step, a))))


def programs() -> Iterator[tuple[JaxProgram, int]]:
    """Programs with loops, each with the number of pairs that time allows."""
    for program in models():
        if program.name.startswith("lstm"):
            yield program, 40
    by_elements = {jax_in_place.cholesky: cholesky, jax_in_place.lu: lu}
    for program, pairs in jax_in_place.programs():
        yield replace(program, peer=by_elements.get(program.peer, program.peer)), pairs
    large = np.full(100_000, 1.0), np.linspace(1.5, 3.0, 100_000), 0.007
    yield JaxProgram("while, state 1e5, 800 trips", jax_while.relaxed, jax_while.relaxed_in_jax, large, (), LIMIT), 20


def rows(setting: Setting) -> Iterator[Row]:
    """One row for each program, whose values must be the same."""
    for program, pairs in programs():
        made = pullback.differentiable(program.primal, backend="jax").primal.specialize(*program.args)
        ours = compiled(written(made), program.args, program.static)
        theirs = compiled(program.peer, program.args, program.static)
        wanted = theirs()
        assert float(abs(ours() - wanted)) < 1e-4 * float(abs(wanted)), f"{program.name}: the values differ"
        few = replace(setting, pairs=min(pairs, setting.pairs))
        yield compared_runs("primal by hand-written lax", program.name, few, ours, theirs, LIMIT)
