"""Writes through views and at repeated integers for JAX leave what they leave in NumPy, and so do their derivatives."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_views as programs
from tests.backends.test_jax import close, namespace
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(8)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


K = np.array([2, 0, 2, -1, 0])
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (programs.slice_of_it, (0,), (n(6),)),
    (programs.row, (0, 1), (n(4, 3), 0.7)),
    (programs.transposed, (0, 1), (n(4, 3), n(4))),
    (programs.other_views, (0, 1), (n(3, 2, 2), n(2, 3))),
    (programs.flat_of_it, (0, 1), (n(6), n(3))),
    (programs.views_in_a_loop, (0,), (n(5), 4)),
    (programs.views_in_a_loop, (0,), (n(5), 0)),
    (programs.view_under_a_condition, (0,), (np.abs(n(4)),)),
    (programs.view_under_a_condition, (0,), (-np.abs(n(4)),)),
    (programs.mask_through_a_view, (0,), (n(7),)),
    (programs.repeated, (0, 1), (n(4), n(5), K)),
    (programs.repeated, (0, 1), (n(4), n(0), K[:0])),
    (programs.repeated, (0, 1), (n(4), n(1), K)),
    (programs.repeated_rows, (0, 1), (n(4, 4), n(5, 4), K)),
    (programs.repeated_pairs, (0, 1), (n(4, 4), n(5), K, K[::-1].copy())),
    (programs.repeated_pairs, (0, 1), (n(4, 4), n(5), K, np.zeros(5, int))),
    (programs.repeated_in_a_loop, (0, 1), (n(5), n(5), K, 3)),
    (programs.turned_and_filled, (0,), (0.3 * n(4), 3)),
    (programs.at_fixed_places, (0, 1), (n(5), n(3))),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args)
    emitted = namespace(derived.source)[f"{f.__name__}_value_and_grad"]
    known = tuple(k for k, a in enumerate(args) if type(a) is int)
    wanted_value, wanted = pullback.value_and_grad(f, wrt=wrt)(*copy.deepcopy(args))
    for run in ways(f.__name__, derived, jax.jit(emitted, static_argnums=known)):
        value, grads = run(*args)
        np.testing.assert_allclose(value, wanted_value, rtol=1e-11)
        close(grads, wanted)


def test_kinds_stay_those_of_the_array() -> None:
    def f(x: Any, v: Any) -> Any:
        x[np.array([0, 0, 1])] = v
        return x

    x, v = np.zeros(3, np.float32), n(3)
    out, pull = pullback.vjp(f, wrt=1, backend="jax")(x, v)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, [v[1], v[2], 0.0], rtol=1e-6)
    np.testing.assert_allclose(pull(np.ones(3, np.float32)), [0.0, 1.0, 1.0])


def test_refuses_a_view_that_cannot_be_put_back() -> None:
    def turned(a: Any) -> Any:
        np.rot90(a)[0] = 2.0
        return np.sum(a * a)

    with pytest.raises(pullback.NotSupportedYet, match="rot90") as caught:
        pullback.grad(turned, backend="jax").specialize(n(3, 3))
    assert caught.value.hint
