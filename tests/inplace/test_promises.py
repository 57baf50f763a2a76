"""Promises that a program which changes arrays in place could break: second calls, threads, exceptions, arguments."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import pullback
from tests.behaviour import identical
from tests.differences import copied
from tests.inplace.cases import mixed, positive
from tests.inplace.programs import algorithms, aliases, calls, loops, raising

FAILURES = [
    (raising.raises_in_the_middle, 1.9, 50.0, ValueError),
    (raising.asserts_in_the_middle, 0.1, 50.0, AssertionError),
    (raising.divides_in_the_middle, 0.0, 2.0, ZeroDivisionError),
    (raising.writes_beyond_the_end, 9.0, 2.0, IndexError),
]


@pytest.mark.parametrize(("f", "bad", "good", "cls"), FAILURES, ids=lambda x: getattr(x, "__name__", ""))
def test_after_an_exception_in_the_middle(f: Callable[..., Any], bad: float, good: float, cls: type[Exception]) -> None:
    derivative = pullback.value_and_grad(f)
    x = positive(4)
    before = copied(x)
    first = derivative(x, good)
    with pytest.raises(cls) as raised:
        derivative(x, bad)
    with pytest.raises(cls) as expected:
        f(copied(x), bad)
    assert str(raised.value) == str(expected.value)
    assert identical(x, before)
    assert identical(derivative(x, good), first)
    assert identical(first[0], f(copied(x), good))


@pytest.mark.parametrize("place", range(4))
def test_a_loop_is_left_by_an_exception_at_any_place(place: int) -> None:
    f = raising.raises_in_the_middle
    derivative = pullback.value_and_grad(f)
    x = positive(4)
    first = derivative(x, 50.0)
    bad = copied(x)
    bad[place] = 30.0
    before = copied(bad)
    with pytest.raises(ValueError, match=f"element {place} is too large"):
        derivative(bad, 25.0)
    assert identical(bad, before)
    assert identical(derivative(x, 50.0), first)


THREADED = [
    (algorithms.heat, (mixed(8), 0.1, 4)),
    (algorithms.fish, (positive(6) * 0.5, 0.4, 0.3, 4)),
    (algorithms.log_det, (algorithms.DEFINITE,)),
    (aliases.ping_pong, (mixed(4), mixed(4, seed=1), 3)),
    (calls.kernel_of_two_arrays, (3, mixed(6), mixed(6, seed=1))),
]


@pytest.mark.parametrize(("f", "args"), THREADED, ids=lambda x: getattr(x, "__name__", ""))
def test_from_four_threads(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    wrt = tuple(i for i, a in enumerate(args) if isinstance(a, np.ndarray))
    derivative = pullback.value_and_grad(f, wrt=wrt)
    before = copied(args)
    inputs = [[a * (1.0 + 0.01 * t) if isinstance(a, np.ndarray) else a for a in args] for t in range(8)]
    expected = [derivative(*given) for given in inputs]
    fresh = pullback.value_and_grad(f, wrt=wrt)

    def run(t: int) -> Any:
        return [fresh(*inputs[t % 8]) if t % 3 else fresh(*args) for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(32)))
    for t, results in enumerate(found):
        for result in results:
            assert identical(result, expected[t % 8] if t % 3 else derivative(*args))
    assert identical(args, before)


def test_pull_keeps_what_it_needs_when_the_arguments_change() -> None:
    x, y = mixed(4), mixed(4, seed=1)
    out, pull = pullback.vjp(aliases.ping_pong, wrt=(0, 1))(x, y, 3)
    expected = copied(pull(1.0))
    x[:] = 7.0
    y *= 3.0
    assert identical(pull(1.0), expected)
    assert np.isfinite(out)


def test_pull_keeps_what_it_needs_when_its_results_change() -> None:
    out, pull = pullback.vjp(aliases.result_has_one_array_twice)(mixed(3))
    ct = (np.ones(3), {"again": np.ones(3)}, np.ones(2))
    first = pull(ct)
    expected = copied(first)
    first *= 0.0
    out[0][:] = 9.0
    out[2][:] = 9.0
    assert identical(pull(ct), expected)


def test_a_read_only_argument_is_written_in_a_copy() -> None:
    x = mixed(5)
    x.flags.writeable = False
    value, gradient = pullback.value_and_grad(loops.zero_trips)(x, 3)
    assert identical(value, loops.zero_trips(x.copy(), 3))
    assert gradient.flags.writeable


def written_first(x, y):
    x[0] = 2.0 * y[1]
    return np.sum(x * y)


def read_only(x, y):
    return np.sum(x * y)


def own_copy_written(x, y):
    x = x.copy()
    x[0] = 2.0 * y[1]
    return np.sum(x * y)


ONE = mixed(6)
SHARED = {"one array": (ONE, ONE), "overlapping parts": (ONE[:4], ONE[2:]), "reversed": (ONE, ONE[::-1])}


@pytest.mark.parametrize("args", SHARED.values(), ids=SHARED)
def test_arguments_that_share_memory_are_caught_where_one_is_written(args: tuple[Any, Any]) -> None:
    derivative = pullback.value_and_grad(written_first, wrt=(0, 1))
    before = ONE.copy()
    with pytest.raises(pullback.AliasError, match="shares memory"):
        derivative(*args)
    apart = [a.copy() for a in args]
    value, _ = derivative(*apart)
    assert identical(value, written_first(*copied(apart)))
    with pytest.raises(pullback.AliasError, match="shares memory"):
        derivative(*args)
    assert identical(ONE, before)


@pytest.mark.parametrize("args", SHARED.values(), ids=SHARED)
@pytest.mark.parametrize("f", [read_only, own_copy_written])
def test_arguments_that_share_memory_are_free_to_where_none_is_written(
    f: Callable[..., Any], args: tuple[Any, Any]
) -> None:
    value, gradients = pullback.value_and_grad(f, wrt=(0, 1))(*args)
    assert identical(value, f(*args))
    apart = [a.copy() for a in args]
    assert identical(gradients, pullback.grad(f, wrt=(0, 1))(*apart))


def test_arguments_apart_in_one_buffer_are_free() -> None:
    args = (ONE[::2], ONE[1::2])
    value, _ = pullback.value_and_grad(written_first, wrt=(0, 1))(*args)
    assert identical(value, written_first(*copied(list(args))))


def written_beside_a_dict(p: Any, x: Any) -> Any:
    v = p["v"]
    x[0] = 3.0 * x[1]
    return np.sum(x * v)


def test_an_argument_that_shares_memory_with_an_item_that_is_read_first_is_caught() -> None:
    derivative = pullback.value_and_grad(written_beside_a_dict, wrt=(0, 1))
    x = np.ones(3)
    with pytest.raises(pullback.AliasError, match="shares memory"):
        derivative({"v": x}, x)
    value, _ = derivative({"v": x.copy()}, x)
    assert value == 5.0
