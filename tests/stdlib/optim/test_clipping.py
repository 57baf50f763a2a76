"""Clipped gradients: the largest allowed size, the direction, structures and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pullback.stdlib import optim

GRADS = {"a": np.float32([3.0, 4.0]), "b": (12.0, None), "c": np.array([0, 1])}


def test_by_value() -> None:
    got = optim.clip_by_value(GRADS, 3.5)
    np.testing.assert_array_equal(got["a"], np.float32([3.0, 3.5]))
    assert got["a"].dtype == np.float32
    assert got["b"] == (3.5, None)
    assert got["c"] is GRADS["c"]
    assert optim.clip_by_value([-9.0], 2) == [-2.0]


def test_by_norm() -> None:
    got = optim.clip_by_norm(GRADS, 10.0)
    np.testing.assert_array_equal(got["a"], GRADS["a"])
    assert got["b"] == (pytest.approx(10.0), None)
    np.testing.assert_allclose(optim.clip_by_norm(GRADS, 1.0)["a"], np.float32([0.6, 0.8]), rtol=1e-6)


def test_by_global_norm() -> None:
    assert optim.global_norm(GRADS) == 13.0
    got = optim.clip_by_global_norm(GRADS, 6.5)
    np.testing.assert_array_equal(got["a"], np.float32([1.5, 2.0]))
    assert got["a"].dtype == np.float32
    assert got["b"] == (6.0, None)
    np.testing.assert_array_equal(optim.clip_by_global_norm(GRADS, 13.0)["a"], GRADS["a"])
    assert optim.clip_by_global_norm([np.zeros(2)], 1.0)[0].tolist() == [0.0, 0.0]
    assert optim.global_norm([]) == 0.0


def test_on_jax() -> None:
    jax = pytest.importorskip("jax")
    grads = {"a": GRADS["a"], "b": (12.0, None)}

    def clipped(grads: Any, limit: Any) -> Any:
        ways = optim.clip_by_value, optim.clip_by_norm, optim.clip_by_global_norm
        return [clip(grads, limit) for clip in ways], optim.global_norm(grads)

    got, expected = jax.jit(clipped)(grads, 3.5), clipped(grads, 3.5)
    for x, y in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-6)


def test_what_is_not_finite_shows() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(optim.clip_by_global_norm([np.array([1.0, np.nan])], 1.0)[0]).all()
        assert np.isnan(optim.clip_by_norm([np.array([1.0, np.inf])], 1.0)[0]).any()


def test_in_an_optimizer() -> None:
    sgd = optim.SGD(1.0, clip=lambda g: optim.clip_by_global_norm(g, 1.0))
    w, _ = sgd.update(np.zeros(2), np.array([3.0, 4.0]), sgd.init(np.zeros(2)))
    np.testing.assert_allclose(w, [-0.6, -0.8])


@pytest.mark.parametrize("clip", [optim.clip_by_value, optim.clip_by_norm, optim.clip_by_global_norm])
def test_limits_are_positive(clip: Any) -> None:
    with pytest.raises(ValueError, match="gradients are clipped at 0"):
        clip([1.0], 0)
