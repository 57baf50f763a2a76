"""Layers with parameters: gradients are modules again, the same on JAX, and what is no number stays out of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import nn, random

A, B = random.split(random.key(0))
RNG = np.random.default_rng(0)


def squares(model: Any, x: Any) -> Any:
    return np.sum(model(x) ** 2)


def classes(model: Any, x: Any, labels: Any) -> Any:
    return nn.softmax_cross_entropy(model(x), labels)


def first(model: Any, x: Any) -> Any:
    return np.sum(model(x, truncate=3)[0] ** 2)


def causal(model: Any, x: Any) -> Any:
    return np.sum(model(x, causal=True) ** 2)


def trained(model: Any, x: Any) -> Any:
    y, mean, var = model.train(x)
    return np.sum(y**3) + np.sum(mean * var) + np.sum(model(x, (mean, var)) ** 3)


def n(*shape: int) -> Any:
    return RNG.normal(size=shape)


CASES: dict[str, tuple[Any, ...]] = {
    "sequential": (
        classes,
        nn.Sequential.of(nn.Dense.of(A, 4, 5, float), nn.relu, nn.Dense.of(B, 5, 3, float, bias=False)),
        n(7, 4),
        RNG.integers(0, 3, 7),
    ),
    "embedding": (squares, nn.Embedding.of(A, 5, 3, float), np.array([[0, 1, 1]])),
    "conv": (squares, nn.Conv2d.of(A, 2, 4, 3, float, padding="same", groups=2), n(2, 2, 5, 4)),
    "strides": (squares, nn.Conv2d.of(A, 2, 3, 3, float, stride=2, padding=1), n(2, 2, 5, 5)),
    "batch_norm": (trained, nn.BatchNorm.of(3, float), n(4, 3, 2)),
    "last_axis": (trained, nn.BatchNorm.of(3, float, axis=-1), n(4, 2, 3)),
    "layer_norm": (squares, nn.LayerNorm(n(3), n(3)), n(4, 3)),
    "lstm": (first, nn.LSTM.of(A, 4, 3, float), n(5, 2, 4)),
    "gru": (first, nn.GRU.of(A, 4, 3, float), n(5, 2, 4)),
    "attention": (causal, nn.MultiHeadAttention.of(A, 4, 2, float), n(2, 5, 4)),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_modules(name: str) -> None:
    f, model, *args = CASES[name]
    pullback.check_grad(f, (model, *args))
    value, d = pullback.value_and_grad(f)(model, *args)
    assert value == f(model, *args)
    assert type(d) is type(model)


@pytest.mark.usefixtures("double_precision")
def test_on_jax() -> None:
    jax = pytest.importorskip("jax")
    derived = {name: pullback.value_and_grad(f, backend="jax") for name, (f, *_) in CASES.items()}
    found = jax.jit(lambda given: {name: derived[name](*args) for name, args in given.items()})(
        {name: tuple(args) for name, (_, *args) in CASES.items()}
    )
    for name, (f, *args) in CASES.items():
        value, d = pullback.value_and_grad(f)(*args)
        np.testing.assert_allclose(found[name][0], value, rtol=1e-9)
        leaves, wanted = jax.tree.leaves_with_path(found[name][1]), jax.tree.leaves_with_path(d)
        assert [path for path, _ in leaves] == [path for path, _ in wanted]
        for (_, x), (_, y) in zip(leaves, wanted, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-8, atol=1e-10)


def test_what_is_no_number_has_no_gradient() -> None:
    f, model, *args = CASES["conv"]
    d = pullback.grad(f)(model, *args)
    assert (d.stride, d.padding, d.dilation, d.groups) == (None, None, None, None)
    assert d.w.shape == model.w.shape
    f, model, *args = CASES["sequential"]
    d = pullback.grad(f)(model, *args)
    assert d.layers[1].f is None
    assert d.layers[2].b is None


def test_sizes_and_dtypes() -> None:
    assert nn.Dense.of(A, 3, 2).w.dtype == np.float32
    assert nn.Conv2d.of(A, 4, 6, 5, groups=2).w.shape == (6, 2, 5, 5)
    lstm = nn.LSTM.of(A, 4, 3)
    assert (lstm.w.shape, lstm.u.shape, lstm.b.tolist()) == ((4, 12), (3, 12), [0] * 3 + [1] * 3 + [0] * 6)
    assert nn.GRU.of(A, 4, 3).u.shape == (3, 9)
    assert {a.dtype for a in vars(nn.MultiHeadAttention.of(A, 4, 2)).values() if isinstance(a, np.ndarray)} == {
        np.dtype(np.float32)
    }


def test_parts_of_a_given_object_are_known_those_of_one_that_is_made_may_not_be() -> None:
    jax = pytest.importorskip("jax")

    def made(model: nn.BatchNorm, x: Any, axis: int) -> Any:
        other = nn.BatchNorm(model.gamma, model.beta, axis)
        return np.sum(other.train(x)[0])

    derived = pullback.value_and_grad(made, backend="jax")
    _, model, x = CASES["batch_norm"]
    with pytest.raises(pullback.NotSupportedYet, match="a shape, an axis or a count that is traced"):
        jax.jit(lambda *args: derived(*args))(model, x, 1)
