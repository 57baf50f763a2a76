"""`check_finite`: the first NaN or infinity names the line where it was born, forwards or backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from tests.behaviour import identical
from tests.transpile.lowering import pointed_at

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
X = np.array([0.3, -0.4, 0.5])


def forwards(x):
    y = 2.0 * x
    z = np.where(y > 0.0, np.log(y), 0.0)
    return np.sum(z)


def backwards(x):
    n = np.sqrt(np.sum(x * x))
    return n * n


def in_a_loop(x, n):
    for i in range(n):
        x = x / (2.0 - i)
    return np.sum(x)


def overflow(x):
    return np.sum(np.exp(2000.0 * x))


def helper(x):
    for _ in range(2):
        x = np.sqrt(x)
    return x


def in_a_called_function(x):
    return np.sum(helper(x - 1.0))


def branches(x):
    if x > 0.0:
        return np.log(x)
    return np.log(x) * 2.0


def with_gradient(f: Any, args: Any) -> None:
    pullback.value_and_grad(f, check_finite=True)(*args)


def with_pullback(f: Any, args: Any) -> None:
    pullback.vjp(f, check_finite=True)(*args)[1](1.0)


@pytest.mark.parametrize(
    ("f", "args", "message", "marked"),
    [
        (forwards, (X,), "NaN in the value of 'np.log'", "np.log(y)"),
        (backwards, (np.zeros(3),), "NaN in a cotangent of this line, of 'truediv'", "np.sqrt(np.sum(x * x))"),
        (in_a_loop, (X, 4), "inf in the value of 'truediv'", "x / (2.0 - i)"),
        (overflow, (X,), "inf in the value of 'np.exp'", "np.exp(2000.0 * x)"),
        (in_a_called_function, (X,), "NaN in the value of 'np.sqrt'", "np.sqrt(x)"),
        (branches, (np.float64(-1.0),), "NaN in the value of 'np.log'", "np.log(x)"),
        (forwards, (X * np.nan,), "NaN in the argument 'x'", "def forwards(x):"),
    ],
)
@pytest.mark.parametrize("run", [with_gradient, with_pullback])
def test_it_names_the_place(run: Any, f: Any, args: Any, message: str, marked: str) -> None:
    with pytest.raises(errors.NotFinite) as e:
        run(f, args)
    assert e.value.message == message
    assert e.value.file == __file__
    assert pointed_at(e.value) == marked
    assert isinstance(e.value, FloatingPointError)


def masked(x):
    s = np.where(x > 0.0, x, -np.inf)
    e = np.exp(s - np.max(s))
    return np.sum(e * e) / np.sum(e)


def written(x, n):
    y = np.zeros(3)
    for i in range(n):
        y[i] = x[i] * x[i - 1]
    return np.sum(y * x)


FINITE = [(masked, (X,)), (written, (X, 3)), (helper, (np.float64(2.0),)), (branches, (2.0,))]


@pytest.mark.parametrize(("f", "args"), FINITE)
def test_what_is_finite_is_as_without(f: Any, args: Any) -> None:
    assert identical(pullback.value_and_grad(f, check_finite=True)(*args), pullback.value_and_grad(f)(*args))


def test_only_what_is_computed_is_looked_at() -> None:
    assert np.isfinite(pullback.grad(forwards, check_finite=True)(X)).all()


@pullback.differentiable(check_finite=True)
def checked(x):
    return np.sum(x * np.log(x))


def test_all_derivatives_of_a_differentiable_function_are_checked() -> None:
    assert np.isnan(checked(-X)).any()
    for derivative in (checked.grad, checked.value_and_grad, checked.vjp):
        with pytest.raises(errors.NotFinite, match=r"NaN in the value of 'np\.log'"):
            derivative(-X)
    assert np.allclose(checked.grad(abs(X)), 1.0 + np.log(abs(X)))


def test_not_for_jax_yet() -> None:
    with pytest.raises(errors.NotSupportedYet, match="check_finite is for NumPy only yet"):
        pullback.differentiable(forwards, backend="jax", check_finite=True).grad(X)
    with pytest.raises(errors.NotSupportedYet, match="check_finite is for NumPy only yet"):
        pullback.grad(forwards, backend="jax", check_finite=True)
