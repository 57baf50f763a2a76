"""Integers, lengths and conditions on them are computed again in the backward pass: no tape keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.inplace.checks import assert_right


def all_but_one(x, a):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[0]):
            if j != i:
                total += a[i, j] * x[j]
    return total


def every_other(x, a):
    total = 0.0
    for i in range(x.shape[0]):
        if i % 2 == 0:
            total += x[i] * x[i - 1]
        elif i // 3 <= 1:
            total -= x[i]
    return total * a[0, 0]


def within_a_band(x, a):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(max(i - 1, 0), min(i + 2, x.shape[0])):
            if j != i and j != 0:
                total += a[i, j] * x[j]
    return total


def between_two_integers(x, a):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[0]):
            if i < j <= 2 * i and (i + j) % 3:
                total += a[i, j] * x[j]
    return total


def where_an_integer_array_says_so(x, a, k):
    total = 0.0
    for i in range(x.shape[0]):
        if k[i] > i:
            total += a[i, k[i]] * x[k[i] - 1]
    return total


def as_often_as_an_array_is_long(x, a):
    for _ in range(3):
        for i in range(len(x)):
            x[i] = 0.5 * x[i - 1]
        for i in range(1, x.shape[0] - 1):
            x[i] += x[i + 1]
    return np.sum(x) * a[0, 0]


def as_often_as_a_view_is_long(x, a):
    m = np.zeros((len(x), 2))
    for k in range(2):
        v = x[1:]
        for i in range(len(v)):
            v[i] += x[i]
        for i in range(m.shape[0]):
            m[i, k] = x[i] - a[i, k]
        x = x * 2.0
    return np.sum(m)


def as_often_as_an_integer_says(x, a, k):
    n = len(k) - 1
    y = np.zeros(n)
    for _ in range(2):
        for i in range(y.shape[0]):
            y[i] += x[i] + y[i - 1]
        for _ in range(len(a[:, 1:])):
            y *= 0.5
    return np.sum(y)


def arguments(f: Callable[..., Any]) -> list[Any]:
    rng = np.random.default_rng(0)
    args = [rng.standard_normal(5), rng.standard_normal((5, 5)), np.array([3, 1, 4, 0, 2])]
    return args[: f.__code__.co_argcount]


CONDITIONS = [all_but_one, every_other, within_a_band, between_two_integers, where_an_integer_array_says_so]
LENGTHS = [as_often_as_an_array_is_long, as_often_as_a_view_is_long, as_often_as_an_integer_says]


@pytest.mark.parametrize("f", CONDITIONS + LENGTHS)
def test_nothing_is_kept_that_integers_at_hand_give(f: Callable[..., Any]) -> None:
    args = arguments(f)
    assert "tape" not in pullback.grad(f, wrt=(0, 1)).specialize(*args).source
    assert_right(f, args)


def changed_after_it_was_asked(x, k):
    for i in range(x.shape[0]):
        if k[i] > i:
            k[i] = i
            x[k[i]] *= x[i - 1]
        if k[i] == 2:
            k[:] = k[::-1]
            x[k] = x * x[k[0]]
    return np.sum(x * x)


def an_integer_that_goes_round(x, k):
    n = 3
    for i in range(x.shape[0]):
        n = (n * 2 + 1) % 5
        if n == 3 or n > i:
            x[n] = np.tanh(x[i] * x[n])
        n = n + 1
        if min(n, i) % 2:
            x[i] *= x[k[n - 1] - 1]
    return np.sum(x * x)


def an_array_that_becomes_shorter(x, k):
    total = 0.0
    for _ in range(3):
        for i in range(len(x)):
            total += x[i] * total + x[i]
        x = x[1:] * x[k[0]]
    return total


def two_arrays_that_change_places(x, k):
    y = x[: k[0]] * 2.0
    for _ in range(3):
        for i in range(len(y)):
            y[i] *= x[i % 3 - 1]
        x, y = y, x
    return np.sum(x) * np.sum(y * y)


CHANGED = [changed_after_it_was_asked, an_integer_that_goes_round]
CHANGED += [an_array_that_becomes_shorter, two_arrays_that_change_places]


@pytest.mark.parametrize("f", CHANGED)
def test_what_has_changed_since_is_kept(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    assert_right(f, [rng.standard_normal(6), np.array([3, 1, 2, 0, 5, 4])])
