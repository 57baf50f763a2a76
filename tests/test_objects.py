"""Objects of the user's classes: passed, made, called, computed with, and differentiated with respect to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

import pullback
from pullback import errors
from pullback.transpile.signature import exact_key
from tests.behaviour import assert_behaves


@dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray
    activation: Any = np.tanh

    def __call__(self, x: Any) -> Any:
        return self.activation(x @ self.w + self.b)


@dataclass
class Network:
    layers: list[Layer]
    scale: float = 2.0
    name: str = "network"
    size: int = 3

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x * self.scale

    def mean(self, x: Any) -> Any:
        return np.sum(self(x)) / 7.0 * self.size


def network() -> Network:
    rng = np.random.default_rng(0)
    return Network(
        [Layer(rng.standard_normal((3, 4)), np.zeros(4)), Layer(rng.standard_normal((4, 2)), np.ones(2), np.sin)]
    )


def loss(model: Any, x: Any) -> Any:
    return np.sum(model(x) ** 2) + model.mean(x)


class State(NamedTuple):
    x: Any
    v: Any = 1.0

    def energy(self) -> Any:
        return 0.5 * self.v**2 + 0.5 * self.x**2


def oscillator(x: Any, n: int) -> Any:
    s = State(x)
    for _ in range(n):
        s = State(s.x + 0.1 * s.v, v=s.v - 0.1 * s.x)
    return s.energy()


def of_a_named_tuple(s: Any, n: int) -> Any:
    for _ in range(n):
        s = s._replace(x=s.x * 1.1, v=s.v + s[0])
    a, b = s
    return a * b * len(s)


@dataclass(frozen=True)
class Vector:
    x: Any
    y: Any

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k: Any) -> Any:
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return Vector(-self.x, -self.y)

    def __matmul__(self, other: Any) -> Any:
        return self.x * other.x + self.y * other.y

    def __len__(self) -> int:
        return 2

    def __getitem__(self, i: int) -> Any:
        return (self.x, self.y)[i]

    def __lt__(self, other: Any) -> Any:
        return self.norm() < other.norm()

    def norm(self) -> Any:
        return np.sqrt(self @ self)

    @property
    def unit(self) -> Any:
        return self * (1.0 / self.norm())

    @staticmethod
    def zero() -> Vector:
        return Vector(0.0, 0.0)

    @classmethod
    def diagonal(cls, t: Any) -> Any:
        return cls(t, t)


def operators(x: Any) -> Any:
    a = Vector(x, 2.0)
    b = 3.0 * a + Vector.diagonal(x) + Vector.zero()
    b += a
    c = b if a < b else a
    return (-b).norm() + c.unit.x + b[1] * len(b)


def vectors_passed(v: Any, x: Any) -> Any:
    w = v + v * x
    if x > 1.0:
        w = w + v
    return w @ v


def vectors_in_a_loop(x: Any, n: int) -> Any:
    v = Vector(x, 1.0)
    for _ in range(n):
        v = v + v * 0.1
        if v.x > 3.0:
            return v.norm()
    return v.x


def squared(v: Any) -> Any:
    return v.x * v.x + v.y


def objects_given_to_functions(v: Any, x: Any) -> Any:
    return squared(v) * squared(Vector(x, v.x))


class Base:
    def __init__(self, k: Any) -> None:
        self.k = k

    def f(self, x: Any) -> Any:
        return self.k * x

    def g(self, x: Any) -> Any:
        return self.f(x) + 1.0


class Special(Base):
    bias = 3.0

    def __init__(self, k: Any, c: Any) -> None:
        super().__init__(k * 2.0)
        self.c = c
        self.total = 0.0
        for i in range(3):
            self.total += c * i
        if c > 1.0:
            self.total = self.total * c

    def f(self, x: Any) -> Any:
        return super().f(x) * x + self.c + self.bias + self.total


def inheritance(x: Any) -> Any:
    d = Special(x, 2.0 * x)
    return d.g(x) * d.k


def plain_object_passed(m: Any, x: Any) -> Any:
    return m.f(x) + m.g(x)


class Sums:
    def __init__(self) -> None:
        self.weights = (1.0, 2.0)

    def sum(self, x: Any) -> Any:
        return x * self.weights[0] + self.weights[1]

    def mean(self, x: Any) -> Any:
        return self.sum(x) / 2.0


def methods_called_sum_and_mean(x: Any) -> Any:
    return Sums().sum(x) * Sums().mean(x)


ORIGIN = Vector(2.0, 3.0)


def object_of_the_module(x: Any) -> Any:
    return (ORIGIN * x).norm() + ORIGIN.x


@dataclass(frozen=True)
class Derived:
    a: Any
    b: Any = field(init=False)
    rest: Any = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "b", self.a * self.a)


def computed_after_init(x: Any) -> Any:
    d = Derived(x)
    return d.b * 2.0 + len(d.rest) + dataclasses.replace(d, a=3.0 * x).b


def squared_twice(x: Any) -> Any:
    return x**4


def told() -> list[Any]:
    print("made")
    return [1.0]


@dataclass
class Made:
    x: Any
    items: Any = field(default_factory=told)
    other: Any = field(default_factory=Sums)
    f: Any = np.tanh
    g: Any = squared_twice


def with_factories(x: Any) -> Any:
    first, second = Made(x), Made(x * x, [x, 2.0])
    second.other.weights = (x, 3.0)
    y = first.items[0] * first.other.sum(first.x) + second.items[0] * second.other.sum(second.x)
    return y * first.f(x) + second.g(x)


def isinstance_of_objects(v: Any) -> Any:
    return v.x if isinstance(v, Vector) else v.y


class Buffer:
    def __init__(self, n: int) -> None:
        self.data = np.zeros(n)

    def put(self, i: int, x: Any) -> None:
        self.data[i] = x


def arrays_of_objects_written(x: Any) -> Any:
    b = Buffer(3)
    b.put(0, x)
    b.put(2, x * x)
    return np.sum(b.data * np.array([1.0, 2.0, 3.0]))


def arrays_of_an_argument_written(m: Any, x: Any) -> Any:
    m.w[0] = x
    return np.sum(m.w * m.w * m.b)


def object_from_a_closure(x: Any) -> Any:
    def make(k: Any) -> Any:
        return Base(k)

    return make(x).g(x)


PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (loss, (network(), np.linspace(-1.0, 1.0, 15).reshape(5, 3))),
    (oscillator, (0.3, 4)),
    (of_a_named_tuple, (State(1.0, 2.0), 3)),
    (operators, (0.7,)),
    (vectors_passed, (Vector(1.0, 2.0), 1.5)),
    (vectors_in_a_loop, (1.3, 5)),
    (vectors_in_a_loop, (2.9, 5)),
    (objects_given_to_functions, (Vector(1.0, 2.0), 1.5)),
    (inheritance, (1.3,)),
    (plain_object_passed, (Special(2.0, 3.0), 1.5)),
    (methods_called_sum_and_mean, (1.2,)),
    (object_of_the_module, (1.2,)),
    (computed_after_init, (1.2,)),
    (with_factories, (1.2,)),
    (isinstance_of_objects, (Vector(1.0, 2.0),)),
    (arrays_of_objects_written, (1.4,)),
    (arrays_of_an_argument_written, (Layer(np.ones(2), np.array([2.0, 3.0])), 1.4)),
    (object_from_a_closure, (1.4,)),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_objects_differentiate(f, args):
    assert_behaves(f, *args)


def test_default_factory_is_called_only_where_the_field_is_not_given(capsys):
    pullback.grad(with_factories)(1.2)
    assert capsys.readouterr().out == "made\n"


def test_gradient_has_the_structure_of_the_object():
    model, x = network(), np.ones((2, 3))
    gradient = pullback.grad(loss)(model, x)
    assert type(gradient) is Network
    assert [type(layer) for layer in gradient.layers] == [Layer, Layer]
    assert gradient.layers[0].w.shape == (3, 4)
    assert (gradient.name, gradient.size, gradient.layers[0].activation) == (None, None, None)


@dataclass
class Recorded:
    w: Any
    history: Any = field(default_factory=list)


@pytest.mark.parametrize(
    ("held", "expected"),
    [([], []), ((), ()), ({}, {}), ([1, 2], [None, None]), ([[1], []], [[None], []]), ((1, "a"), (None, None))],
)
def test_gradient_of_what_holds_no_floats_has_its_structure(held, expected):
    assert pullback.grad(lambda r: r.w * r.w)(Recorded(3.0, held)) == Recorded(6.0, expected)
    assert pullback.grad(lambda xs: xs[0] * xs[0])([3.0, held]) == [6.0, expected]


def test_gradient_of_a_plain_object_is_made_without_its_init():
    gradient = pullback.grad(plain_object_passed)(Special(2.0, 3.0), 1.5)
    assert type(gradient) is Special
    assert list(vars(gradient)) == ["k", "c", "total"]


def test_source_reads_like_the_program():
    derivative = pullback.grad(squared)
    derivative(Vector(1.0, 2.0))
    assert derivative.source == (
        "from tests.test_objects import Vector\n"
        "\n"
        "\n"
        "def squared_grad(v):\n"
        '    """Gradient of `squared` with respect to v."""\n'
        "    # return v.x * v.x + v.y\n"
        "    dx = v.x + v.x\n"
        "    return Vector(x=dx, y=1.0)\n"
    )


def test_class_in_a_function():
    @dataclass
    class Pair:
        a: float
        b: float

    def f(p: Any) -> Any:
        return p.a * p.b

    gradient = pullback.grad(f)(Pair(2.0, 3.0))
    assert gradient == Pair(3.0, 2.0)


def test_objects_of_other_attributes_have_other_code():
    derivative = pullback.grad(lambda v: np.sum(v.x * v.x))
    assert derivative(Vector(2.0, 0.0)) == Vector(4.0, 0.0)
    found = derivative(Vector(np.ones(2), None))
    assert np.array_equal(found.x, [2.0, 2.0])
    assert found.y is None


def test_method_that_is_replaced_is_seen(monkeypatch):
    derivative = pullback.grad(plain_object_passed, wrt="x")
    assert derivative(Base(2.0), 1.5) == 4.0
    monkeypatch.setattr(Base, "f", lambda self, x: self.k * x * x)
    assert derivative(Base(2.0), 1.5) == 12.0


def test_constant_of_a_class_that_is_changed_is_seen(monkeypatch):
    def f(x: Any) -> Any:
        return Special(1.0, 2.0).bias * x

    derivative = pullback.grad(f)
    assert derivative(1.0) == 3.0
    monkeypatch.setattr(Special, "bias", 5.0)
    assert derivative(1.0) == 5.0


def test_module_object_that_is_replaced_or_changed_is_seen(monkeypatch):
    derivative = pullback.grad(object_of_the_module)
    first = derivative(1.2)
    assert first == pytest.approx(np.hypot(2.0, 3.0))
    monkeypatch.setitem(globals(), "ORIGIN", Vector(3.0, 4.0))
    assert derivative(1.2) == pytest.approx(5.0)
    monkeypatch.setitem(globals(), "ORIGIN", Vector(np.float64(3.0), np.float64(4.0)))
    assert derivative(1.2) == pytest.approx(5.0)


class Guarded:
    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def has_no_such_attribute(m: Any) -> Any:
    return m.missing * 2.0


def makes_a_guarded_object(x: Any) -> Any:
    g = Guarded()
    return x * (g is None)


def compares_dataclasses(v: Any) -> Any:
    return v.x if v == Vector(1.0, 2.0) else v.y


def adds_what_cannot_be_added(v: Any) -> Any:
    return (v - v).x


def array_on_the_left(v: Any, x: Any) -> Any:
    return np.sum((x * v).x)


def loops_over_an_object(v: Any) -> Any:
    s = 0.0
    for c in v:
        s += c
    return s


REFUSED: list[tuple[Callable[..., Any], tuple[Any, ...], str, str]] = [
    (has_no_such_attribute, (Base(1.0),), "an object of the class 'Base' has no attribute 'missing'", "m.missing"),
    (makes_a_guarded_object, (1.0,), "the class 'Guarded' is not supported yet: it defines `__setattr__`", "Guarded()"),
    (compares_dataclasses, (Vector(1.0, 2.0),), "`__eq__` that @dataclass has written", "v == Vector(1.0, 2.0)"),
    (adds_what_cannot_be_added, (Vector(1.0, 2.0),), "the class 'Vector' does not define this operator", "v - v"),
    (array_on_the_left, (Vector(1.0, 2.0), np.ones(2)), "an array on the left of an operator of an object", "x * v"),
    (loops_over_an_object, (Vector(1.0, 2.0),), "a loop over an object of the class 'Vector'", "v"),
]


@pytest.mark.parametrize(("f", "args", "message", "marked"), REFUSED, ids=[f.__name__ for f, *_ in REFUSED])
def test_what_is_refused_has_its_place(f, args, message, marked):
    with pytest.raises(errors.PullbackError) as e:
        pullback.grad(f, wrt=-1 if len(args) > 1 else 0)(*args)
    assert message in e.value.message
    assert e.value.source_line[e.value.col - 1 :].startswith(marked)
    assert e.value.hint


@dataclass
class Holder:
    k: Any
    f: Any = None


HELD = Holder(2.0)


def of_a_changing_object(x: Any) -> Any:
    return np.sum(x * HELD.k)


def test_object_of_the_module_that_changes_in_place_is_seen(monkeypatch):
    derivative = pullback.grad(of_a_changing_object)
    assert np.array_equal(derivative(np.ones(2)), [2.0, 2.0])
    monkeypatch.setattr(HELD, "k", 5.0)
    assert np.array_equal(derivative(np.ones(2)), [5.0, 5.0])
    monkeypatch.setattr(HELD, "k", np.array([[1.0], [2.0]]))
    assert np.array_equal(derivative(np.ones(2)), [3.0, 3.0])


def test_functions_that_objects_hold_are_called():
    derivative = pullback.grad(lambda h, x: h.f(x) * h.k, wrt=1)
    found = [derivative(Holder(2.0, f), 3.0) for f in (lambda x: x * x, lambda x: 5.0 * x, np.negative)]
    assert found == [12.0, 10.0, -2.0]


class Kept:
    def __init__(self, x: Any) -> None:
        self.x = x
        self.f = lambda y: self.x * y


def test_self_that_is_kept_is_refused():
    def f(x: Any) -> Any:
        return Kept(x).f(2.0)

    with pytest.raises(errors.NotSupportedYet, match="`self` was kept by `__init__`") as e:
        pullback.grad(f)(1.0)
    assert e.value.source_line[e.value.col - 1 :] == "self.x * y"


class Twice:
    """A descriptor that changes what it is set to."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, x: Any, owner: type) -> Any:
        return 2.0 * x.__dict__[self.name]

    def __set__(self, x: Any, value: Any) -> None:
        x.__dict__[self.name] = value


class Described:
    w = Twice()

    def __init__(self, w: Any) -> None:
        self.w = w


def test_descriptors_are_refused():
    def reads(m: Any) -> Any:
        return m.w * 3.0

    def sets(x: Any) -> Any:
        return Described(x).w

    with pytest.raises(errors.NotSupportedYet, match="'w' of the class 'Described' is of type 'Twice'"):
        pullback.grad(reads)(Described(1.0))
    with pytest.raises(errors.NotSupportedYet, match="setting the property 'w' is not supported yet"):
        pullback.grad(sets)(1.0)


class First:
    def f(self, x: Any) -> Any:
        return 2.0 * x


class Second:
    def f(self, x: Any) -> Any:
        return 5.0 * x


class Derives(First):
    k = 1.0


def test_classes_that_change_are_seen(monkeypatch):
    derivative = pullback.grad(lambda x: Derives().f(x))
    assert derivative(1.0) == 2.0
    monkeypatch.setattr(Derives, "f", Second.f, raising=False)
    assert derivative(1.0) == 5.0
    monkeypatch.undo()
    assert derivative(1.0) == 2.0
    Derives.__bases__ = (Second,)
    try:
        assert derivative(1.0) == 5.0
    finally:
        Derives.__bases__ = (First,)


def test_objects_that_differ_in_what_they_hold_have_keys_of_their_own():
    held = [Holder(1.0, None), Holder(1, None), Holder("text", None), Holder(None, float), Holder(float, None)]
    held += [Holder([Holder(1.0)]), Holder((Holder(1.0),)), Holder([Holder(1.0), Holder(2.0)]), Holder(((1.0, None),))]
    held += [Holder((1.0,), None), Holder([1.0], None), Holder(Holder(1.0), None), Holder(np.float64(1.0), None)]
    keys = [exact_key((h, 1.0)) for h in held]
    assert len(set(keys)) == len(keys)
    assert exact_key((Holder(1.0), 2.0)) == exact_key((Holder(3.0), 4.0))


def by_what_it_holds(x: Any, held: Any) -> Any:
    return x * held.f.f if isinstance(held.f, Holder) else x * held.f


def test_what_changes_in_an_object_between_calls_is_seen():
    held = Holder(np.array([1.0, 2.0]), 3.0)
    derivative = pullback.grad(by_what_it_holds)
    for _ in range(4):
        assert derivative(2.0, held) == 3.0
    held.f = 4
    assert derivative(2.0, held) == 4.0
    held.f = Holder(1.0, 5.0)
    assert derivative(2.0, held) == 5.0
    held.f, held.k = 3.0, held.k.astype(np.float32)
    assert derivative(2.0, held) == 3.0
    assert len(derivative.signatures) == 4
    held.k = np.array([3.0, 4.0, 5.0])
    assert derivative(2.0, held) == 3.0
    assert len(derivative.signatures) == 4


class Meter:
    def __init__(self, total):
        self.total = total


def set_to_an_array_or_left(x, v, meter):
    if v[0] < 0.0:
        meter.total = np.array(x)
    return x * meter.total


def set_to_an_element_of_a_sum_or_left(x, v, meter, vs):
    if v[0] < 0.0:
        meter.total = np.tanh(sum([*vs, vs[0]])[-1] * x)
    return x * meter.total


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_number_that_may_be_set_to_an_array_stays_what_it_is(sign):
    v = sign * np.ones(3)
    assert_behaves(set_to_an_array_or_left, 0.5, v, Meter(0.25))
    assert_behaves(set_to_an_element_of_a_sum_or_left, 0.5, v, Meter(0.25), [np.ones(3), 2.0 * v])


def read_again_in_a_branch(x, meter):
    squares = [e * e for e in meter.total]
    v = meter.total
    if x > 0.4:
        v = meter.total
    return x * np.sum(v) + squares[0][0]


def chosen_with_what_another_holds(x, meter):
    total = sum([e * e for e in meter.total])
    other = meter
    if x > 0.4:
        other = Meter(meter.total)
    return x * np.sum(other.total) + total[0]


def read_anew_in_both_branches(x, meter):
    squares = [e * e for e in meter.total]
    if x > 0.4:
        k, v = 1.0, meter.total
    else:
        k, v = x, meter.total
    return k * np.sum(meter.total * v) + squares[0][0]


@pytest.mark.parametrize("f", [read_again_in_a_branch, chosen_with_what_another_holds, read_anew_in_both_branches])
@pytest.mark.parametrize("x", [0.3, 0.5])
def test_what_is_read_again_in_a_branch_is_one_with_what_was_read_before(f, x):
    assert_behaves(f, x, Meter(np.arange(6.0).reshape(2, 3)))
