"""`on_gradient`: a function sees a cotangent in the middle of the backward pass, once, and may replace it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors, on_gradient
from tests.transpile.lowering import pointed_at, refused

X = np.array([0.3, -0.4, 0.5])
SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


def log(d):
    SEEN.append(d)


def clip(d):
    return np.clip(d, -0.5, 0.5)


def double(d):
    return 2.0 * d


class Scaled:
    def __init__(self, by: float) -> None:
        self.by = by

    def __call__(self, d: Any) -> Any:
        SEEN.append(d)
        return self.by * d


tripled = Scaled(3.0)
remembered = SEEN.append


def clipped(w, x):
    h = on_gradient(np.tanh(x @ w), clip)
    return np.sum(h * h)


def test_what_it_returns_takes_the_place_of_the_cotangent() -> None:
    w, x = X, np.array([[1.0, 2.0, 3.0], [0.1, 0.2, 0.1]])
    value, dw = pullback.value_and_grad(clipped)(w, x)
    h = np.tanh(x @ w)
    assert value == clipped(w, x)
    np.testing.assert_allclose(dw, x.T @ (np.clip(2.0 * h, -0.5, 0.5) * (1.0 - h * h)))


def test_the_text_says_so() -> None:
    text = pullback.grad(clipped).specialize(X, np.ones((2, 3))).source
    assert text.endswith(
        """
def clipped_grad(w, x):
    \"""Gradient of `clipped` with respect to w.\"""
    h = np.tanh(x @ w)

    # return np.sum(h * h)
    dh = 2.0 * h
    # h = on_gradient(np.tanh(x @ w), clip)
    dh = pass_through(clip, dh)
    return x.T @ (dh * (1.0 - h * h))
"""
    )


def read_often(x, n):
    y = on_gradient(2.0 * x, log)
    s = np.sum(y)
    for i in range(n):
        s += np.sum(y * y[i])
    return s + y[0]


def test_it_sees_the_whole_cotangent_once() -> None:
    value, dx = pullback.value_and_grad(read_often)(X, 2)
    (seen,) = SEEN
    np.testing.assert_allclose(seen, dx / 2.0)
    assert value == read_often(X, 2)
    assert len(SEEN) == 1


def in_a_loop(x, n):
    for _ in range(n):
        x = on_gradient(np.sin(x), log)
    return np.sum(x)


def test_in_a_loop_once_for_each_iteration_and_the_last_one_first() -> None:
    out, pull = pullback.vjp(in_a_loop)(X, 3)
    assert out == in_a_loop(X, 3)
    assert SEEN == []
    dx = pull(1.0)
    xs = [X, np.sin(X), np.sin(np.sin(X))]
    np.testing.assert_array_equal(SEEN[0], np.ones(3))
    np.testing.assert_allclose(SEEN[1], np.cos(xs[2]))
    np.testing.assert_allclose(SEEN[2], np.cos(xs[2]) * np.cos(xs[1]))
    np.testing.assert_allclose(dx, np.prod([np.cos(x) for x in xs], axis=0))
    pull(1.0)
    assert len(SEEN) == 6


def layer(x):
    return on_gradient(x * x, log) * 3.0


def long_layer(x, n):
    for _ in range(n):
        x = on_gradient(np.sin(x), log) * x
    return x


def of_calls(x):
    return np.sum(layer(x) + layer(2.0 * x)) + np.sum(long_layer(x, 2))


def test_in_called_functions() -> None:
    value, _ = pullback.value_and_grad(of_calls)(X)
    assert value == of_calls(X)
    assert len(SEEN) == 4
    np.testing.assert_array_equal(SEEN[2], [3.0, 3.0, 3.0])
    np.testing.assert_array_equal(SEEN[3], [3.0, 3.0, 3.0])


def unneeded(x):
    y = on_gradient(x, log)
    return np.sum(y) * 0.0 + np.sum(np.floor(on_gradient(x, log)))


def test_it_sees_a_cotangent_of_zeros_too_but_none_where_nothing_is_differentiated() -> None:
    dx = pullback.grad(unneeded)(X)
    np.testing.assert_array_equal(dx, np.zeros(3))
    assert [np.any(d) for d in SEEN] == [False]


def without_influence(x):
    y = layer(x)
    for _ in range(2):
        y = on_gradient(np.floor(y), log)
    return np.sum(x)


def cut_off(x):
    return 0.0 * np.sum(layer(x)) + np.sum(x)


@pytest.mark.parametrize("f", [without_influence, cut_off])
def test_nothing_is_seen_where_no_derivative_comes_by(f: Any) -> None:
    np.testing.assert_array_equal(pullback.grad(f)(X), np.ones(3))
    assert SEEN == []


def in_a_branch(x, up):
    y = x * 3.0
    if up:
        y = on_gradient(y, log)
    return np.sum(y)


def test_only_where_it_was_executed() -> None:
    pullback.grad(in_a_branch)(X, np.bool_(False))
    assert SEEN == []
    pullback.grad(in_a_branch)(X, np.bool_(True))
    assert len(SEEN) == 1


def given(x, hook):
    return np.sum(on_gradient(x * x, hook))


def by_a_helper(x, hook):
    return np.sum(pair(x, hook))


def pair(x, hook):
    return on_gradient(x, hook) * 2.0


def by_an_object(x):
    return np.sum(on_gradient(x * x, tripled))


def by_a_bound_method(x):
    return np.sum(on_gradient(x * x, remembered))


def by_a_library(x):
    return np.sum(on_gradient(x * x, np.negative))


def test_functions_of_all_kinds() -> None:
    np.testing.assert_allclose(pullback.grad(given)(X, double), 4.0 * X)
    np.testing.assert_allclose(pullback.grad(given)(X, lambda d: d + 1.0), 4.0 * X)
    np.testing.assert_allclose(pullback.grad(given)(X, Scaled(5.0)), 10.0 * X)
    np.testing.assert_allclose(pullback.grad(by_a_helper)(X, double), [4.0, 4.0, 4.0])
    np.testing.assert_allclose(pullback.grad(by_an_object)(X), 6.0 * X)
    np.testing.assert_allclose(pullback.grad(by_a_bound_method)(X), 2.0 * X)
    np.testing.assert_allclose(pullback.grad(by_a_library)(X), -2.0 * X)


def spoil(d):
    d *= 2.0


def kept(x, n):
    for _ in range(n):
        x = on_gradient(x * x, log)
    return np.sum(x)


def test_what_it_sees_is_a_copy_that_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only") as e:
        pullback.grad(given)(X, spoil)
    assert "in the backward pass of" in e.value.__notes__[0]
    pullback.grad(kept)(X, 3)
    before = [d.copy() for d in SEEN]
    pullback.grad(kept)(2.0 * X, 3)
    for a, b in zip(before, SEEN, strict=False):
        np.testing.assert_array_equal(a, b)
    own = np.ones(3)
    dx = pullback.grad(in_place)(X, lambda d: own)
    np.testing.assert_array_equal(own, np.ones(3))
    assert not np.shares_memory(dx, own)


def in_place(x, hook):
    y = on_gradient(x, hook)
    y[0] = 2.0
    return np.sum(y)


# kinds


def of_a_float(x):
    return on_gradient(math.sin(x), log) * 2.0


def of_an_array_of_singles(x):
    return np.sum(on_gradient(x * x, log))


def of_a_structure(p):
    q = on_gradient(p, scale)
    return np.sum(q["w"] * q["n"]) + q["b"]


def scale(d):
    SEEN.append(d)
    return {"w": 3.0 * d["w"], "b": 5.0 * d["b"], "n": None}


def test_it_sees_the_kind_that_the_value_has() -> None:
    pullback.grad(of_a_float)(0.3)
    assert SEEN == [2.0]
    assert type(SEEN[0]) is float
    g = pullback.grad(of_an_array_of_singles)(X.astype(np.float32))
    assert SEEN[1].dtype == g.dtype == np.float32
    p = pullback.grad(of_a_structure)({"w": X, "b": 1.0, "n": 2})
    np.testing.assert_array_equal(p["w"], [6.0, 6.0, 6.0])
    assert (p["b"], p["n"]) == (5.0, None)
    np.testing.assert_array_equal(SEEN[2]["w"], [2.0, 2.0, 2.0])


# what does not fit


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda d: d[1:], "an array of shape (2,) and dtype float64, not of shape (3,)"),
        (lambda d: 0.0, "float, not of shape (3,)"),
        (lambda d: d.astype(np.float32), "an array of shape (3,) and dtype float32, not of dtype float64"),
        (lambda d: np.zeros(3, int), "an array of shape (3,) and dtype int64, not of dtype float64"),
        (lambda d: (d,), "tuple, not of shape (3,)"),
        (lambda d: "no", "str, not of shape (3,)"),
    ],
)
def test_another_shape_or_dtype(returned: Any, message: str) -> None:
    with pytest.raises(errors.RuleError) as e:
        pullback.grad(given)(X, returned)
    assert e.value.message == f"'<lambda>' was given a cotangent and returned {message}"
    assert e.value.file == __file__
    assert pointed_at(e.value) == "on_gradient(x * x, hook)"


def number(x, hook):
    return on_gradient(x * x, hook)


def whole(p, hook):
    q = on_gradient(p, hook)
    return np.sum(q["w"]) * q["pair"][0]


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda d: {"w": d["w"]}, "dict, not a dict with the keys ['w', 'pair']"),
        (lambda d: {**d, "w": d["w"][:1]}, "['w'] is an array of shape (1,) and dtype float64, not of shape (3,)"),
        (lambda d: {**d, "pair": d["pair"][:1]}, "['pair'] is tuple, not a tuple of 2 items"),
        (lambda d: {**d, "pair": (None, None)}, "['pair'][0] is NoneType, not a float64"),
    ],
)
def test_another_structure(returned: Any, message: str) -> None:
    with pytest.raises(errors.RuleError) as e:
        pullback.grad(whole)({"w": X, "pair": (2.0, 1)}, returned)
    assert e.value.message == f"'<lambda>' was given a cotangent and returned {message}"


def test_a_number_for_a_number() -> None:
    assert pullback.grad(number)(1.5, lambda d: np.float64(2.0)) == 6.0
    with pytest.raises(errors.RuleError, match="returned int, not a float"):
        pullback.grad(number)(1.5, lambda d: 2)
    with pytest.raises(errors.RuleError, match=r"an array of shape \(1,\) and dtype float64, not of shape \(\)"):
        pullback.grad(number)(1.5, lambda d: np.ones(1))


HEADER = "from pullback import on_gradient\n\ndef look(d):\n    pass\n\n"


@pytest.mark.parametrize(
    ("call", "message", "marked"),
    [
        ("on_gradient(x)", "on_gradient takes a value and a function", "on_gradient(x)"),
        ("on_gradient(x, look, x=x)", "on_gradient takes a value and a function", "on_gradient(x, look, x=x)"),
        ("on_gradient(x, 3)", "on_gradient needs a function that a module or an argument has a name for", "3"),
        ("on_gradient(x, fn=x)", "on_gradient needs a function that a module or an argument has a name for", "x"),
    ],
)
def test_calls_that_are_refused(call: str, message: str, marked: str) -> None:
    error = refused(f"{HEADER}def f(x):\n    return {call}\n", 1.0)
    assert error.message == message
    assert pointed_at(error) == marked


def test_called_it_gives_what_it_is_given() -> None:
    assert on_gradient(X, log) is X
    pair = (X, [X])
    assert on_gradient(pair, log)[1] is not pair[1]
    with pytest.raises(TypeError, match="on_gradient needs a function of the cotangent, not 3"):
        on_gradient(X, 3)  # type: ignore[arg-type]


def test_not_for_jax_yet() -> None:
    with pytest.raises(errors.NotSupportedYet, match="a function that sees a cotangent cannot be written for JAX yet"):
        pullback.grad(clipped, backend="jax").specialize(X, np.ones((2, 3)))


def test_not_in_a_standalone_file(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from pullback.cli import main

    file = tmp_path / "model.py"
    file.write_text(f"{HEADER}def f(x: float):\n    return on_gradient(x, look) * x\n")
    assert main(["show", f"{file}:f"]) == 0
    assert "dx = pass_through(look, x)" in capsys.readouterr().out
    assert main(["transpile", f"{file}:f", "--standalone", "-o", str(tmp_path / "out.py")]) == 1
    assert "'look' of the module 'model' cannot be written into a standalone file" in capsys.readouterr().err
