# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False
"""The gradient of a gradient through lists whose lengths only the run knows."""

from __future__ import annotations

import numpy as np
import pytest

from pullback.transpile.derive import derive
from pullback.transpile.interpret import Interpreter
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value
from pullback.transpile.verify import verify

X = np.array([[0.3, -1.0, 0.5], [0.7, 0.2, -0.4], [1.1, 0.6, -0.9]])


def stacked_and_summed(x, n):
    ys = [np.sin(x[i]) for i in range(n)]
    return np.sum(np.stack(ys) ** 2 * np.exp(sum(ys)))


def inserted_popped_and_joined(x, n):
    ys = [np.sin(x[i]) for i in range(n)]
    ys.insert(1, ys[0] * ys[1])
    v = ys.pop(0)
    zs = ys[1:] + ys[::-1]
    return np.sum(np.concatenate(zs) ** 3) * np.sum(v * v)


def sorted_rows(x, n):
    ys = sorted([np.sin(x[i]) * x[i] for i in range(n)], key=np.sum)
    return np.sum(ys[0] * ys[1] * ys[2])


def numbers_turned_round(x, n):
    ys = [np.sum(np.sin(x[i])) for i in range(n)]
    ys.reverse()
    return np.sum(np.array(ys[1:]) ** 3) * max(ys)


@pytest.mark.parametrize("f", [stacked_and_summed, inserted_popped_and_joined, sorted_rows, numbers_turned_round])
def test_the_gradient_of_the_gradient(f):
    types = [type_of_value(X, "x"), type_of_value(3, "n")]
    gradient = derive(lower(from_function(f), types), Request("grad", (0,), bare=True))
    second = derive(gradient, Request("vjp", (0,), bare=True))
    verify(gradient)
    verify(second)
    rng = np.random.default_rng(0)
    ct, t = rng.standard_normal((2, *X.shape))
    g, pull = Interpreter(second).run(X, 3)
    ends = [Interpreter(gradient).run(X + h * t, 3) for h in (1e-6, 0.0, -1e-6)]
    np.testing.assert_array_equal(g, ends[1])
    np.testing.assert_allclose(np.sum(pull(ct) * t), np.sum((ends[0] - ends[2]) * ct) / 2e-6, rtol=1e-6)
