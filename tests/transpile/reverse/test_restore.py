"""Arrays that are put back as the adjoint goes: what a write destroys is kept, never what is read of the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.transpile.optimise import restorable
from tests.inplace.cases import Case, cases
from tests.inplace.checks import assert_right
from tests.inplace.test_programs import named
from tests.memory import kept_bytes


def dense(x, a, b, sweeps):
    for _ in range(sweeps):
        for i in range(x.shape[0]):
            x[i] = np.tanh(a[i] @ x + b[i])
    return np.sum(x * x)


def by_blocks(x, a, b, sweeps):
    n = x.shape[0]
    for _ in range(sweeps):
        for k in range(0, n, 10):
            x[k : k + 10] = np.tanh(a[k : k + 10] @ x + b[k : k + 10])
    return np.sum(x * x)


def until_it_settles(x, a, b, sweeps):
    for _ in range(sweeps):
        change = 0.0
        for i in range(x.shape[0]):
            old = x[i]
            x[i] = np.tanh(a[i] @ x + b[i])
            change = max(change, abs(x[i] - old))
        if change < 1e-14:
            break
    return np.sum(x * x)


def through_a_view(x, a, b, sweeps):
    v = x[1:]
    for _ in range(sweeps):
        for i in range(v.shape[0]):
            v[i] = np.tanh(a[i] @ x + b[i])
    return np.sum(x * x)


def under_a_condition(x, a, b, sweeps):
    for _ in range(sweeps):
        for i in range(x.shape[0]):
            if b[i] > 0.0:
                x[i] = np.tanh(a[i] @ x + b[i])
    return np.sum(x * x)


def through_views_in_branches(x, a, b, sweeps):
    v = x[1:]
    for _ in range(sweeps):
        for i in range(v.shape[0]):
            s = np.tanh(a[i] @ x + b[i])
            if s > 0.0:
                v[i] = s
            else:
                x[::-1][i] *= 0.5
    return np.sum(x * x)


def until_a_condition_in_a_branch(x, a, b, sweeps):
    for _ in range(sweeps):
        for i in range(x.shape[0]):
            t = a[i] @ x
            if t > 0.0:
                x[i] = np.tanh(t)
                if b[i] > 2.0:
                    x[i - 1] *= x[i]
                    break
            else:
                x[i] = t * x[i - 1]
    return np.sum(x * x)


SWEEPS = [dense, by_blocks, until_it_settles, through_a_view, under_a_condition, through_views_in_branches]
SWEEPS += [until_a_condition_in_a_branch]


@pytest.mark.parametrize("f", SWEEPS)
def test_a_sweep_keeps_what_it_overwrites(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    n, sweeps = 200, 5
    x, m, b = rng.standard_normal(n), rng.standard_normal((n, n)) / n, rng.standard_normal(n)
    once = n * sweeps * 200  # bytes: a tuple of two or three numbers for each element that is written
    read = m.nbytes + b.nbytes  # of which `pull` has copies
    assert kept_bytes(f, (x, m, b, sweeps), (0, 1, 2)) < once + 4 * n * 8 + read
    assert n * n * sweeps * 8 > 5 * once  # what copies of `x` would take


@pytest.mark.parametrize("f", SWEEPS)
def test_what_a_sweep_overwrites_is_put_back_right(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    assert_right(f, [rng.standard_normal(12), 0.3 * rng.standard_normal((12, 12)), rng.standard_normal(12), 2])


def an_element_under_a_condition(x, b):
    for i in range(1, x.shape[0]):
        if b[i] > 0.0:
            x[i] = x[i] * x[i - 1]
    return np.sum(x * x)


def a_few_elements_in_an_inner_loop(x, b):
    for i in range(x.shape[0] - 3):
        s = 0.0
        for k in range(3):
            s += x[i + k] * b[k]
        x[i] = np.tanh(s)
        x[:2] = s
    return np.sum(x * x)


@pytest.mark.parametrize("f", [an_element_under_a_condition, a_few_elements_in_an_inner_loop])
def test_elements_are_kept_and_not_the_array_that_they_are_of(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(2)
    short, long = (kept_bytes(f, tuple(rng.standard_normal((2, n))), (0, 1)) for n in (100, 400))
    assert long < 5 * short
    assert_right(f, list(rng.standard_normal((2, 7))))


def test_the_text_puts_the_element_back() -> None:
    source = pullback.grad(dense, wrt=(0, 1)).specialize(np.zeros(3), np.eye(3), np.zeros(3), 2).source
    assert "x[i] = old" in source
    assert source.count("copy()") == 1


TOPICS = ("algorithms", "loops", "by_arrays", "elements", "found", "views")


RIGHT = [c for c in cases(*TOPICS) if c.refusal is None]


@pytest.mark.parametrize("case", RIGHT, ids=named)
def test_whatever_can_be_put_back_may_be(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restorable, "_is_less", lambda destroyed, read: True)
    assert_right(case.f, case.args)
