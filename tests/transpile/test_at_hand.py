"""Shapes are asked of what is at hand: a tape keeps no array for nothing but its shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.inplace.programs import algorithms
from tests.memory import kept_bytes

Array = np.ndarray[Any, Any]


def differences(f: Callable[..., Any], args: tuple[Any, ...], wrt: int) -> Array:
    """The gradient of a scalar function by central differences."""
    x, h = args[wrt], 1e-6
    out = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        ends = []
        for sign in (1.0, -1.0):
            moved = x.copy()
            moved[at] += sign * h
            ends.append(f(*args[:wrt], moved, *args[wrt + 1 :]))
        out[at] = (ends[0] - ends[1]) / (2.0 * h)
    return out


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def check(f: Callable[..., Any], *args: Any) -> str:
    """The gradients with respect to all arrays are those of central differences; their text."""
    wrt = tuple(i for i, x in enumerate(args) if isinstance(x, np.ndarray))
    derivative = pullback.value_and_grad(f, wrt=wrt)
    given = tuple(x.copy() if isinstance(x, np.ndarray) else x for x in args)
    value, grads = derivative(*args)
    assert all(np.array_equal(x, y) for x, y in zip(given, args, strict=True))
    assert value == f(*(x.copy() if isinstance(x, np.ndarray) else x for x in args))
    for i, g in zip(wrt, grads, strict=True):
        assert g.shape == args[i].shape
        np.testing.assert_allclose(g, differences(lambda *xs: f(*map(np.copy, xs)), args, i), rtol=1e-5, atol=1e-7)
    return derivative.source


def jacobi(a: Array, b: Array, steps: int) -> Any:
    for _ in range(steps):
        b[1:-1] = 0.2 * (a[:-2] + a[2:])
        a[1:-1] = 0.3 * (b[:-2] + b[2:])
    return np.sum(a * a)


def fields(e: Array, h: Array, steps: int) -> Any:
    for _ in range(steps):
        h[:-1] -= 0.7 * (e[1:] - e[:-1] + h[1:] - 0.1 * h[:-1])
        e[1:] += 0.5 * (h[1:] - h[:-1])
    return np.sum(h * h)


def rows(a: Array, b: Array, steps: int) -> Any:
    for i in range(steps):
        a[i, 1:] = 0.5 * (b[i, :-1] + b[i, 1:])
        b[i, :-1] += a[i, 1:]
    return np.sum(b * b) + np.sum(a * a)


def in_a_branch(a: Array, b: Array, steps: int) -> Any:
    for i in range(steps):
        if i % 2 == 0:
            b[1:-1] = 0.2 * (a[:-2] + a[2:])
        else:
            a[1:-1] += 0.3 * (b[:-2] + b[2:])
    return np.sum(a * a) + np.sum(b * b)


def transposed(a: Array, b: Array, steps: int) -> Any:
    for _ in range(steps):
        a += 0.5 * (b.T[1:] - b.T[:-1])
        b[:, 1:] -= a.T
    return np.sum(a * b[:, 1:].T)


@pytest.mark.parametrize("f", [jacobi, fields])
@pytest.mark.parametrize("length", [4, 6])
def test_arrays_of_one_length_whatever_it_is(f: Callable[..., Any], length: int) -> None:
    text = check(f, normal(length), normal(length, seed=1), 3)
    assert ".append(" not in text


@pytest.mark.parametrize("f", [jacobi, fields])
def test_what_is_broadcast_is_summed(f: Callable[..., Any]) -> None:
    check(f, normal(2, 3), normal(2, 3, seed=1), 2)


def written_from_one(a: Array, b: Array, steps: int) -> Any:
    for _ in range(steps):
        b[1:] = 0.5 * (a[:-1] + a[1:])
    return np.sum(b * b)


def added_from_two(a: Array, b: Array, c: Array, steps: int) -> Any:
    for _ in range(steps):
        a[1:] += 0.5 * (b[1:] - 0.1 * c[:-1])
        b[:-1] *= 0.5
        c[1:] *= 0.25
    return np.sum(a * a)


def test_one_element_stands_for_many() -> None:
    assert ".append(" not in check(written_from_one, normal(2), normal(5, seed=1), 2)
    for shapes in ((5, 5, 5), (5, 2, 5), (5, 5, 2), (5, 2, 2)):
        args = [normal(n, seed=k) for k, n in enumerate(shapes)]
        assert ".append(" not in check(added_from_two, *args, 2)


def test_rows_of_arrays_and_transposed_ones() -> None:
    assert ".append(" not in check(rows, normal(4, 5), normal(4, 5, seed=1), 3)
    assert ".append(" not in check(transposed, normal(4, 3), normal(3, 5, seed=1), 2)


def test_branches_keep_which_one_was_taken_and_nothing_else() -> None:
    check(in_a_branch, normal(5), normal(5, seed=1), 3)
    assert kept_bytes(in_a_branch, (normal(9999), normal(9999, seed=1), 20), (0, 1)) < 2.1 * 8 * 9999


def test_the_pull_of_a_vjp_may_be_called_again() -> None:
    a, b = normal(5), normal(5, seed=1)
    value, pull = pullback.vjp(jacobi, wrt=(0, 1))(a, b, 3)
    first, second = pull(1.0), pull(1.0)
    assert value == jacobi(a.copy(), b.copy(), 3)
    assert all(np.array_equal(x, y) for x, y in zip(first, second, strict=True))


def test_negations_stay_outside() -> None:
    text = pullback.grad(algorithms.fdtd_2d, wrt=(0, 1, 2))
    text(normal(4, 4), normal(4, 4, seed=1), normal(4, 4, seed=2), 0.5, 2)
    assert "unbroadcast(-" not in text.source
    assert "dey[1:, :-1] -= unbroadcast(" in text.source
    assert "dex[:-1, 1:] -= d\n" in text.source
    assert "unbroadcast(dex[:, 1:], dhz[:, 1:])" in text.source


def test_linear_programs_in_several_arrays_keep_nothing() -> None:
    square = [normal(100, 100, seed=k) for k in range(3)]
    size = square[0].nbytes
    assert kept_bytes(algorithms.jacobi_2d, (*square[:2], 10), (0, 1)) < 2.1 * size
    assert kept_bytes(algorithms.fdtd_2d, (*square, 0.5, 10), (0, 1, 2)) < 3.1 * size


def test_a_state_is_kept_once_a_step_whatever_is_asked_for() -> None:
    stock, years = np.random.default_rng(4).uniform(0.2, 0.8, 4000), 20
    for wrt in ((0,), (0, 1, 2)):
        assert kept_bytes(algorithms.fish, (stock, 0.4, 0.3, years), wrt) < (years + 1.2) * stock.nbytes


def means_of_parts(x: Array, steps: int) -> Any:
    total = 0.0
    for i in range(steps):
        y = 2.0 * x[x > 0.1 * i]
        y = y + x[0]
        total = total + y.mean() * y.shape[0]
    return total


def sums_of_parts(x: Array, steps: int) -> Any:
    total = 0.0
    for i in range(steps):
        y = x[i:] + x[0]
        if y[0] > 0.1:
            total = total + np.sum(np.cumsum(y)) / len(y[y > 0.2])
    return total


def parts_that_become_shorter(x: Array, steps: int) -> Any:
    for _ in range(steps):
        x = x[1:] * x[0]
    return np.sum(x)


@pytest.mark.parametrize("f", [means_of_parts, sums_of_parts])
def test_a_length_is_kept_and_not_the_array(f: Callable[..., Any]) -> None:
    x, steps = np.abs(normal(1000)) + 0.1, 10
    check(f, x[:9], 3)
    masks = 1.5 * steps * x.size  # one byte an element of what is read
    assert kept_bytes(f, (x, steps), (0,)) < masks + x.nbytes


def test_a_cotangent_of_the_whole_shape_is_not_spread() -> None:
    assert "full_like" not in check(parts_that_become_shorter, normal(7), 3)


def gated(w, xs):
    c = np.zeros(3)
    n = len(c)
    for x in xs:
        z = w * x
        i, g = z[:n], z[n : 2 * n]
        c = c + i * g
    return np.sum(c)


def test_nothing_is_computed_again_for_its_shape_where_what_it_is_made_of_is_read_anyway() -> None:
    source = check(gated, normal(6), normal(4, 6, seed=1))
    assert "unbroadcast(" in source
    assert "i * g)" not in source
