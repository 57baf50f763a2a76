"""`stop_gradient`: the value is what it was, and in the derivative it is a constant."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import pullback
from pullback import errors, stop_gradient
from pullback.cli import main
from pullback.transpile.abstract import UNKNOWN
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value
from tests.behaviour import identical
from tests.differences import copied, leaves
from tests.transpile.lowering import pointed_at, refused


class Pair(NamedTuple):
    first: Any
    second: Any


X = np.array([0.3, -0.4, 0.5])
PARAMS = {"w": X, "b": 0.7, "name": "p", "n": 3}

# each program, then what it is with the stopped values as constants `c`, and these


def product(x):
    z = stop_gradient(np.tanh(x) * 3.0)
    return np.sum(x * z)


def product_of(x, c):
    return np.sum(x * c)


def number(x):
    return x * stop_gradient(math.sin(x)) + stop_gradient(2.0)


def number_of(x, c):
    return x * c + 2.0


def straight_through(x):
    return np.sum((x + stop_gradient(np.round(x) - x)) * x)


def straight_through_of(x, c):
    return np.sum((x + c) * x)


def structure(p):
    q = pullback.stop_gradient(p)
    return np.sum(q["w"] * p["w"]) * p["b"] + q["b"] * q["n"]


def structure_of(p, c):
    return np.sum(c["w"] * p["w"]) * p["b"] + c["b"] * c["n"]


def sequences(p):
    (w, b), xs = stop_gradient(x=((p["w"], p["b"]), [p["w"][1:], 2.0 * p["b"]]))
    return np.sum(w * p["w"]) + b * p["b"] + np.sum(xs[0]) * xs[1] * p["b"]


def sequences_of(p, c):
    return np.sum(c["w"] * p["w"]) + c["b"] * p["b"] + np.sum(c["w"][1:]) * 2.0 * c["b"] * p["b"]


def written_then(x):
    y = stop_gradient(2.0 * x)
    y[0] = x[1]
    y[1:] *= x[1:]
    return np.sum(y * x)


def written_then_of(x, c):
    y = 2.0 * c
    y[0] = x[1]
    y[1:] *= x[1:]
    return np.sum(y * x)


def sampled(x):
    return stop_gradient(x) * x


def in_a_called_function(x):
    return np.sum(sampled(np.sin(x))) + np.sum(sampled(x))


def in_a_called_function_of(x, c):
    return np.sum(np.sin(c) * np.sin(x)) + np.sum(c * x)


def in_a_branch(x):
    y = stop_gradient(x) if x[0] > 0 else x
    return np.sum(y * x)


def in_a_loop(x):
    s, y = 0.0, x
    for _ in range(3):
        s += np.sum(stop_gradient(y) * y)
        y = 2.0 * y
    return s


def in_a_loop_of(x, c):
    s, y = 0.0, x
    for k in range(3):
        s += np.sum(c[k] * y)
        y = 2.0 * y
    return s


def of_lists(xs):
    s = 0.0
    for x, c in zip(xs, stop_gradient(xs)):
        s += np.sum(x * x * c)
    return s


def of_lists_of(xs, cs):
    s = 0.0
    for x, c in zip(xs, cs):
        s += np.sum(x * x * c)
    return s


CASES = [
    (product, X, product_of, np.tanh(X) * 3.0),
    (number, 0.8, number_of, math.sin(0.8)),
    (straight_through, X, straight_through_of, np.round(X) - X),
    (structure, PARAMS, structure_of, PARAMS),
    (sequences, PARAMS, sequences_of, PARAMS),
    (written_then, X, written_then_of, X),
    (in_a_called_function, X, in_a_called_function_of, X),
    (in_a_branch, X, product_of, X),
    (in_a_loop, X, in_a_loop_of, [X, 2.0 * X, 4.0 * X]),
    (of_lists, [X, 2.0 * X], of_lists_of, [X, 2.0 * X]),
]


def names(value: Any) -> str:
    return getattr(value, "__name__", "")


def assert_close(a: Any, b: Any) -> None:
    """Two gradients are equal but for rounding, and of one structure."""
    assert type(a) is type(b)
    for x, y in zip(leaves(a), leaves(b), strict=True):
        assert type(x) is type(y)
        if x is not None:
            np.testing.assert_allclose(x, y, rtol=1e-14)


@pytest.mark.parametrize(("f", "x", "frozen", "c"), CASES, ids=names)
def test_what_is_stopped_is_a_constant(f: Any, x: Any, frozen: Any, c: Any) -> None:
    given = copied(x)
    value, gradient = pullback.value_and_grad(f)(given)
    assert identical(value, f(copied(x)))
    assert identical(given, x)
    assert_close(gradient, pullback.grad(frozen)(x, c))


@pytest.mark.parametrize(("f", "x", "frozen", "c"), CASES, ids=names)
@pytest.mark.parametrize("typed", [True, False])
def test_without_the_optimiser_and_without_types(f: Any, x: Any, frozen: Any, c: Any, typed: bool) -> None:
    source = from_function(f)
    types = [type_of_value(x, "x") if typed else UNKNOWN]
    try:
        derivative = load(transpile(source, types, Request("grad", (0,), True, optimise=not typed)), source)
    except errors.PullbackError:
        assert not typed
        return
    for a, b in zip(leaves(derivative(copied(x))), leaves(pullback.grad(frozen)(x, c)), strict=True):
        if b is not None:
            np.testing.assert_allclose(a, b, rtol=1e-14)


def test_what_only_feeds_a_stopped_value_has_no_backward_code() -> None:
    text = pullback.grad(product).specialize(X).source
    assert text.endswith("    z = np.tanh(x) * 3.0\n    return z\n")


def test_a_file_that_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.py"
    file.write_text("from pullback import stop_gradient\n\n\ndef f(x: float):\n    return x * stop_gradient(x)\n")
    assert main(["show", f"{file}:f"]) == 0
    assert capsys.readouterr().out.endswith("    return x\n")


def test_called_it_gives_what_it_is_given() -> None:
    assert stop_gradient(X) is X
    assert stop_gradient(1.5) == 1.5
    pair = Pair(X, {"a": [X, (2.0, None)]})
    again = stop_gradient(pair)
    assert type(again) is Pair
    assert again.second is not pair.second
    assert again.first is X
    assert again.second["a"][0] is X
    assert again.second["a"][1] == (2.0, None)


def test_it_takes_one_value() -> None:
    error = refused("from pullback import stop_gradient\n\ndef f(x):\n    return stop_gradient(x, 1)\n", 1.0)
    assert error.message == "stop_gradient takes one value"
    assert pointed_at(error) == "stop_gradient(x, 1)"
