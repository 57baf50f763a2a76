"""Random programs for JAX: right, or refused with the line."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

import pullback
from tests.backends.test_jax import close
from tests.inplace.families import picker
from tests.inplace.outcomes import import_text
from tests.programs import program
from tests.test_random_programs import WRT, arguments

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

SEEDS = 10  # of each test


@pytest.mark.parametrize("first", range(0, 60, SEEDS))
def test_programs_agree_with_numpy_or_are_refused(first: int, tmp_path: Path) -> None:
    ran, places = 0, list[int]()
    for seed in range(first, first + SEEDS):
        f = import_text(program(picker(seed)), tmp_path / f"for_jax_{seed}.py").f
        args = arguments(seed)
        value, grads = pullback.value_and_grad(f, wrt=WRT)(*copy.deepcopy(args))
        try:
            found_value, found = pullback.value_and_grad(f, wrt=WRT, backend="jax")(*args)
        except pullback.NotSupportedYet as e:
            places.append(e.line)
            continue
        np.testing.assert_allclose(found_value, value, rtol=1e-9, atol=1e-11)
        close(found, grads)
        ran += 1
    assert ran >= 0.8 * SEEDS
    assert all(line > 0 for line in places)
