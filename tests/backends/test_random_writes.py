"""Random Core programs that overwrite arrays do as text what they do in the interpreter, optimised or not."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullback.transpile.core import Function, Program
from pullback.transpile.optimise import effectful, optimise
from tests.backends.random_flow import arguments, random_writes
from tests.backends.running import check


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_text_does_what_core_means(seed: int) -> None:
    program = random_writes(random.Random(seed))
    check(program, arguments(), standalone=seed % 3 == 0)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_optimised_text_does_what_core_means(seed: int) -> None:
    program = random_writes(random.Random(seed))
    effects = effectful(program)

    def optimised(f: Function) -> Function:
        return replace(f, block=optimise(f.block, effects))

    functions = {key: optimised(f) for key, f in program.functions.items()}
    check(Program(optimised(program.entry), functions), arguments(), standalone=seed % 3 == 0)
