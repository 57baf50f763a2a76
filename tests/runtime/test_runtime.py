"""The helpers that emitted code calls."""

from __future__ import annotations

import ast
import inspect
from typing import Any, NamedTuple

import numpy as np
import pytest

from pullback import runtime
from pullback.runtime import (
    add_trees,
    halved,
    place_diagonal,
    places_below,
    product_of_others,
    scatter_add,
    simpson_weights,
    unbroadcast,
    zeros_of,
    zeros_to_fill,
)


class Pair(NamedTuple):
    first: Any
    second: Any


@pytest.mark.parametrize(
    ("shape", "like", "expected"),
    [
        ((2, 3), (3,), [3.0, 5.0, 7.0]), ((2, 3), (2, 1), [[3.0], [12.0]]), ((2, 3), (1, 1), [[15.0]]),
        ((2, 3), (), 15.0), ((1, 3), (3,), [0.0, 1.0, 2.0]), ((2, 3), (1, 2, 3), [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]]),
        ((0, 3), (3,), [0.0, 0.0, 0.0]),
        ((1, 3), (2, 3), [[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]),
        ((2, 3), (2, 1, 3), [[[3.0, 5.0, 7.0]], [[3.0, 5.0, 7.0]]]),
    ],
)  # fmt: skip
def test_unbroadcast(shape: tuple[int, ...], like: tuple[int, ...], expected: Any) -> None:
    g = np.arange(float(np.prod(shape))).reshape(shape)
    got = unbroadcast(g, np.zeros(like))
    assert np.array_equal(got, expected)
    assert got.dtype == g.dtype


def test_unbroadcast_hands_on_what_fits() -> None:
    g = np.ones((2, 3))
    assert unbroadcast(g, np.zeros((2, 3))) is g
    assert unbroadcast(1.5, 2.0) == 1.5
    assert unbroadcast(g, 2.0) == 6.0
    assert unbroadcast(g.astype(np.float32), np.zeros(3)).dtype == np.float32


def test_add_trees() -> None:
    a = {"w": np.ones(2), "layers": [(1.0, None)], "pair": Pair(1.0, 2.0)}
    b = {"w": np.ones(2), "layers": [(2.0, None)], "pair": Pair(0.5, None)}
    total = add_trees(a, b)
    assert np.array_equal(total["w"], [2.0, 2.0])
    assert total["layers"] == [(3.0, None)]
    assert total["pair"] == Pair(1.5, 2.0)
    assert np.array_equal(a["w"], [1.0, 1.0])
    assert add_trees(None, a) is a
    assert add_trees(a, None) is a
    assert add_trees((), ()) == ()


def test_zeros_of() -> None:
    x = {
        "w": np.ones((2, 3), np.float32),
        "n": 3,
        "lr": 0.5,
        "s": np.float32(2.0),
        "ids": np.arange(3),
        "name": "a",
        "p": Pair(1.0, True),
    }
    z = zeros_of(x)
    assert z["w"].dtype == np.float32
    assert not z["w"].any()
    assert z["w"].shape == (2, 3)
    assert type(z["lr"]) is float
    assert type(z["s"]) is np.float32
    assert z["p"] == Pair(0.0, None)
    assert z["n"] is None
    assert z["ids"] is None
    assert z["name"] is None
    assert list(z) == list(x)
    assert zeros_of(np.array(2.0)).shape == ()
    assert isinstance(zeros_of(np.array(2.0)), np.ndarray)
    assert zeros_of(np.float64(2.0)) == 0.0
    assert type(zeros_of(np.float64(2.0))) is np.float64


def test_scatter_add_adds_repeats() -> None:
    got = scatter_add(np.ones(3, np.float32), np.zeros(4), np.array([1, 1, -1]), None)
    assert np.array_equal(got, [0, 2, 0, 1])
    assert got.dtype == np.float32


def test_place_diagonal() -> None:
    g = np.array([1.0, 2.0])
    assert np.array_equal(place_diagonal(g, np.zeros((2, 3)), 1, 0, 1), [[0, 1, 0], [0, 0, 2]])
    assert np.array_equal(np.diagonal(place_diagonal(g, np.zeros((3, 2)), -1, 0, 1), -1), g)


def test_product_of_others() -> None:
    assert np.array_equal(product_of_others(np.array([2.0, 0.0, 3.0])), [0.0, 6.0, 0.0])
    assert product_of_others(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("name", runtime.__all__)
def test_a_helper_stands_alone(name: str) -> None:
    """Its source and that of the helpers it calls, with NumPy imported, is all that a standalone file needs."""
    source = inspect.getsource(getattr(runtime, name))
    names = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in ast.walk(ast.parse(source)) if isinstance(n, ast.arg)}
    bound |= {n.name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)}
    bound |= {a.name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) for a in n.names}
    import builtins

    assert names - bound - set(dir(builtins)) - {*runtime.__all__, "np", "Any"} == set()


def test_unbroadcast_to_what_several_are_broadcast_to() -> None:
    g = np.arange(6.0).reshape(2, 3)
    assert unbroadcast(g, np.zeros((2, 1)), np.zeros(3)) is g
    np.testing.assert_array_equal(unbroadcast(g, np.zeros((2, 1)), np.zeros(1)), np.sum(g, axis=1, keepdims=True))
    np.testing.assert_array_equal(unbroadcast(g, np.zeros(1), np.zeros(3)), np.sum(g, axis=0))


def test_zeros_to_fill() -> None:
    zeros = zeros_to_fill(({"a": (1.0, "text")}, [np.ones(2, np.float32)], 3, np.ones(1, int)))
    assert zeros[0] == {"a": [0.0, None]}
    assert zeros[1][0].dtype == np.float32
    assert zeros[2:] == [None, None]


def test_halved_where_a_condition_holds() -> None:
    d = np.ones(3, np.float32)
    got = halved(d, np.array([False, True, False]))
    assert np.array_equal(got, [1.0, 0.5, 1.0])
    assert got.dtype == np.float32
    assert np.array_equal(d, np.ones(3))
    assert halved(d, np.zeros(3, bool)) is d
    assert halved(2.0, True) == 1.0
    assert halved(2.0, False) == 2.0


@pytest.mark.parametrize("n", [1, 2, 3, 1000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_places_below_are_those_of_a_search(n: int, dtype: type) -> None:
    """On points, next to them, between them, outside and of NaN; of fewer numbers than points and of more."""
    rng = np.random.default_rng(0)
    points = np.sort(rng.standard_normal(n)).astype(dtype)
    inner = [points, np.nextafter(points, dtype(9.0)), np.nextafter(points, dtype(-9.0)), points[:-1] + np.diff(points)]
    x = np.concatenate([*inner, [-9.0, 9.0, np.inf, -np.inf, np.nan]]).astype(dtype)
    for some in (x, x[:: max(n // 100, 1)], x.reshape(-1, 1), x[:0], x[-3]):
        expected = np.clip(np.searchsorted(points, some, side="right") - 1, 0, max(n - 2, 0))
        assert np.array_equal(places_below(some, points), expected)
    steep = np.array([0.0, 5e-324, 1e-320, 1.0, 1e300, 1.7e308])
    x = np.concatenate([steep, [1e-321, 7e-321], -steep, 0.5 * steep, np.linspace(0.0, 2.0, 9)])
    assert np.array_equal(places_below(x, steep), np.clip(np.searchsorted(steep, x, side="right") - 1, 0, 4))


@pytest.mark.parametrize("n", range(1, 12))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_weights_of_evenly_spaced_samples(n: int, dtype: type) -> None:
    simpson = pytest.importorskip("scipy.integrate").simpson
    got = simpson_weights(np.ones((n, 2), dtype), None, 0.7, 0)
    assert got.shape == (n, 1)
    assert got.dtype == dtype
    np.testing.assert_allclose(got[:, 0], [simpson(row, dx=0.7) for row in np.eye(n)], rtol=1e-6, atol=1e-7)
