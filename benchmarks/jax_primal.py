"""What a function itself costs as code for JAX, beside the same as one writes it for JAX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import pullback
from benchmarks import jax_in_place, jax_while
from benchmarks.jax_programs import JaxProgram, models
from benchmarks.jax_table import compiled
from benchmarks.table import Row, Setting, compared_runs, written

LIMIT = 1.05


def programs() -> Iterator[tuple[JaxProgram, int]]:
    """Programs with loops, each with the number of pairs that time allows."""
    for program in models():
        if program.name.startswith("lstm"):
            yield program, 40
    yield from jax_in_place.programs()
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
