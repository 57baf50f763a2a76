"""What the loops of an adjoint add up is one product after them for JAX, and the same as in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_totals as programs

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

from tests.backends.jax_checks import agrees  # noqa: E402

RNG = np.random.default_rng(3)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


W, U, B, XS, H = n(3, 4), n(4, 4), n(4), n(5, 2, 3), n(2, 4)
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...], int]] = [
    (programs.of_matrices, (0, 1, 2, 3), (W, U, B, XS, H), 2),
    (programs.of_matrices, (0, 1, 2), (W, U, B, XS[:0], H), 2),
    (programs.of_vectors, (0, 1), (W, U, n(5, 3), n(4)), 2),
    (programs.by_index, (0,), (W.T, XS, H), 1),
    (programs.twice_in_a_step, (0,), (U, n(5, 2, 4), H), 2),
    (programs.used_afterwards, (0, 1), (U, B, n(5, 2, 4), H), 1),
    (programs.of_one_input, (0, 1, 2), (W, U, n(2, 3), H, 6), 1),
    (programs.in_two_loops, (0,), (U, n(5, 2, 4), H), 1),
    (programs.weights_in_turn, (0,), ([U, n(4, 4)], n(5, 2, 4), H), 0),
    (programs.in_a_function, (0, 1), (U, n(5, 2, 4), H), 1),
    (programs.rows_of_one, (0, 1), (n(3, 1), n(1), XS, n(2, 4)), 0),
    (programs.rows_of_one, (0, 1), (W, n(2, 1), XS, H), 1),
    (programs.covariance, (0, 1), (XS, n(3, 3)), 0),
]


@pytest.mark.parametrize(("f", "wrt", "args", "products"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...], products: int) -> None:
    text = agrees(f, wrt, args)
    assert text.count("tensordot(") + text.count(".T @ d") >= products


def test_products_are_added_up_after_the_loop() -> None:
    text = pullback.grad(programs.of_matrices, wrt=("w", "u", "b"), backend="jax").specialize(W, U, B, XS, H).source
    assert "dw = jnp.tensordot(xs, ds, ((0, 1), (0, 1)))" in text
    assert "du = jnp.tensordot(hs, ds, ((0, 1), (0, 1)))" in text
    assert "db = jnp.sum(ds, axis=(0, 1))" in text
    assert "zeros" not in text


def test_outer_products_are_one_product() -> None:
    text = pullback.grad(programs.of_vectors, wrt=("w", "u"), backend="jax").specialize(W, U, n(5, 3), n(4)).source
    assert "dw = xs.T @ ds" in text
    assert "du = jnp.transpose(ds) @ hs" in text


def test_single_precision_stays() -> None:
    args = tuple(a.astype(np.float32) for a in (W, U, B, XS, H))
    for found in pullback.grad(programs.of_matrices, wrt=("w", "u", "b"), backend="jax")(*args):
        assert found.dtype == np.float32
