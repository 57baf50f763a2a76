"""Sums over products of arrays that are spread along each other's axes, in backward code: products of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.transpile.derive import derive
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import Interpreter
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from pullback.transpile.request import Request

RNG = np.random.default_rng(4)


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def layer(x, w):
    return np.sum(x[:, :, None] * w[None, :, :], axis=1)


def layer_without_leading_axis(x, w):
    return (x[..., None] * w).sum(-2)


def outer_of_rows(x, w):
    return x[:, :, None] * w[:, None, :]


def weighted_rows(p, y):
    return np.mean(p[:, None] * y, axis=0)


def of_three_axes(x, w):
    return np.sum(x[:, :, :, None] * w, axis=(1, 2))


def turned(x, w):
    return np.sum(x.T[:, None] * w, axis=2)


def batched(x, w):
    return np.sum(x[:, :, :, None] * w[:, None, :, :], axis=2)


def batched_and_kept(x, w):
    return np.sum(x[:, :, :, None] * w[:, None, :, :], axis=2, keepdims=True)


def scaled(x, w):
    return -2.0 * x[:, None] * w / 3.0


def distances(x, y):
    return np.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=2)


def expanded(x, w):
    return np.expand_dims(x, (0, 2)) * w


def of_complex(x, w):
    return np.sum(x[:, :, None] * (w * 1j), axis=1)


CASES: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[str, ...]]] = [
    (layer, (normal(4, 3), normal(3, 2)), ("dout @ w.T", "x.T @ dout")),
    (layer_without_leading_axis, (normal(4, 3), normal(3, 2)), ("dout @ w.T", "x.T @ dout")),
    (outer_of_rows, (normal(4, 3), normal(4, 2)), ("np.einsum",)),
    (weighted_rows, (normal(4), normal(4, 3)), ("y @",)),
    (of_three_axes, (normal(4, 3, 2), normal(3, 2, 5)), ("np.tensordot",)),
    (turned, (normal(3, 4), normal(5, 3)), ()),
    (batched, (normal(2, 4, 3), normal(2, 3, 5)), ("dout @ np.swapaxes(w, -1, -2)", "np.swapaxes(x, -1, -2) @ dout")),
    (batched_and_kept, (normal(2, 4, 3), normal(2, 3, 5)), ()),
    (scaled, (normal(3), normal(3, 4)), ()),
    (distances, (normal(4, 3), normal(5, 3)), ("np.einsum",)),
    (expanded, (normal(3), normal(2, 3, 4)), ()),
    (of_complex, (normal(4, 3), normal(3, 2)), ("@",)),
]
LENGTHS_OF_ONE = [
    (layer, (normal(1, 3), normal(3, 2))), (layer, (normal(4, 1), normal(3, 2))), (layer, (normal(4, 3), normal(1, 2))),
    (layer, (normal(4, 3), normal(3, 1))), (layer, (normal(0, 3), normal(3, 2))), (layer, (normal(4, 0), normal(0, 2))),
    (batched, (normal(1, 4, 3), normal(2, 3, 5))), (batched, (normal(2, 4, 3), normal(1, 3, 1))),
    (outer_of_rows, (normal(1, 3), normal(4, 2))), (distances, (normal(4, 1), normal(5, 3))),
    (weighted_rows, (normal(1), normal(4, 3))), (expanded, (normal(1), normal(2, 3, 4))),
]  # fmt: skip


def pulled(f: Callable[..., Any], args: tuple[Any, ...], optimised: bool) -> Any:
    types = [type_of_value(x, f"x{i}") for i, x in enumerate(args)]
    request = Request("vjp", (0, 1), bare=False, optimise=optimised)
    out, pull = Interpreter(derive(lower(from_function(f), types), request)).run(*args)
    rng = np.random.default_rng(1)
    turned_by = 1.0 + 0.5j if np.iscomplexobj(out) else 1.0
    return pull(turned_by * rng.standard_normal(out.shape).astype(out.real.dtype))


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, args, _ in CASES] + LENGTHS_OF_ONE)
def test_gives_what_the_sum_gives(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    for dtype in (np.float64, np.float32):
        given = tuple(x.astype(dtype) for x in args)
        for got, expected, x in zip(pulled(f, given, True), pulled(f, given, False), given, strict=True):
            assert np.shape(got) == x.shape
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, rtol=1e-5 if dtype is np.float32 else 1e-12, atol=1e-5)


@pytest.mark.parametrize(("f", "args", "texts"), CASES)
def test_is_written_as_a_product_of_matrices(f: Callable[..., Any], args: Any, texts: tuple[str, ...]) -> None:
    text = pullback.vjp(f, wrt=(0, 1)).specialize(*args).source
    assert [t for t in texts if t not in text] == []


def in_a_loop(x, w, n):
    for _ in range(n):
        x = np.tanh(np.sum(x[:, :, None] * w, axis=1))
    return np.sum(x)


def test_in_a_loop() -> None:
    x, w = normal(4, 3), normal(3, 3)
    g = pullback.grad(in_a_loop, wrt=(0, 1)).specialize(x, w, 3)
    assert "@ w.T" in g.source
    plain = pullback.grad(lambda x, w: np.sum(np.tanh(np.tanh(np.tanh(x @ w) @ w) @ w)), wrt=(0, 1))
    for got, expected in zip(g(x, w, 3), plain(x, w), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_the_users_own_sum_stays() -> None:
    x, w = normal(4, 3), normal(3, 2)
    g = pullback.value_and_grad(lambda x, w: np.sum(np.tanh(layer(x, w)))).specialize(x, w)
    assert g(x, w)[0] == np.sum(np.tanh(layer(x, w)))


def test_infinities_are_multiplied_as_before() -> None:
    x, w = normal(2, 3), normal(3, 2)
    w[1, 1], x[0, 2] = np.inf, np.nan
    for got, expected in zip(pulled(layer, (x, w), True), pulled(layer, (x, w), False), strict=True):
        np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
        np.testing.assert_array_equal(np.isinf(got), np.isinf(expected))


def test_code_for_jax_is_left_to_its_compiler() -> None:
    source = pullback.grad(lambda x, w: np.sum(np.tanh(layer(x, w))), wrt=(0, 1), backend="jax").specialize(
        normal(4, 3), normal(3, 2)
    ).source
    assert "@" not in source
