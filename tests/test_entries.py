"""What a derivative can be asked of: methods, partial functions, objects that are called, any number of arguments."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors, grad, value_and_grad, vjp

X = np.array([3.0, 4.0])


class Model:
    power = 2.0

    def __init__(self, w: Any) -> None:
        self.w = w
        self.calls = 0

    def loss(self, x: Any, k: Any = 2.0) -> Any:
        self.calls += 1
        return np.sum(self.w * x * k)

    def __call__(self, x: Any) -> Any:
        return np.sum(self.w * x**2)

    @classmethod
    def of_the_class(cls, x: Any) -> Any:
        return cls.power * x * x

    @staticmethod
    def cube(x: Any) -> Any:
        return x**3

    @grad
    def slope(self, x: Any) -> Any:
        return np.sum(self.w * x**2)

    @pullback.differentiable
    def value(self, x: Any) -> Any:
        return np.sum(self.w * x**2)

    def doubled(self, x: Any) -> Any:
        return self.value(x) * 2.0


def f(a: Any, b: Any, c: Any = 2.0, *, d: Any = 1.0) -> Any:
    return a * b**2 * c**3 * d


def product(*xs: Any) -> Any:
    return xs[0] * xs[1]


def any_number(x: Any, *xs: Any, k: Any = 2.0, **others: Any) -> Any:
    s = x
    for y in xs:
        s = s * y
    for v in others.values():
        s = s + v * k
    return s


@pytest.fixture
def model():
    return Model(np.array([1.0, 2.0]))


def test_method_of_an_object(model):
    assert np.array_equal(grad(model.loss)(X), [2.0, 4.0])
    assert np.array_equal(grad(model.loss)(X, k=3.0), [3.0, 6.0])
    assert grad(model.loss, wrt="k")(X) == 11.0
    assert model.calls == 3


def test_object_of_a_method_by_its_name(model):
    assert np.array_equal(grad(model.loss, wrt="self")(X).w, [6.0, 8.0])


def test_positions_count_after_self(model):
    assert np.array_equal(grad(Model.loss)(model, X), [2.0, 4.0])
    dm, dx = grad(Model.loss, wrt=("self", 0))(model, X)
    assert np.array_equal(dm.w, [6.0, 8.0])
    assert np.array_equal(dx, [2.0, 4.0])


def test_attribute_that_is_set_is_seen_by_the_derivative_of_a_method(model):
    derivative = grad(model.loss)
    derivative(X)
    model.w = np.array([10.0, 20.0])
    assert np.array_equal(derivative(X), [20.0, 40.0])
    model.w = 3.0
    assert np.array_equal(derivative(X), [6.0, 6.0])


def test_methods_of_two_objects_do_not_mix(model):
    other = Model(np.array([5.0, 6.0]))
    first, second = grad(model), grad(other)
    assert np.array_equal(first(X), [6.0, 16.0])
    assert np.array_equal(second(X), [30.0, 48.0])
    assert np.array_equal(first(X), [6.0, 16.0])


def test_class_and_static_methods(model):
    assert [grad(Model.of_the_class)(2.0), grad(model.of_the_class)(2.0), grad(Model.cube)(2.0)] == [8.0, 8.0, 12.0]


def test_decorated_methods(model):
    assert np.array_equal(model.slope(X), [6.0, 16.0])
    assert np.array_equal(Model.slope(model, X), [6.0, 16.0])
    assert model.value(X) == 41.0
    assert np.array_equal(model.value.grad(X), [6.0, 16.0])
    assert np.array_equal(Model.value.grad(model, X), [6.0, 16.0])
    assert model.value.value_and_grad(X)[0] == 41.0
    assert np.array_equal(grad(model.value)(X), [6.0, 16.0])
    assert np.array_equal(grad(model.doubled)(X), [12.0, 32.0])


def test_partial_functions(model):
    assert grad(functools.partial(f, 3.0))(2.0) == 96.0
    assert grad(functools.partial(f, 3.0), wrt="a")(2.0) == 32.0
    assert grad(functools.partial(f, 3.0, c=1.0))(2.0) == 12.0
    assert grad(functools.partial(f, d=5.0), wrt=("d", 0, 1))(1.0, 2.0) == (32.0, 160.0, 160.0)
    assert grad(functools.partial(f, d=5.0))(1.0, 2.0, d=1.0) == 32.0
    assert grad(functools.partial(functools.partial(f, 1.0), 2.0))(3.0) == 108.0
    assert np.array_equal(grad(functools.partial(model.loss, k=3.0))(X), [3.0, 6.0])


def test_partial_that_holds_an_array():
    assert np.array_equal(grad(functools.partial(np_dot, X))(2.0 * X), X)
    assert np.array_equal(grad(functools.partial(np_dot, X), wrt=("a", "b"))(2.0 * X)[0], 2.0 * X)


def np_dot(a: Any, b: Any) -> Any:
    return np.sum(a * b)


def test_any_number_of_arguments():
    assert grad(product)(2.0, 3.0) == (3.0, 2.0)
    derivative = value_and_grad(any_number, wrt=("x", "xs", "others", "k"))
    assert derivative(2.0, 3.0, 4.0, z=1.0, y=2.0) == (30.0, (12.0, (8.0, 6.0), {"z": 2.0, "y": 2.0}, 3.0))
    assert derivative(2.0, 3.0, z=1.0, k=5.0) == (11.0, (3.0, (2.0,), {"z": 5.0}, 1.0))
    assert vjp(any_number, wrt=(0, 1))(2.0, 3.0)[1](1.0) == (3.0, (2.0,))
    assert grad(any_number)(2.0) == 1.0


def test_text_before_a_call_needs_to_know_how_many_arguments_there_are():
    with pytest.raises(errors.SignatureNeeded, match=r"how many arguments `\*xs` takes is not known"):
        print(grad(product).source)


def test_text_has_the_parameters_of_the_function():
    derivative = grad(any_number)
    derivative(2.0, 3.0, z=1.0)
    assert "def any_number_grad(x, *xs, k=2.0, **others):" in derivative.source


def test_signature_of_a_method_is_without_self(model):
    assert str(inspect.signature(grad(model.loss))) == "(x: 'Any', k: 'Any' = 2.0) -> 'Any'"


def test_what_is_specialised_keeps_its_object(model):
    derivative = grad(model).specialize(X)
    assert np.array_equal(derivative(X), [6.0, 16.0])
    assert len(derivative.signatures) == 1


def test_wrong_calls_raise_as_the_method_does(model):
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        grad(model.loss)()
    with pytest.raises(TypeError, match="got an unexpected keyword argument 'a'"):
        grad(product)(a=1.0)


def test_what_has_no_python_source_is_refused():
    with pytest.raises(errors.NotSupportedYet, match="'Model' is a class"):
        grad(Model)
    with pytest.raises(errors.SourceUnavailable, match="is compiled"):
        grad(X.sum)
    with pytest.raises(errors.WrtError, match="wrt=5 names no parameter"):
        grad(functools.partial(f, 3.0), wrt=5)
