"""What is known while JAX traces decides in traced branches and loops too, and backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_known as known
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

V = np.array([0.4, -0.8, 0.1, 0.3])
CASES = (
    known.in_a_branch,
    known.of_literals,
    known.in_a_scan,
    known.in_a_while,
    known.in_a_loop_that_stops,
    known.one_of_three,
    known.guarded,
)
UNBOUND = (known.bound_in_conditions, known.bound_in_loops, known.returned_on_one_side, known.pairs_on_one_side)


@pytest.mark.parametrize("f", CASES, ids=[f.__name__ for f in CASES])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_each_way_agrees_with_numpy(f: Any, n: int) -> None:
    agrees(f, n)


@pytest.mark.parametrize("f", UNBOUND, ids=[f.__name__ for f in UNBOUND])
@pytest.mark.parametrize("n", [2, 3])
def test_what_one_side_leaves_unbound_is_not_read(f: Any, n: int) -> None:
    agrees(f, n)


def agrees(f: Any, n: int) -> None:
    args = 0.3, V, n
    derived = pullback.value_and_grad(f, wrt=(0, 1), backend="jax")
    wanted = pullback.value_and_grad(f, wrt=(0, 1))(*args)
    for run in ways(f.__name__, derived, jax.jit(derived, static_argnums=2)):
        found = run(*args)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-11), found, wanted)


def test_it_is_computed_around_them() -> None:
    text = pullback.grad(known.one_of_three, backend="jax").specialize(0.3, V, 2).source
    assert "\n    k = n ** 2\n" in text
    assert text.count("n ** 2") == 1


@pytest.mark.parametrize(("f", "line"), [(known.not_moved, 1), (known.not_moved_from_a_branch, 1)])
def test_one_that_cannot_be_computed_around_them_is_refused(f: Any, line: int) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="a condition that is known while") as caught:
        pullback.grad(f, wrt=(0, 1), backend="jax").specialize(0.3, V, 3)
    assert caught.value.line == f.__code__.co_firstlineno + line


def test_what_is_known_may_raise() -> None:
    derived = pullback.value_and_grad(known.lengths_that_fit, backend="jax")
    run = jax.jit(lambda x: derived(x, 3))
    value, d = run(np.array([1.0, 2.0, 3.0]))
    assert value == 14.0
    np.testing.assert_array_equal(d, [2.0, 4.0, 6.0])
    with pytest.raises(ValueError, match="three are wanted, not 4"):
        run(np.ones(4))


@pytest.mark.parametrize("f", [known.failing_in_a_function, known.failing_for_large_ones])
def test_what_only_the_run_knows_may_not(f: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="'raise' of a traced value cannot be written for JAX") as caught:
        pullback.grad(f, backend="jax")(np.ones(3))
    assert caught.value.line
