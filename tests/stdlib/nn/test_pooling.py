"""Pooling against its definition and against that of JAX, ties, borders, and all modes of differentiation."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import nn
from tests.stdlib.nn.cases import assert_all_modes_agree, assert_jax_agrees, close, normal, written

SHAPES = [(2, 3, 6, 5), (1, 2, 7, 7), (2, 1, 4, 9)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"window": 3, "stride": 2, "padding": 1},
    {"window": (2, 3), "stride": (1, 2), "padding": ((1, 0), (0, 2))},
    {"window": 3, "stride": 1, "padding": "same"},
    {"window": 2, "stride": 3, "padding": "valid", "cover_all": True},
    {"window": 3, "stride": 2, "padding": 1, "cover_all": True},
    {"window": 1},
    {"window": 1, "stride": 3, "cover_all": True},
]
CALLS: list[tuple[str, list[Any]]] = []
for k, options in enumerate(OPTIONS):
    for name in ("max_pool2d", "average_pool2d"):
        x, given = normal(*SHAPES[k % 3]), dict(options)
        if name.startswith("average") and k % 2:
            given["count_include_pad"] = False
        if k % 3 == 1:
            x, given["layout"] = np.moveaxis(x, 1, -1).copy(), "NHWC"
        CALLS.append((f"nn.{name}(x{''.join(f', {key}={v!r}' for key, v in given.items())})", [x]))
CALLS += [
    ("nn.global_average_pool2d(x) * nn.global_max_pool2d(x)", [normal(2, 3, 4, 5)]),
    ("nn.global_average_pool1d(x, 'NWC') * nn.global_max_pool1d(x, layout='NWC')", [normal(2, 4, 3)]),
    ("nn.global_average_pool2d(x, 'NHWC') * nn.global_max_pool2d(x, layout='NHWC')", [normal(2, 4, 3, 3)]),
    ("nn.max_pool1d(x, 3, stride=2, padding=1)", [normal(2, 3, 8)]),
    ("nn.average_pool1d(x, 2, cover_all=True, layout='NWC')", [normal(2, 7, 3)]),
]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return written(tmp_path_factory.mktemp("calls"), CALLS)


def by_definition(x: Any, size: Any, steps: Any, around: Any, cover_all: bool) -> list[Any]:
    """The elements of each window of (N, C, H, W), NaN for those of the border, in order."""
    lines = []
    for n, k, s, (before, after) in zip(x.shape[2:], size, steps, around):
        starts = [i for i in range(-before, n + after, s) if i + k <= n + after]
        if cover_all and starts[-1] + k < n + after and starts[-1] + s < n:
            starts.append(starts[-1] + s)
        lines.append([(i, i + k) for i in starts])
    wide = np.pad(x, [(0, 0), (0, 0), (20, 20), (20, 20)], constant_values=np.nan)
    return [[wide[:, :, a + 20 : b + 20, c + 20 : d + 20] for c, d in lines[1]] for a, b in lines[0]]


CHOICES = [
    (size, steps, around, cover_all)
    for size, steps, around, cover_all in itertools.product(
        [(2, 2), (3, 1)], [(2, 2), (1, 3)], [((0, 0), (0, 0)), ((1, 0), (0, 0)), ((1, 1), (0, 0))], [False, True]
    )
]


def test_they_are_what_they_are_by_definition() -> None:
    for x in (normal(2, 3, 5, 7), normal(1, 1, 4, 4)):
        for size, steps, around, cover_all in CHOICES:
            windows = by_definition(x, size, steps, around, cover_all)
            how = {"window": size, "stride": steps, "padding": around, "cover_all": cover_all}
            largest = np.array([[np.nanmax(w, axis=(2, 3)) for w in row] for row in windows])
            means = np.array([[np.nanmean(w, axis=(2, 3)) for w in row] for row in windows])
            np.testing.assert_array_equal(nn.max_pool2d(x, **how), np.moveaxis(largest, (2, 3), (0, 1)))
            close(nn.average_pool2d(x, **how, count_include_pad=False), np.moveaxis(means, (2, 3), (0, 1)))
            if not cover_all:
                sums = np.array([[np.nansum(w, axis=(2, 3)) for w in row] for row in windows]) / np.prod(size)
                close(nn.average_pool2d(x, **how), np.moveaxis(sums, (2, 3), (0, 1)))


def test_windows_that_reach_over_the_border_count_it_as_far_as_it_goes() -> None:
    # PyTorch: AvgPool2d(2, stride=2, padding=1, ceil_mode=True) of 4 x 4 ones
    found = nn.average_pool2d(np.ones((1, 1, 4, 4)), 2, padding=1, cover_all=True)
    close(found[0, 0], np.outer([0.5, 1.0, 0.5], [0.5, 1.0, 0.5]))
    close(nn.average_pool2d(np.ones((1, 1, 5, 5)), 2, cover_all=True), np.ones((1, 1, 3, 3)))


@pytest.mark.parametrize("k", range(len(CALLS)), ids=lambda k: CALLS[k][0])
def test_all_modes_agree(functions: ModuleType, k: int) -> None:
    assert_all_modes_agree(getattr(functions, f"f{k}"), getattr(functions, f"loss{k}"), CALLS[k][1])


@pytest.mark.usefixtures("double_precision")
def test_jax_gives_the_same(functions: ModuleType) -> None:
    assert_jax_agrees(functions, CALLS, range(len(CALLS)), (3, 6))


@pytest.mark.usefixtures("double_precision")
def test_it_is_the_pooling_of_jax() -> None:
    """Also where elements are equal: of these the first has the derivative."""
    jax = pytest.importorskip("jax")
    x = np.random.default_rng(2).integers(0, 3, (2, 3, 6, 7)).astype(float)

    def theirs(x: Any) -> Any:
        return jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 1, 3, 2), (1, 1, 2, 1), "SAME")

    def ours(x: Any) -> Any:
        return nn.max_pool2d(x, (3, 2), stride=(2, 1), padding="same")

    y, pull = jax.vjp(theirs, x)
    ct = normal(*y.shape)
    for backend in ("numpy", "jax"):
        out, back = pullback.vjp(ours, backend=backend)(x)
        close(out, y)
        close(back(ct), pull(ct)[0])


def test_the_first_of_equal_elements_has_the_derivative(functions: ModuleType) -> None:
    x = np.array([[1.0, 1.0, 0.0, 2.0], [1.0, 1.0, 2.0, 2.0]]).reshape(1, 1, 2, 4)
    dx = pullback.grad(lambda x: np.sum(nn.max_pool2d(x, 2)))(x)
    assert dx.reshape(2, 4).tolist() == [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    dx = pullback.grad(lambda x: np.sum(nn.max_pool2d(x, 2, stride=1)))(x)
    assert dx.reshape(2, 4).tolist() == [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0]]
    d = pullback.jvp(lambda x: nn.max_pool2d(x, 2))((x,), np.arange(8.0).reshape(x.shape))[1]
    assert d.reshape(-1).tolist() == [0.0, 3.0]


def test_what_is_not_a_number_is_the_largest() -> None:
    x = np.array([[np.nan, 1.0], [2.0, -np.inf]]).reshape(1, 1, 2, 2)
    assert np.isnan(nn.max_pool2d(x)).all()
    assert nn.max_pool2d(np.full((1, 1, 2, 2), -np.inf), padding=1).max() == -np.inf


def test_dtypes_are_kept() -> None:
    def loss(x: Any) -> Any:
        return np.sum(nn.average_pool2d(nn.max_pool2d(x, 2, padding=1), 2, padding=1, count_include_pad=False))

    jax = pytest.importorskip("jax")
    for dtype in (np.float32, np.float16):
        x = normal(1, 2, 5, 5).astype(dtype)
        for of in (pullback.value_and_grad(loss), jax.jit(pullback.value_and_grad(loss, backend="jax"))):
            value, dx = of(x)
            assert (value.dtype, dx.dtype) == (dtype, dtype)
    assert nn.max_pool2d(np.arange(16).reshape(1, 1, 4, 4)).dtype == int
    assert nn.average_pool2d(np.arange(16).reshape(1, 1, 4, 4)).tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]


def test_a_batch_of_nothing_has_a_gradient_of_nothing() -> None:
    for pool in (nn.max_pool2d, nn.average_pool2d):
        assert pullback.grad(lambda x: np.sum(pool(x, 3, stride=2, padding=1)))(np.zeros((0, 2, 5, 5))).shape == (
            0,
            2,
            5,
            5,
        )


BAD = [
    ("max_pool2d(x, 5)", r"^max_pool2d: a window over \(5, 5\) does not fit in the input, \(4, 6\) with its padding$"),
    ("max_pool2d(x, 2, padding=2)", r"max_pool2d: padding is less than the window \(2, 2\), not 2"),
    ("average_pool2d(x, 0)", "average_pool2d: window is a positive integer or 2 of them, not 0"),
    ("max_pool2d(x, 2, layout='NCW')", "max_pool2d: layout is 'NCHW' or 'NHWC', not 'NCW'"),
    ("max_pool1d(x, 2)", r"max_pool1d: x has the shape \(2, 3, 4, 6\), NCW has 3 axes"),
    ("average_pool2d(x, 2, stride=(1, 0))", r"stride is a positive integer or 2 of them, not \(1, 0\)"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[c for c, _ in BAD])
def test_what_does_not_fit_is_named_with_its_shapes(call: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        eval(f"nn.{call}", {"nn": nn, "x": normal(2, 3, 4, 6)})
