"""Slices of which only the run knows how long they are become whole axes under masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_lengths as programs
from tests.backends import jax_slices as windows

jax = pytest.importorskip("jax")
pytestmark = [pytest.mark.usefixtures("double_precision"), pytest.mark.filterwarnings("ignore::RuntimeWarning")]
from tests.backends.jax_checks import agrees  # noqa: E402

RNG = np.random.default_rng(3)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def poisoned(a: Any) -> Any:
    """A matrix with NaN above its diagonal."""
    return np.where(np.tri(len(a), dtype=bool), a, np.nan)


def single(x: Any) -> Any:
    return x.astype(np.float32)


SQUARE = n(5, 5) + 8.0 * np.eye(5)
DEFINITE = SQUARE @ SQUARE.T
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.cholesky, (0,), (poisoned(DEFINITE),)),
    (programs.cholesky_by_columns, (0,), (DEFINITE,)),
    (programs.lu, (0,), (SQUARE,)),
    (programs.lu_by_blocks, (0,), (SQUARE,)),
    (programs.elimination, (0, 1), (SQUARE, n(5))),
    (programs.forward_substitution, (0, 1), (poisoned(SQUARE), n(5))),
    (programs.gram_schmidt, (0,), (n(6, 4),)),
    (programs.modified_gram_schmidt, (0,), (n(6, 4),)),
    (programs.prefix_means, (0,), (n(6),)),
    (programs.prefixes_of_a_table, (0,), (n(3, 5),)),
    (programs.prefixes_of_a_table, (0,), (n(3, 1),)),
    (programs.beyond_the_ends, (0,), (n(5),)),
    (programs.beyond_the_ends, (0,), (n(1),)),
    (programs.between_two, (0,), (0.3 * n(6), np.array([0, 2, -3, 5, 4]), np.array([3, 9, -1, -20, 4]))),
    (programs.of_steep_functions, (0,), (np.array([0.7, 1.3, 0.2, 2.0, -1.0]),)),
    (programs.under_a_condition, (0, 1), (n(6), 0.7)),
    (programs.until_it_is_small, (0,), (n(6),)),
    (programs.by_an_argument, (0,), (n(6), np.int64(-2))),
    (programs.in_single, (0, 1), (single(n(5)), n(5))),
    (programs.kept_for_the_way_back, (0,), (0.5 * n(5),)),
    (programs.rows_and_columns, (0,), (n(4, 4),)),
    (programs.of_integers, (0,), (n(4), np.arange(4))),
    (programs.chosen, (0, 1), (n(4), 0.7)),
    (programs.extremes, (0,), (n(4, 3),)),
    (windows.beyond_the_end, (0,), (n(4),)),
    (windows.before_the_start, (0,), (n(4),)),
    (windows.of_a_width, (0,), (n(5), 2)),
    (windows.of_a_width, (0,), (n(5), -2)),
    (windows.from_an_index_array, (0,), (n(6), np.array([0, -2, 5]))),
]
@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    is_single = any(a.dtype == np.float32 for a in args if np.ndim(a))
    text = agrees(f, wrt, args, 1e-5 if is_single else 1e-9)
    assert "jnp.arange(" in text


def test_what_other_programs_differentiate_has_finite_slopes() -> None:
    args = (np.array([0.7, 1.3, 0.2, 2.0, 0.0]),)
    text = pullback.differentiable(programs.of_steep_functions, backend="jax").primal
    found = jax.grad(text)(*args)
    np.testing.assert_allclose(found, pullback.grad(programs.of_steep_functions)(*args), rtol=1e-9)


@pytest.mark.parametrize("f", [programs.cholesky_by_columns, programs.modified_gram_schmidt])
def test_it_is_differentiated_twice(f: Any) -> None:
    args = (DEFINITE,), n(5, 5)
    np.testing.assert_allclose(pullback.hvp(f, backend="jax")(*args), pullback.hvp(f)(*args), rtol=1e-7, atol=1e-9)


def test_masks_are_made_where_their_bounds_are_known() -> None:
    text = pullback.grad(programs.cholesky, backend="jax").specialize(DEFINITE).source
    assert text.count("jnp.arange(a.shape[1])") == 1
    assert text.count("inside = places < j") == 2
    assert "jnp.dot(jnp.where(inside, a[i], 0.0), jnp.where(inside, a[j], 0.0))" in text


REFUSED: list[tuple[Any, tuple[Any, ...], int]] = [
    (programs.of_another_length, (n(4), n(6)), 2),
    (programs.shifted, (n(4),), 2),
    (programs.sorted_parts, (n(4),), 3),
    (programs.by_steps, (n(4),), 3),
    (programs.of_either_length, (n(4), np.int64(2)), 3),
    (programs.collected, (n(4),), 3),
    (programs.element, (n(4),), 2),
]


@pytest.mark.parametrize(("f", "args", "line"), REFUSED, ids=[c[0].__name__ for c in REFUSED])
def test_refuses_what_has_no_such_form(f: Any, args: tuple[Any, ...], line: int) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="a slice whose bounds are traced") as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + line
    assert caught.value.hint


def test_parts_of_arrays_that_are_not_as_long_are_an_error() -> None:
    with pytest.raises((TypeError, ValueError), match="shape"):
        pullback.grad(programs.forward_substitution, backend="jax")(n(5, 5), n(4))
