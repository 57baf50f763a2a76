"""Random numbers from keys: those of JAX to the last bit, or to rounding where functions are computed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import random
from pullback.stdlib.inverse_erf import inverse_erf

KEY = random.key(42)
SHAPES = [(), (2, 0), (40_001,)]
FLOATS = [(np.float16, 4e-3), (np.float32, 4e-6), (float, 1e-13)]


@pytest.fixture
def of_jax() -> Any:
    return pytest.importorskip("jax").random


def same(found: Any, wanted: Any, tolerance: float = 0.0) -> None:
    wanted = np.asarray(wanted)
    assert np.shape(found) == wanted.shape
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_bits_are_those_of_the_paper() -> None:
    # Salmon et al., the known answers of Random123 for 20 rounds
    from pullback.stdlib.threefry import hashed

    ones = 0xFFFFFFFF
    known: list[tuple[tuple[int, int], int, int, int, int]] = [
        ((0, 0), 0, 0, 0x6B200159, 0x99BA4EFE),
        ((ones, ones), ones, ones, 0x1CB996FC, 0xBB002BE7),
        ((0x13198A2E, 0x03707344), 0x243F6A88, 0x85A308D3, 0xC4923A9C, 0x483DF7A0),
    ]
    for key, high, low, *wanted in known:
        found = hashed(key, np.array([high], np.uint32), np.array([low], np.uint32))
        assert [int(x[0]) for x in found] == wanted


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1, 2**40 + 5, -7, np.int32(-3), np.int64(-3), np.uint8(7)])
def test_keys_are_those_of_jax(seed: Any, of_jax: Any) -> None:
    same(random.key(seed), of_jax.PRNGKey(seed))


@pytest.mark.parametrize("num", [2, 1, 5, (2, 3), ()])
def test_split_is_that_of_jax(num: Any, of_jax: Any) -> None:
    same(random.split(KEY, num), of_jax.split(KEY, num))


@pytest.mark.parametrize("data", [0, 1, 77, 2**32 - 1])
def test_fold_in_is_that_of_jax(data: int, of_jax: Any) -> None:
    same(random.fold_in(KEY, data), of_jax.fold_in(KEY, data))


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("shape", SHAPES)
def test_integers_are_those_of_jax(shape: tuple[int, ...], of_jax: Any) -> None:
    for dtype in (np.uint8, np.uint32, np.uint64):
        same(random.bits(KEY, shape, dtype), of_jax.bits(KEY, shape, dtype))
    for low, high, kind in ((0, 10, int), (-5, 3, np.int32), (3, 3, int), (0, 2**31, np.int32), (-(2**63), 5, int)):
        same(random.randint(KEY, shape, low, high, kind), of_jax.randint(KEY, shape, low, high, kind))
    same(random.bernoulli(KEY, 0.3, shape), of_jax.bernoulli(KEY, 0.3, shape))


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), FLOATS)
def test_floats_are_those_of_jax(shape: tuple[int, ...], dtype: Any, tolerance: float, of_jax: Any) -> None:
    same(random.uniform(KEY, shape, dtype), of_jax.uniform(KEY, shape, dtype))
    same(random.uniform(KEY, shape, dtype, -2.5, 1.3), of_jax.uniform(KEY, shape, dtype, -2.5, 1.3), tolerance)
    for name in ("normal", "exponential", "gumbel") if shape else ():
        same(getattr(random, name)(KEY, shape, dtype), getattr(of_jax, name)(KEY, shape, dtype), tolerance)
    bounds = (-1.0, 2.0, shape, dtype)
    same(random.truncated_normal(KEY, *bounds), of_jax.truncated_normal(KEY, *bounds), tolerance)


@pytest.mark.usefixtures("double_precision")
def test_choices_are_those_of_jax(of_jax: Any) -> None:
    x, p = np.arange(12.0).reshape(3, 4), np.array([0.1, 0.2, 0.0, 0.3, 0.1, 0.1, 0.2])
    for n in (0, 1, 2000):
        same(random.permutation(KEY, n), of_jax.permutation(KEY, n))
    for axis in (0, 1, -1):
        same(random.permutation(KEY, x, axis), of_jax.permutation(KEY, x, axis))
        same(random.choice(KEY, x, (2,), axis=axis), of_jax.choice(KEY, x, (2,), axis=axis))
        same(random.categorical(KEY, x * 0.1, axis), of_jax.categorical(KEY, x * 0.1, axis))
    same(random.categorical(KEY, x * 0.1, 0, (9, 4)), of_jax.categorical(KEY, x * 0.1, 0, (9, 4)))
    for shape in ((), (2, 2)):
        for a in (7, np.arange(7.0)):
            for replace in (True, False):
                for q in (None, p):
                    same(random.choice(KEY, a, shape, replace, q), of_jax.choice(KEY, a, shape, replace, q))


def test_the_inverse_of_the_error_function() -> None:
    x = np.linspace(-0.9999999, 0.9999999, 2001)
    np.testing.assert_allclose(np.vectorize(math.erf)(inverse_erf(x)), x, rtol=0, atol=3e-16)
    np.testing.assert_array_equal(inverse_erf(np.array([1.0, -1.0, 0.0])), [np.inf, -np.inf, 0.0])


@pytest.mark.parametrize("key", [3, np.zeros(2), random.split(KEY), np.zeros(3, np.uint32)])
def test_what_is_no_key_is_refused(key: Any) -> None:
    with pytest.raises(TypeError, match="a key is an array of two uint32"):
        random.normal(key, (3,))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(TypeError, match="a seed is an integer"):
        random.key(1.0)
    with pytest.raises(TypeError, match="floats of 16, 32 or 64 bits"):
        random.uniform(KEY, (3,), int)
    with pytest.raises(TypeError, match="unsigned"):
        random.bits(KEY, (3,), int)
    with pytest.raises(TypeError, match="a probability is a float"):
        random.bernoulli(KEY, 1)
    with pytest.raises(TypeError, match="random integers have"):
        random.randint(KEY, (3,), 0, 5, np.uint8)
    with pytest.raises(ValueError, match="cannot draw 5 of 3"):
        random.choice(KEY, 3, (5,), replace=False)


def bounds(low: float, high: float) -> Any:
    return np.sum(random.uniform(KEY, (4,), minval=low, maxval=high) ** 3)


def bounds_of_arrays(low: Any, high: Any) -> Any:
    return np.sum(random.uniform(KEY, (4, 3), float, low, high) ** 3)


def truncated(low: float, high: float) -> Any:
    return np.sum(random.truncated_normal(KEY, low, high, (5,)) ** 3) + random.truncated_normal(KEY, low, 9.0)


def shuffled(x: Any, y: Any) -> Any:
    z = random.permutation(KEY, y, axis=1)
    return np.sum(random.permutation(KEY, x) * np.arange(1.0, 4.0)) * np.sum(z[0] ** 2 * z[1])


def chosen(x: Any, y: Any) -> Any:
    some = random.choice(KEY, y, (4,), p=np.array([0.2, 0.5, 0.3]), axis=1)
    return np.sum(random.choice(KEY, x, (2, 2), replace=False) ** 2) * np.sum(some**3)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (bounds, (0.2, 1.7)),
        (bounds_of_arrays, (np.array([[0.1], [0.2], [0.3], [0.4]]), np.array([1.0, 2.0, 3.0]))),
        (truncated, (-0.4, 1.7)),
        (shuffled, (np.array([1.0, 2.0, 4.0]), np.array([[1.0, 2.0, 3.0], [0.5, 0.1, 0.2]]))),
        (chosen, (np.arange(1.0, 6.0), np.array([[1.0, 2.0, 3.0], [0.5, 0.1, 0.2]]))),
    ],
)
def test_what_moves_with_the_numbers_has_a_derivative(f: Any, args: tuple[Any, ...]) -> None:
    report = pullback.check_grad(f, args, wrt=(0, 1))
    assert report.ok, report


def weighted(x: Any, key: Any) -> Any:
    return np.sum(random.normal(key, x.shape) * x)


def test_new_numbers_are_not_copied() -> None:
    assert "return random.normal(key, x.shape)\n" in pullback.grad(weighted).specialize(np.ones((3, 2)), KEY).source
