"""`check_grad`: right derivatives pass, each kind of wrong one is found, and the statement that is off is named."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import check_grad, errors
from pullback.stdlib import registry
from tests.transpile.lowering import live, pointed_at

X = np.array([0.3, -0.4, 0.5])


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Rules registered in a test are gone afterwards."""
    kept = dict(registry._RULES)
    yield
    registry._RULES.clear()
    registry._RULES.update(kept)


def found(report: Any) -> dict[str, bool]:
    return {f.name: f.ok for f in report.findings}


def wrong(report: Any) -> set[str]:
    return {name for name, ok in found(report).items() if not ok}


DIFFERENCES = {"reverse against differences", "forward against differences"}
ALL = {"value", "arguments", "second call", "gradients", "forward against reverse", *DIFFERENCES}


# --- right derivatives


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray


def energy(x, k):
    return 0.5 * k * np.sum(x * x)


def model(layer, x):
    h = np.tanh(x @ layer.w + layer.b)
    return {"loss": np.mean(h * h), "hidden": h, "count": 3}


def sweep(u, n):
    for i in range(1, n):
        u[i] = u[i] + 0.5 * math.sin(u[i - 1])
        if u[i] > 0.2:
            u[i] *= 2.0
    return u


def first_large(x):
    while x < 10.0:
        x = x * x + 1.0
    return x


def printing(x):
    print("never seen")
    return x * x


def of_numbers(parts, *more):
    return parts[0] * parts[1] ** 2 + more[0] * more[1]


@pytest.mark.parametrize(
    ("f", "args", "wrt"),
    [
        (energy, (X, 2.0), ("x", "k")),
        (energy, (X.astype(np.float32), np.float32(2.0)), ("x", "k")),
        (energy, (1e8 * X, 1e-12), ("x", "k")),
        (model, (Layer(np.eye(3) * 0.3, X), np.ones((2, 3))), ("layer", "x")),
        (sweep, (np.linspace(0.1, 0.9, 6), 6), ("u",)),
        (first_large, (0.7,), ("x",)),
        (printing, (0.7,), ("x",)),
        (of_numbers, ((0.7, 2.0), 3.0, 4.0), ("parts", "more")),
        (lambda x: x * np.exp(x), (X,), ("x",)),
        (pullback.grad(energy), (X, 2.0), ("x", "k")),
        (pullback.differentiable(energy), (X, 2.0), ("x", "k")),
    ],
)
def test_a_right_derivative_is_right(f: Callable[..., Any], args: tuple[Any, ...], wrt: Any, capsys: Any) -> None:
    report = check_grad(f, args)
    assert report.ok, str(report)
    assert set(found(report)) - {"value_and_grad against vjp"} == ALL
    assert report.wrt == wrt
    assert report.statement is None
    assert str(report).splitlines()[0].endswith("is right")
    assert capsys.readouterr().out == ""


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, x, y):
        return self.k * np.sum(x * x) + y


def test_wrt_is_that_of_the_derivative() -> None:
    assert check_grad(energy, (X, 2.0), wrt=1).wrt == ("k",)
    assert check_grad(energy, (X, 2.0), wrt=("k", "x")).wrt == ("k", "x")
    report = check_grad(Spring(2.0).energy, (X, 1.0), wrt=0)
    assert report.ok
    assert report.wrt == ("x",)
    with pytest.raises(errors.WrtError, match="no argument of 'energy' holds floats"):
        check_grad(energy, (1, 2))
    with pytest.raises(errors.WrtError, match="names no parameter"):
        check_grad(energy, (X, 2.0), wrt="y")


def test_one_mode_can_be_checked_alone() -> None:
    assert set(found(check_grad(energy, (X, 2.0), modes=("forward",)))) == {
        "value", "arguments", "second call", "forward against differences",
    }  # fmt: skip
    assert "forward against differences" not in found(check_grad(energy, (X, 2.0), modes=("reverse",)))
    with pytest.raises(errors.PullbackError, match="there are no modes"):
        check_grad(energy, (X, 2.0), modes=("sideways",))  # type: ignore[arg-type]


def test_what_cannot_be_transpiled_is_refused() -> None:
    with pytest.raises(errors.NoRule):
        check_grad(lambda x: np.lib.stride_tricks.as_strided(x), (X,))


def test_arguments_are_left_alone() -> None:
    u = np.linspace(0.1, 0.9, 6)
    before = u.copy()
    assert check_grad(sweep, (u, 6)).ok
    np.testing.assert_array_equal(u, before)


# --- wrong derivatives, and where they come from


def twice(x):
    return 2.0 * x


def thrice_is_wrong(out, x):
    return 3.0


def cotangent_of_twice(ct, out, x):
    return 3.0 * ct


def tangent_of_twice(tangents, out, x):
    return 3.0 * tangents[0]


def right(out, x):
    return 2.0


def straight(x, y):
    h = np.tanh(y)
    z = h * twice(x) + h
    return np.sum(z * z)


def in_loop(x, n):
    for _ in range(n):
        x = np.sin(x)
        x = 0.5 * twice(x)
    return np.sum(x)


def in_branch(x):
    if x > 0.0:
        y = x * twice(x)
    else:
        y = x
    return y * y


def helper(y):
    z = y * y
    return twice(z) + 1.0


def in_called(p):
    q = helper(p["a"])
    return q * p["b"]


def in_write(u):
    u[1:] = twice(u[1:]) * u[:-1]
    return u


def in_while(x):
    while x < 4.0:
        x = x + twice(x)
    return x


def in_try(x):
    try:
        y = twice(x)
    except Exception:
        y = x
    return y


CASES = [
    (straight, (X, 2.0 * X)),
    (in_loop, (X, 3)),
    (in_branch, (0.7,)),
    (in_called, ({"a": 0.4, "b": X},)),
    (in_write, (np.linspace(0.1, 0.9, 6),)),
    (in_while, (0.7,)),
    (in_try, (0.7,)),
]
NAMED = ["twice(x)", "twice(x)", "twice(x)", "twice(z)", "twice(u[1:])", "twice(x)", "twice(x)"]


def line_of(f: Callable[..., Any], text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    start = (f if f is not in_called else helper).__code__.co_firstlineno
    return next(n for n in range(start, len(lines)) if text in lines[n - 1])


@pytest.mark.parametrize(("f", "args", "call"), [(*c, n) for c, n in zip(CASES, NAMED)])
def test_the_first_statement_that_is_off_is_named(f: Callable[..., Any], args: tuple[Any, ...], call: str) -> None:
    pullback.elementwise(twice)(thrice_is_wrong)
    report = check_grad(f, args)
    assert not report.ok
    assert wrong(report) == DIFFERENCES
    assert report.statement is not None
    assert report.statement.file == __file__
    assert pointed_at(report.statement) == call
    assert report.statement.line == line_of(f, call)
    assert "by reverse mode and" in report.statement.message
    assert "thrice_is_wrong" in report.statement.hint
    text = str(report)
    assert "is NOT right" in text
    assert f"{report.statement.line:>5} | " in text
    assert "^" * len(call) in text


@pytest.mark.parametrize(("f", "args"), CASES)
def test_the_same_with_a_right_rule_is_right(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    pullback.elementwise(twice)(right)
    report = check_grad(f, args)
    assert report.ok, str(report)


class Stretched:
    def __init__(self, k):
        self.k = k

    def length(self, x, y):
        return np.sum(twice(self.k * x)) * y


def filled(x):
    y = np.empty_like(x)
    for i in range(len(x)):
        y[i] = x[i] * x[i]
    return twice(y)


def second(x):
    return np.sum(smooth(x) * x)


def smooth(x):
    return np.sqrt(x * x + 1.0)


@pytest.mark.parametrize(
    ("f", "args", "call"),
    [
        (Stretched(3.0).length, (X, 2.0), "twice(self.k * x)"),
        (functools.partial(Stretched(3.0).length, y=2.0), (X,), "twice(self.k * x)"),
        (pullback.differentiable(straight), (X, X), "twice(x)"),
        (filled, (X,), "twice(y)"),
    ],
)
def test_statements_of_methods_and_of_what_is_wrapped(f: Any, args: tuple[Any, ...], call: str) -> None:
    pullback.elementwise(twice)(thrice_is_wrong)
    report = check_grad(f, args)
    assert report.statement is not None
    assert pointed_at(report.statement) == call


def test_a_rule_that_is_not_used_does_no_harm() -> None:
    pullback.elementwise(twice)(thrice_is_wrong)
    assert check_grad(functools.partial(straight, X), (X,)).ok
    assert check_grad(straight, (X, X), wrt="y").ok


def test_the_derivative_of_a_derivative_is_looked_into() -> None:
    pullback.elementwise(smooth)(lambda out, x: 2.0 * x / out)
    report = check_grad(pullback.grad(second), (X,))
    assert wrong(report) == DIFFERENCES
    assert report.statement is not None
    assert report.statement.file == __file__
    assert "smooth(x)" in report.statement.source_line


def test_a_wrong_rule_of_one_mode_is_told_from_the_other() -> None:
    pullback.rule(twice)(cotangent_of_twice)
    pullback.rule.forward(twice)(lambda tangents, out, x: 2.0 * tangents[0])
    report = check_grad(straight, (X, 2.0 * X))
    assert wrong(report) == {"forward against reverse", "reverse against differences"}
    assert report.statement is not None
    assert pointed_at(report.statement) == "twice(x)"
    assert "by reverse mode," in report.statement.message
    assert "cotangent_of_twice" in report.statement.hint
    assert check_grad(straight, (X, 2.0 * X), modes=("forward",)).ok


def test_a_wrong_rule_of_forward_mode() -> None:
    pullback.rule(twice)(lambda ct, out, x: 2.0 * ct)
    pullback.rule.forward(twice)(tangent_of_twice)
    report = check_grad(straight, (X, 2.0 * X))
    assert wrong(report) == {"forward against reverse", "forward against differences"}
    assert report.statement is not None
    assert "by forward mode," in report.statement.message
    assert "tangent_of_twice" in report.statement.hint


def test_the_worst_leaf_is_named() -> None:
    pullback.elementwise(twice)(thrice_is_wrong)
    report = check_grad(lambda p: np.sum(p["right"] * p["right"]) + 1e-6 * np.sum(twice(p["other"][1])), WORST)
    assert wrong(report) == DIFFERENCES
    assert report.worst is not None
    assert report.worst.leaf == "p['other'][1]"
    assert report.worst.reverse == pytest.approx(1.5 * report.worst.difference, rel=1e-3)
    assert report.worst.error > 1e-3
    assert "the worst is p['other'][1]: " in str(report)


WORST = ({"right": 10.0 * X, "other": [X, X]},)


def test_what_the_result_does_not_depend_on_is_not_named() -> None:
    pullback.elementwise(twice)(thrice_is_wrong)
    report = check_grad(ignoring, (X, X))
    assert report.statement is not None
    assert pointed_at(report.statement) == "twice(y)"


def ignoring(x, y):
    u = twice(x)
    v = np.sum(twice(y))
    return v if u[0] < 10.0 else 2.0 * v


def test_a_derivative_that_is_stopped_is_said_to_be() -> None:
    report = check_grad(stopped_by_the_way, (X,))
    assert report.statement is not None
    assert pointed_at(report.statement) == "pullback.stop_gradient(x * x)"
    assert "stop_gradient" in report.statement.hint


def stopped_by_the_way(x):
    y = pullback.stop_gradient(x * x)
    return np.sum(x * y)


@pytest.mark.parametrize(
    ("f", "x", "message", "line"),
    [
        (
            "def f(x):\n    y = np.exp(x)\n    return np.sign(y - 1.0) + x\n",
            0.0,
            "this operation is off",
            "np.sign",
        ),
        ("def f(x):\n    while x < 1.0:\n        x = x * 2.0\n    return x\n", 0.25, "this loop is off", "while"),
        ("def f(x):\n    if x > 0.5:\n        x = 2.0 * x\n    return x\n", 0.5, "changes at this point", "x > 0.5"),
        ("def f(x):\n    return np.sum(np.where(x > 0.5, x, 0.2))\n", X, "changes at this point", "x > 0.5"),
    ],
)
def test_a_point_without_a_derivative(f: str, x: Any, message: str, line: str) -> None:
    report = check_grad(live(f), (x,))
    assert not report.ok
    assert report.statement is not None
    assert message in report.statement.message
    assert line in report.statement.source_line


# --- derivatives that are wrong in other ways than in their statements


class Fake:
    """In the place of a derivative: what it gives is changed by a function."""

    def __init__(self, change: Callable[..., Any]) -> None:
        self.change = change

    def __call__(self, f: Any, wrt: Any) -> Callable[..., Any]:
        made = pullback.vjp(f, wrt=wrt)
        return lambda *args: self.change(args, *made(*args))


def of_another_value(args, out, pull):
    return np.nextafter(out, np.inf), pull


def writing(args, out, pull):
    args[0][0] += 1.0
    return out, pull


def of_another_dtype(args, out, pull):
    return out, lambda ct: tuple(np.float32(g) for g in pull(ct))


def not_twice(args, out, pull, calls=[]):  # noqa: B006
    calls.append(0)
    return out, lambda ct: tuple(g * len(calls) for g in pull(ct))


def off_by_a_little(args, out, pull):
    return out, lambda ct: tuple(g * (1.0 + 1e-12) for g in pull(ct))


def off_by_more(args, out, pull):
    return out, lambda ct: tuple(g * (1.0 + 1e-5) for g in pull(ct))


def not_finite(args, out, pull):
    return out, lambda ct: tuple(g * np.nan for g in pull(ct))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (of_another_value, {"value"}),
        (writing, {"arguments"}),
        (of_another_dtype, {"gradients"}),
        (not_twice, {"second call"}),
        (off_by_a_little, {"forward against reverse"}),
        (off_by_more, {"forward against reverse", "reverse against differences"}),
        (not_finite, {"forward against reverse", "reverse against differences"}),
    ],
)
def test_each_fault_is_found(change: Callable[..., Any], what: set[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("pullback.checking.check.vjp", Fake(change))
    report = check_grad(energy, (X.copy(), 2.0), wrt="x")
    assert wrong(report) >= what
    assert report.statement is None
    assert "no single statement was found to be off" in str(report)


def test_value_and_grad_is_held_against_vjp(monkeypatch: Any) -> None:
    def wrong_whole(f: Any, wrt: Any) -> Callable[..., Any]:
        made = pullback.value_and_grad(f, wrt=wrt)
        return lambda *args: (made(*args)[0], tuple(1.01 * g for g in made(*args)[1]))

    monkeypatch.setattr("pullback.checking.check.value_and_grad", wrong_whole)
    report = check_grad(energy, (X, 2.0))
    assert wrong(report) == {"value_and_grad against vjp"}


def in_one_buffer(args, out, pull, buffer=np.zeros(3), calls=[]):  # noqa: B006
    def shared(ct):
        calls.append(0)
        buffer[:] = pull(ct)[0] * len(calls)
        return (buffer,)

    return out, shared


def test_a_gradient_that_is_written_over_later_is_found(monkeypatch: Any) -> None:
    monkeypatch.setattr("pullback.checking.check.vjp", Fake(in_one_buffer))
    assert "second call" in wrong(check_grad(energy, (X, 2.0), wrt="x"))


def test_condition_and_tolerance_can_be_given(monkeypatch: Any) -> None:
    monkeypatch.setattr("pullback.checking.check.vjp", Fake(off_by_more))
    assert check_grad(energy, (X, 2.0), wrt="x", condition=1e10, rtol=1e-3).ok


def test_a_function_that_is_none_is_found() -> None:
    report = check_grad(Impure(), (X,))
    assert wrong(report) == {"value", "second call"}
    assert "another value when it is called again" in str(report)


class Impure:
    """Called twice, it gives two values."""

    def __init__(self):
        self.n = 0.0

    def __call__(self, x):
        self.n = self.n + 1.0
        return np.sum(x) * self.n


def test_a_result_without_floats_has_no_derivative() -> None:
    report = check_grad(lambda x: len(x), (X,))
    assert wrong(report) == {"value"}
    assert "holds no floats" in str(report)
