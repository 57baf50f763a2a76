"""`linearize`: the value, and a linear function that forward mode agrees with however often it is called."""

import numpy as np
import pytest

from pullback import errors, jvp, linearize, vjp
from tests.behaviour import identical, spoil
from tests.differences import copied, direction
from tests.test_jacobian import CASES
from tests.test_nesting import LOOPS

X = np.random.default_rng(3).standard_normal(4)


@pytest.mark.parametrize(
    ("f", "args"), [*CASES, *((f, (0.7, 0.8)) for f in LOOPS)], ids=lambda x: getattr(x, "__name__", "")
)
def test_agrees_with_forward_mode(f, args):
    rng = np.random.default_rng(0)
    out, linear = linearize(f)(*args)
    np.testing.assert_array_equal(out, f(*args))
    before = [np.array(a, copy=True) for a in args]
    for _ in range(2):
        v = direction(args[0], rng)
        np.testing.assert_allclose(linear(v), jvp(f)(args, v)[1], rtol=1e-13, atol=1e-14)
    u, v = direction(args[0], rng), direction(args[0], rng)
    np.testing.assert_allclose(linear(2.0 * u - v), 2.0 * linear(u) - linear(v), rtol=1e-9, atol=1e-11)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("f", "args"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_it_is_that_of_the_moment(f, args):
    given = copied(list(args))
    _, linear = linearize(f)(*given)
    v = direction(args[0], np.random.default_rng(0))
    expected = linear(v)
    spoil(given)
    np.testing.assert_array_equal(linear(v), expected)


def of_a_dict(d):
    return {"out": np.sin(d["w"]) * d["k"] * d["n"]}


def test_items_that_are_replaced_later_are_not_seen():
    d = {"w": X.copy(), "k": 2.0, "n": 3}
    tangent = {"w": X + 1.0, "k": 0.5, "n": None}
    _, linear = linearize(of_a_dict)(d)
    _, pull = vjp(of_a_dict)(d)
    expected, back = linear(tangent)["out"], pull({"out": X})
    d.update(w=X * 5.0, k=7.0, n=1)
    np.testing.assert_array_equal(linear(tangent)["out"], expected)
    assert identical(pull({"out": X}), back)


WEIGHTS = np.arange(1.0, 5.0)
RATES = [2.0, WEIGHTS]
RATE = 2.0


def of_the_module(x):
    for k in range(2):
        x = x * WEIGHTS[k] * RATES[1] if RATE > 1.0 else x * RATES[0]
    return np.sum(x * x * WEIGHTS) * RATE


def of_a_function_around(w):
    return lambda x: np.sum(np.sin(x) * w) * w[0]


@pytest.mark.parametrize("f", [of_the_module, of_a_function_around(WEIGHTS)], ids=["module", "around"])
def test_values_of_the_module_that_change_later_are_not_seen(f, monkeypatch):
    _, linear = linearize(f)(X)
    _, pull = vjp(f)(X)
    expected, back, kept = linear(X), pull(1.0), WEIGHTS.copy()
    monkeypatch.setattr(f"{__name__}.RATE", 0.5)
    WEIGHTS[:] = 7.0
    try:
        assert linear(X) == expected
        np.testing.assert_array_equal(pull(1.0), back)
    finally:
        WEIGHTS[:] = kept


def test_only_what_is_read_is_copied():
    text = linearize(lambda x, y: np.sum(np.tanh(x) * y), wrt="x").specialize(X, X).source
    assert "y = y.copy()" in text
    assert "x.copy()" not in text


def two(x, y):
    return np.sum(np.sin(x) * y), {"x": x}


def test_several_parameters_and_aux():
    out, linear, aux = linearize(two, wrt=("x", "y"), has_aux=True)(X, X + 1.0)
    assert (out, list(aux)) == (two(X, X + 1.0)[0], ["x"])
    assert linear((X, 2.0 * X)) == pytest.approx(np.sum(np.cos(X) * (X + 1.0) * X + np.sin(X) * 2.0 * X), rel=1e-13)


def test_straight_code_is_computed_once():
    text = linearize(lambda x: np.tanh(x) * x).specialize(X).source
    assert text.count("np.tanh") == 1
    assert text.index("np.tanh") < text.index("def linear(dx):")


def test_tangents_must_fit():
    _, linear = linearize(two, wrt=("x", "y"), has_aux=True)(X, X)[:2]
    with pytest.raises(TypeError, match="a tuple of 2, for x, y"):
        linear(X)
    with pytest.raises(TypeError, match="the tangent of 'y' must have the shape of the argument"):
        linear((X, X[:2]))


def prints(x):
    for k in range(2):
        print(k)
        x = x * 2.0
    return x


def test_effects_where_the_linear_function_would_repeat_them_are_refused():
    with pytest.raises(errors.NotSupportedYet, match="would do so again") as caught:
        linearize(prints)(X)
    assert caught.value.hint
