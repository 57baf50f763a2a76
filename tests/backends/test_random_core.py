"""Random Core programs do as text what they do in the interpreter."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backends import random_stops
from tests.backends.random_core import arguments, random_program
from tests.backends.running import check


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_text_does_what_core_means(seed: int) -> None:
    check(random_program(random.Random(seed)), arguments())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_loops_that_stop_early(seed: int) -> None:
    check(random_stops.random_program(random.Random(seed)), arguments())
