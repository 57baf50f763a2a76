"""Attributes of objects that are set after they are made: on objects made inside, and on those that are passed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value
from tests.behaviour import assert_behaves, identical
from tests.differences import copied

A = np.array([0.5, 1.0, 2.0])


class Particle:
    mass = 2.0

    def __init__(self, x: Any, v: Any) -> None:
        self.x = x
        self.v = v

    def move(self, dt: Any) -> None:
        self.x += dt * self.v
        self.v -= dt * np.sin(self.x) * self.mass


class Counter:
    def __init__(self) -> None:
        self.count = 0.0

    def add(self, x: Any) -> None:
        self.count = self.count + x

    def twice(self, x: Any) -> Any:
        self.count += x
        self.count *= 2.0
        return self.count


class Average:
    """An average that goes along, as of the inputs of a layer."""

    def __init__(self, s: Any, k: Any) -> None:
        self.s = s
        self.k = k
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.s = 0.9 * self.s + 0.1 * x
        self.calls += 1
        return np.sum(self.s * x) * self.k


class Pair:
    def __init__(self, a: Any, b: Any) -> None:
        self.a = a
        self.b = b


class Account:
    total = 0.0
    n = 0

    def __init__(self) -> None:
        self.history = np.zeros(3)

    def push(self, v: Any) -> None:
        self.history[self.n] = v
        self.total += v * self.history[0]
        self.n += 1


class Temperature:
    def __init__(self, c: Any) -> None:
        self.c = c

    @property
    def f(self) -> Any:
        return self.c * 1.8 + 32.0

    @f.setter
    def f(self, value: Any) -> None:
        self.c = (value - 32.0) / 1.8


class Lazy:
    def __init__(self, x: Any) -> None:
        self.x = x
        self.kept: Any = None

    def get(self) -> Any:
        if self.kept is None:
            self.kept = self.x**2
        return self.kept


@dataclass
class Fluent:
    a: Any
    n: int = 0
    s: Any = 0.0

    def step(self, x: Any) -> Fluent:
        self.n += 1
        self.s = self.s + self.a * x / self.n
        return self


class Base:
    k: Any = 1.0

    def go(self, x: Any) -> Any:
        self.y = x * self.k
        return self.y


class Special(Base):
    def __init__(self) -> None:
        self.z = 0.0

    def go(self, x: Any) -> Any:
        self.z = super().go(x) * 2
        self.k = self.k + x
        return self.z + self.y


class Smoothed:
    """Has None where nothing was seen yet, and a flag that the first call changes."""

    def __init__(self) -> None:
        self.is_first = True
        self.value = 0.0
        self.best: Any = None
        self.row: Any = None

    def see(self, x: Any) -> Any:
        if self.is_first:
            self.value = x
            self.is_first = False
        else:
            self.value = 0.9 * self.value + 0.1 * x
        if self.best is None or self.value > self.best:
            self.best = self.value
        return self.value

    def see_row(self, x: Any) -> Any:
        if self.row is None:
            self.row = np.zeros_like(x)
        self.row = 0.5 * self.row + x
        return self.row


class Heat:
    def __init__(self, n: int) -> None:
        self.u = np.zeros(n)
        self.t = 0.0

    def step(self, dt: Any, source: Any) -> None:
        self.u[1:-1] += dt * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2]) + source
        self.u[0] = self.u[1]
        self.t += dt

    def run(self, n: int, source: Any) -> Heat:
        for _ in range(n):
            self.step(0.1, source)
        return self

    @property
    def energy(self) -> Any:
        return 0.5 * np.sum(self.u**2)


# objects that are made


def flags_and_none(x: Any, n: int) -> Any:
    e = Smoothed()
    s = 0.0
    for i in range(n):
        s += e.see(x[i]) ** 2
    return s + e.value * e.best


def array_in_the_place_of_none(x: Any, n: int) -> Any:
    e = Smoothed()
    y = 0.0
    for i in range(n):
        y = e.see_row(x * i)
    return np.sum(y * e.row)


def simulated(source: Any, n: int) -> Any:
    s = Heat(6)
    s.run(n, source)
    s.u = s.u * s.t
    return s.run(n, source * 2).energy


def counts(x: Any) -> Any:
    c = Counter()
    c.add(x)
    c.add(x * x)
    return c.count


def counts_in_a_loop(x: Any, n: int) -> Any:
    c = Counter()
    for i in range(n):
        c.add(x * i)
        if c.count > 2.0:
            c.twice(x)
    return c.count**2


def moves(x: Any, n: int) -> Any:
    p = Particle(x, 1.0)
    for _ in range(n):
        p.move(0.1)
    return p.x * p.v


def moves_while(x: Any) -> Any:
    p = Particle(x[0], x[1])
    while p.x < 3.0:
        p.move(0.5)
        p.v += 1.0
    return p.x * p.v


def two_names_of_one_object(x: Any, n: int) -> Any:
    p = Particle(x[0], x[1])
    q = p
    both = [p, q, Particle(x[2], 1.0)]
    for _ in range(n):
        for o in both:
            o.move(0.1)
    return p.x * q.v + both[2].x


def object_that_holds_itself(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    p.me = p
    p.me.x = p.x * 2.0
    return p.x


def object_that_a_function_sees(x: Any, n: int) -> Any:
    p = Particle(x[0], x[1])

    def step(dt: Any) -> Any:
        p.move(dt)
        return p.x

    s = 0.0
    for _ in range(n):
        s += step(0.1) ** 2
    return s


def set_in_branches(x: Any, c: Any) -> Any:
    p = Particle(x[0], x[1])
    if c > 0:
        p.x = x[2] * p.v
    else:
        p.v = p.x**2
        p.move(0.2)
    return p.x * p.v


def set_before_early_returns(x: Any, c: Any) -> Any:
    p = Particle(x[0], x[1])
    if c > 0:
        p.x = x[2] ** 2
        return p.x * p.v
    p.v = x[2]
    return p.x + p.v**2


def object_returned_early(x: Any, c: Any) -> Any:
    p = Particle(x[0], x[1])
    if c > 0:
        p.x = x[2] ** 2
        return p
    p.v = x[2]
    return p


def returned_out_of_a_loop(x: Any, n: int) -> Any:
    p = Particle(x[0], x[1])
    for _ in range(n):
        p.move(0.3)
        if p.x > 1.0:
            p.v = x[2]
            return p.v * p.x
    p.x = p.x * 3.0
    return p.x


def made_in_each_iteration(x: Any, n: int) -> Any:
    s = 0.0
    for i in range(n):
        p = Particle(x[i], s)
        p.move(0.1)
        p.x += 1.0
        s = s + p.x * p.v
    return s + p.x


def made_in_a_comprehension(x: Any) -> Any:
    ps = [Particle(x[i], 1.0) for i in range(3)]
    for _ in range(2):
        for p in ps:
            p.move(0.1)
    return sum(p.x * p.v for p in ps)


def kept_from_each_iteration(x: Any) -> Any:
    made: Any = []
    for v in (x[0], x[1], x[2]):
        c = Counter()
        c.add(v)
        made = [*made, c]
        made[0].add(x[2])
    return made[0].count * made[1].count * made[2].count


def constant_of_the_class_shadowed(x: Any) -> Any:
    p: Any = Particle(x[0], x[1])
    s = 0.0
    for i in range(3):
        s += p.mass * x[i]
        p.mass = p.mass * x[0]
    return s


def counts_from_the_class(x: Any) -> Any:
    a = Account()
    for i in range(3):
        a.push(x[i] ** 2)
    return a.total + np.sum(a.history**2)


def inherited(x: Any) -> Any:
    s = Special()
    return s.go(x) * s.go(2 * x) + s.k


def array_changed_in_place(x: Any) -> Any:
    p = Pair(x * 1.0, None)
    q = p.a
    p.a *= 2.0
    p.a += x
    q[0] = x[2]
    return np.sum(p.a**2) + np.sum(q)


def set_by_a_property(x: Any) -> Any:
    t = Temperature(x[0])
    t.f = x[1] * 2
    t.f += x[2]
    return t.c * t.f


def computed_once(x: Any) -> Any:
    kept = Lazy(x)
    s = 0.0
    for _ in range(3):
        s += kept.get()
    return s


def method_that_returns_its_object(x: Any) -> Any:
    d = Fluent(x)
    d.step(x).step(x * 2)
    e = replace(d, a=x * 3.0)
    e.step(2.0)
    return d.s * e.s * e.n


def bump(p: Any, k: Any) -> Any:
    p.x = p.x * k
    return p


def made(a: Any) -> Any:
    return Particle(a, 2.0 * a)


def given_to_functions(x: Any) -> Any:
    p = made(x[0])
    q = bump(p, x[2])
    q.v = q.x * made(x[1]).v
    return p.v * p.x + (1.0 if p is q else 0.0)


def several_targets(x: Any) -> Any:
    p = Particle(x, 1.0)
    p.x, p.v = p.v * x, p.x
    return p.x * p.v


def by_names(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    for name in ("x", "v"):
        setattr(p, name, getattr(p, name) * x)
    y = 0.0 if hasattr(p, "w") else p.x
    p.w = y
    return getattr(p, "w", 7.0) + getattr(p, "u", x) + hasattr(p, "move") + p.v


def by_lambda(x: Any) -> Any:
    c = Counter()
    f = lambda t: c.twice(t) + t  # noqa: E731
    return f(x) + f(x * x)


# objects that are passed


def simulated_on(s: Any, source: Any, n: int) -> Any:
    s.run(n, source)
    s.u = s.u * s.t
    return s.run(n, source * 2).energy


def moved(p: Any, n: int) -> Any:
    for _ in range(n):
        p.move(0.1)
    return p.x * p.v


def averaged(m: Any, x: Any) -> Any:
    return m(x) + m(x * 2.0)


def averaged_in_branches(m: Any, x: Any, c: Any) -> Any:
    if c > 0:
        m.k = m.k * 2.0
        return m(x)
    y = m(x)
    return y * m.k


def objects_in_an_object(p: Any, x: Any) -> Any:
    y = p.a(x) + p.b(x)
    p.a.k = y
    return y * p.a.k


def objects_that_change_places(p: Any, x: Any) -> Any:
    p.a, p.b = p.b, p.a
    p.a.k = 3.0
    return p.a(x) + 2 * p.b(x)


def array_of_two_attributes(p: Any, x: Any) -> Any:
    p.a = p.b
    p.a[0] = x[1] ** 2
    return np.sum(p.b**2) + np.sum(p.a * x)


def array_set_and_a_view_of_it(p: Any, x: Any) -> Any:
    y = x * p.a
    p.a = y
    y[0] = 7.0 * x[2]
    p.b = p.a[1:]
    p.b[0] = x[0]
    return np.sum(p.a**2)


def argument_kept(p: Any, x: Any) -> Any:
    p.x = x
    p.x[0] = 3.0 * x[1]
    return np.sum(p.x * p.v)


def arrays_in_a_loop(p: Any, n: int) -> Any:
    for _ in range(n):
        p.x[1:] = 0.5 * p.x[:-1] + p.v[1:]
        p.v = p.v * p.x
    return np.sum(p.x) + np.sum(p.v)


def early_returns(p: Any, x: Any) -> Any:
    if x < 0:
        return p.x * x
    p.x = p.x * x
    if p.x < 0.01:
        return p.v * x
    p.v = p.v * p.x
    return p.v


def returned_from_a_loop(p: Any, n: int) -> Any:
    for _ in range(n):
        p.move(0.3)
        if p.x > 1.0:
            p.v = p.x**2
            return p.v * p.x
    p.x = p.x * 3.0
    return p.x


def array_replaced_in_a_branch(p: Any, c: Any) -> Any:
    if c > 0:
        p.x = p.v * c
    p.x *= 2.0
    p.x[0] += c
    if c > 1:
        return np.sum(p.x)
    return np.sum(p.x * p.v)


def constant_of_the_class_set_in_a_branch(p: Any, c: Any) -> Any:
    for k in range(3):
        if c > k:
            p.mass = p.mass * p.x
    return p.mass * p.v


def new_attribute(p: Any) -> Any:
    p.cache = p.x**2
    return p.cache * p.v


def new_object_in_its_place(p: Any) -> Any:
    p.child = Particle(p.x * 2.0, p.v)
    p.child.x = p.child.x**2
    return p.child.x * p.child.v


def one_argument_in_another(p: Any, q: Any) -> Any:
    p.other = q
    q.x = q.x * p.x
    return p.other.x * p.v


def list_of_objects(s: Any, n: int) -> Any:
    for _ in range(n):
        for p in s.a:
            p.move(s.b)
        s.b = s.b * 0.9
        s.a[0].x += s.a[1].x * 0.1
    return sum(p.x * p.v for p in s.a)


def set_after_a_list_is_read(s: Any, xs: Any) -> Any:
    t = 0.0
    for i in range(len(xs) - 1):
        t = t + xs[i] * xs[i + 1] * s.a
    s.a = s.a * 0.9
    return t * s.b


def dict_of_objects(s: Any, n: int) -> Any:
    for _ in range(n):
        s["p"].move(0.1)
        s["q"].x = s["p"].x * s["q"].v
    return s["q"].x * s["p"].x


def argument_returned(p: Any) -> Any:
    p.x = p.x * 3.0
    return p


FIXED = Particle(0.7, 1.0)


def with_an_object_of_the_module(p: Any) -> Any:
    p.x = p.x * FIXED.v
    return p.x * FIXED.x


PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (flags_and_none, (A, 3)),
    (array_in_the_place_of_none, (A, 3)),
    (simulated, (1.3, 4)),
    (simulated_on, (Heat(6), 1.3, 4)),
    (counts, (2.0,)),
    (counts_in_a_loop, (1.3, 4)),
    (moves, (0.3, 5)),
    (moves_while, (A,)),
    (two_names_of_one_object, (A, 5)),
    (object_that_holds_itself, (1.5,)),
    (object_that_a_function_sees, (A, 5)),
    (set_in_branches, (A, 1.0)),
    (set_in_branches, (A, -1.0)),
    (set_before_early_returns, (A, 1.0)),
    (set_before_early_returns, (A, -1.0)),
    (object_returned_early, (A, 1.0)),
    (object_returned_early, (A, -1.0)),
    (returned_out_of_a_loop, (A, 5)),
    (returned_out_of_a_loop, (A, 1)),
    (made_in_each_iteration, (A, 3)),
    (made_in_a_comprehension, (A,)),
    (kept_from_each_iteration, (A,)),
    (constant_of_the_class_shadowed, (A,)),
    (counts_from_the_class, (A,)),
    (inherited, (1.5,)),
    (array_changed_in_place, (A,)),
    (set_by_a_property, (A,)),
    (computed_once, (1.5,)),
    (method_that_returns_its_object, (1.5,)),
    (given_to_functions, (A,)),
    (several_targets, (0.3,)),
    (by_lambda, (1.5,)),
    (by_names, (1.5,)),
    (moved, (Particle(0.3, 1.0), 5)),
    (averaged, (Average(A * 2, 1.5), A)),
    (averaged_in_branches, (Average(A * 2, 1.5), A, 1.0)),
    (averaged_in_branches, (Average(A * 2, 1.5), A, -1.0)),
    (objects_in_an_object, (Pair(Average(A * 3, 1.0), Average(A * 2, 2.0)), A)),
    (objects_that_change_places, (Pair(Average(A * 3, 1.0), Average(A * 2, 2.0)), A)),
    (array_of_two_attributes, (Pair(A * 3, A * 2), A)),
    (array_set_and_a_view_of_it, (Pair(A * 3, A * 2), A)),
    (argument_kept, (Particle(A * 3, A * 2), A)),
    (arrays_in_a_loop, (Particle(A * 3, A * 2), 3)),
    (early_returns, (Particle(0.5, 1.0), 0.3)),
    (early_returns, (Particle(0.5, 1.0), -0.3)),
    (early_returns, (Particle(0.01, 1.0), 0.3)),
    (returned_from_a_loop, (Particle(0.5, 1.0), 5)),
    (returned_from_a_loop, (Particle(0.5, 0.1), 5)),
    (array_replaced_in_a_branch, (Particle(A * 3, A * 2), 0.5)),
    (array_replaced_in_a_branch, (Particle(A * 3, A * 2), -0.5)),
    (array_replaced_in_a_branch, (Particle(A * 3, A * 2), 1.5)),
    (constant_of_the_class_set_in_a_branch, (Particle(0.5, 1.0), 1.5)),
    (constant_of_the_class_set_in_a_branch, (Particle(0.5, 1.0), -0.5)),
    (new_attribute, (Particle(0.5, 1.0),)),
    (new_object_in_its_place, (Particle(0.1, 1.0),)),
    (one_argument_in_another, (Particle(0.1, 1.0), Particle(0.2, 2.0))),
    (set_after_a_list_is_read, (Pair(0.7, 0.3), [0.1, 0.5, 0.9])),
    (list_of_objects, (Pair([Particle(0.1, 1.0), Particle(0.2, 1.0)], 0.1), 3)),
    (dict_of_objects, ({"p": Particle(0.1, 1.0), "q": Particle(0.2, 2.0)}, 3)),
    (argument_returned, (Particle(0.1, 1.0),)),
    (with_an_object_of_the_module, (Particle(0.5, 1.0),)),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_attributes_that_are_set(f, args):
    assert_behaves(f, *args)


def test_attributes_of_arguments_are_set_once_for_each_call():
    m, x = Average(A * 2, 1.5), A.copy()
    derivative = pullback.grad(averaged, wrt=1)
    for k in range(3):
        expected = copied(m)
        averaged(expected, A)
        derivative(m, x)
        assert m.calls == 2 * (k + 1)
        assert identical(m.s, expected.s)


def test_what_is_set_shares_no_memory_with_results_and_arguments():
    p, x = Particle(A * 3, A * 2), A.copy()
    value, (dp, dx) = pullback.value_and_grad(argument_kept, wrt=(0, 1))(p, x)
    assert not any(np.shares_memory(p.x, y) for y in (x, dx, dp.x, dp.v))
    assert identical(x, A)
    assert value == argument_kept(Particle(A * 3, A * 2), A.copy())


class Log:
    def __init__(self, x: Any) -> None:
        self.x = x

    def tell(self) -> None:
        print("left")


def told_in_finally(x: Any) -> Any:
    log = Log(x)
    log.x = x * 2.0
    try:
        if x > 1.0:
            raise ValueError(x)
        y = x * x
    finally:
        log.tell()
    return y * log.x


def test_method_that_prints_in_finally_is_called_on_every_way_out(capsys):
    derivative = pullback.grad(told_in_finally)
    assert derivative(0.5) == 1.5
    assert capsys.readouterr().out == "left\n"
    with pytest.raises(ValueError, match=r"2\.0"):
        derivative(2.0)
    assert capsys.readouterr().out == "left\n"


def test_pull_reads_what_attributes_were():
    p = Particle(0.5, 1.0)
    _, pull = pullback.vjp(new_attribute)(p)
    first = pull(1.0)
    p.x = 7.0
    assert identical(pull(1.0), first)
    assert (first.x, first.v) == (1.0, 0.25)


def test_text_reads_as_if_written_by_hand():
    derivative = pullback.value_and_grad(moved)
    derivative(Particle(0.3, 1.0), 5)
    assert derivative.source == (
        "import numpy as np\n"
        "\n"
        "from pullback.runtime import record\n"
        "from tests.test_attributes import Particle\n"
        "\n"
        "\n"
        "def moved_value_and_grad(p, n):\n"
        '    """Value of `moved` and its gradient with respect to p."""\n'
        "    x = p.x\n"
        "    v = p.v\n"
        "    tape = []\n"
        "    for _ in range(n):\n"
        "        x += 0.1 * v\n"
        "        tape.append(x)\n"
        "        v -= 0.1 * np.sin(x) * 2.0\n"
        "    value = x * v\n"
        "    p.x = x\n"
        "    p.v = v\n"
        "\n"
        "    dx, dv = v, x\n"
        "    for x in reversed(tape):\n"
        "        # self.v -= dt * np.sin(self.x) * self.mass\n"
        "        dx -= 0.2 * dv * np.cos(x)\n"
        "        # self.x += dt * self.v\n"
        "        dv += 0.1 * dx\n"
        "    return value, record(Particle, x=float(dx), v=float(dv))\n"
    )


ONE = Average(A, 1.0)


def both(m: Any, n: Any) -> Any:
    return m(A) + n(A)


def of_a_list(ms: Any) -> Any:
    return ms[0](A) + ms[1](A)


def of_a_pair(p: Any) -> Any:
    return p.a(A) + p.b(A)


def and_of_the_module(p: Any) -> Any:
    p.x = p.x * 2.0
    return p.x * FIXED.x


@pytest.mark.parametrize(
    ("f", "args"),
    [(both, (ONE, ONE)), (of_a_list, ([ONE, ONE],)), (of_a_pair, (Pair(ONE, ONE),)), (and_of_the_module, (FIXED,))],
    ids=["two arguments", "a list", "an object", "an object of the module"],
)
def test_one_object_that_is_reached_in_two_ways_is_caught(f, args):
    before = copied(args)
    with pytest.raises(pullback.AliasError, match="may be reached in two ways"):
        pullback.grad(f)(*args)
    assert identical(args, before)


def test_constant_of_a_class_that_is_changed_is_seen(monkeypatch):
    derivative = pullback.grad(moves)
    first = derivative(0.3, 5)
    monkeypatch.setattr(Particle, "mass", 5.0)
    assert derivative(0.3, 5) != first


@dataclass
class Numbered:
    x: Any
    n: int


@dataclass(frozen=True)
class Frozen:
    x: Any


def another_in_each_iteration(x: Any) -> Any:
    p = Particle(x, 1.0)
    for _ in range(3):
        p.move(0.1)
        p = Particle(p.x * x, p.v)
    return p.x


def object_of_the_module_set(x: Any) -> Any:
    FIXED.x = x
    return FIXED.x


WEIGHTED = [(FIXED, 1.0), (Particle(0.2, 1.0), 2.0)]


def list_of_the_module_read(p: Any) -> Any:
    p.x = p.x * 2.0
    s = 0.0
    for q, w in WEIGHTED:
        s += q.x * w
    return s + p.x


def frozen_set(x: Any) -> Any:
    f = Frozen(x)
    f.x = 2.0 * x  # type: ignore[misc]
    return f.x


def method_replaced(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    p.x = 2.0 * x
    p.move = 2.0
    return p.x


def set_in_one_branch(p: Any) -> Any:
    if p.x > 0:
        p.extra = 1.0
    return p.x


def constant_of_the_class_in_a_result(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    if x > 0.5:
        p.mass = x
    return p


def set_in_a_loop_that_may_not_run(p: Any) -> Any:
    for i in range(p.n):
        p.last = p.x * i
    return p.last


def asked_for_in_a_loop(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    for _ in range(3):
        if not hasattr(p, "w"):
            p.w = x
    return p.w


def set_where_it_may_raise(x: Any) -> Any:
    p = Particle(x, 1.0)
    try:
        p.x = x**2
        y = math.sqrt(p.v - 5.0)
    except ValueError:
        y = 1.0
    return y * p.x


def read_before_it_is_set(x: Any) -> Any:
    p: Any = Particle(x, 1.0)
    for i in range(3):
        p.v = p.v * x + (p.w if i > 0 else 0.0)
        p.w = x
    return p.v


def in_an_array(x: Any) -> Any:
    p = Particle(x, 1.0)
    p.x = 2.0 * x
    return np.sin(p)


REFUSED: list[tuple[Callable[..., Any], Any, str, str]] = [
    (another_in_each_iteration, 1.0, "'p' stands for another object, whose attributes are set, in each", "for _ in"),
    (object_of_the_module_set, 1.0, "'FIXED' is an object of the module, and it is changed", "FIXED.x"),
    (list_of_the_module_read, Particle(1.0, 2.0), "a list of the module whose length is not known holds", "def list"),
    (frozen_set, 1.0, "setting the attribute 'x' of an object that cannot be changed", "f.x"),
    (method_replaced, 1.0, "setting the attribute 'move' of an object in the place of a method", "p.move"),
    (set_in_one_branch, Particle(1.0, 2.0), "the attribute 'extra' may not be set: it is set in only", "return p.x"),
    (constant_of_the_class_in_a_result, 1.0, "whether the object has the attribute 'mass' of its own", "return p"),
    (set_in_a_loop_that_may_not_run, Numbered(1.0, 0), "the attribute 'last' may not be set: it is first", "p.last"),
    (asked_for_in_a_loop, 1.0, "whether there is an attribute 'w' is not known", "hasattr(p"),
    (set_where_it_may_raise, 1.0, "the attribute 'x' may not be set: it is set in the `try`", "p.x"),
    (read_before_it_is_set, 1.0, "has no attribute 'w'", "p.w"),
    (in_an_array, 1.0, "an object of the class 'Particle' is used as a number or an array", "np.sin(p)"),
]


@pytest.mark.parametrize(("f", "x", "message", "marked"), REFUSED, ids=[f.__name__ for f, *_ in REFUSED])
def test_what_is_refused_has_its_place(f, x, message, marked):
    with pytest.raises(errors.PullbackError) as e:
        pullback.grad(f)(x)
    assert message in e.value.message
    assert e.value.source_line[e.value.col - 1 :].startswith(marked)
    assert e.value.hint


class Rated:
    rate = 0.5

    def __init__(self, a: Any) -> None:
        self.total = a

    def grow(self) -> None:
        self.total *= 1.0 + self.rate


class RatedLess(Rated):
    rate = 0.2


def test_constant_that_a_derived_class_has_of_its_own():
    def f(x: Any) -> Any:
        o = RatedLess(x)
        o.grow()
        return o.total * x

    assert_behaves(f, 0.7)
    source = from_function(f)
    derivative = load(transpile(source, [type_of_value(0.7, "x")], Request("grad", (0,), False)), source)
    assert derivative(0.7) == (pullback.grad(f)(0.7),)
