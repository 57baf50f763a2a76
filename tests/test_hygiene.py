"""Hygiene: names of the user's, pickles, module globals, and programs that are nested very deeply."""

from __future__ import annotations

import copy
import functools
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from pullback.cli import main
from tests.behaviour import assert_behaves, identical
from tests.inplace.cases import mixed
from tests.transpile.lowering import live

# names that the generated text, the run-time helpers or Python itself would like to have, and such that look odd
NAMES = [
    *("np", "numpy", "xp", "math", "sum", "object", "range", "reversed", "len", "zip", "float", "type", "print"),
    *("d", "dx", "dout", "ct", "out", "t", "t2", "tape", "tapes", "pull", "f", "f_grad", "f_pullback", "f_forward"),
    *("unbroadcast", "prims", "runtime", "pullback", "_", "__", "_t", "match", "case", "lambda_", "self", "cls"),
    *("größe", "θ", "变量", "ℓ", "e", "i", "k", "copy", "append", "xs", "x_", "dnp"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_a_local_and_a_loop_may_have_any_name(name: str) -> None:
    text = f"""
def f({name}, y):
    for j in xp_.arange(3):
        {name} = xp_.tanh({name} * y)
        y = y + {name}[0] * {name}
    for {name} in [{name}, y]:
        y = y * {name}
    return (y * {name}).sum()
"""
    assert_behaves(live(text, header="import numpy as xp_\n"), mixed(3), mixed(3, seed=1))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("xp", "f", "_", "__")])
def test_a_function_of_the_users_may_have_any_name(name: str) -> None:
    text = f"def {name}(x):\n    return xp.sin(x) * x\n\ndef model(x):\n    return {name}({name}(x)).sum()\n"
    assert_behaves(live(text, "model", header="import numpy as xp\n"), mixed(3))


@pytest.mark.parametrize("name", ["sum", "np", "range", "len", "unbroadcast", "tape", "math", "dx"])
def test_a_global_may_have_any_name(name: str) -> None:
    text = f"def model(x):\n    for k in (1, 2):\n        x = x * {name} + xp.sin(x)\n    return x.mean()\n"
    model = live(text, "model", header=f"import numpy as xp\n{name} = 1.5\n")
    assert_behaves(model, mixed(3))
    assert model.__globals__[name] == 1.5


def test_module_globals_are_never_written() -> None:
    header = "SCALE, TABLE = 2.0, [1.0, 2.0]\n"
    f = live("def f(x):\n    scale = SCALE\n    scale *= x\n    return scale * TABLE[0]\n", header=header)
    names, table = list(f.__globals__), f.__globals__["TABLE"]
    assert pullback.grad(f)(0.5) == 2.0
    assert list(f.__globals__) == names
    assert f.__globals__["SCALE"] == 2.0
    assert f.__globals__["TABLE"] is table
    assert table == [1.0, 2.0]


# pickles


def cube(x: float) -> float:
    return x**3


def power(x: float, n: int) -> float:
    return x**n


slope = pullback.grad(cube)


@pullback.value_and_grad
def quartic(x: float) -> float:
    return x**4


@pullback.differentiable
def quintic(x: float, y: float) -> float:
    return x**5 * y


@pytest.mark.parametrize("derivative", [slope, quintic.grad, pullback.value_and_grad(quintic, wrt=(0, 1)), quintic])
def test_derivatives_are_pickled_as_those_of_named_functions(derivative: Any) -> None:
    args = (1.5,) if derivative is slope else (1.5, 0.5)
    again = pickle.loads(pickle.dumps(derivative))
    assert again(*args) == derivative(*args)
    assert repr(again).partition(":")[0] == repr(derivative).partition(":")[0]


class Scaled:
    """Multiplies by a number of its own."""

    def __init__(self, k: float) -> None:
        self.k = k

    def times(self, x: float) -> float:
        return self.k * x * x


@pytest.mark.parametrize("f", [Scaled(3.0).times, functools.partial(cube), functools.partial(power, n=3)])
def test_derivatives_of_methods_and_of_partial_functions_are_pickled_with_what_they_hold(f: Any) -> None:
    derivative = pullback.grad(f)
    assert pickle.loads(pickle.dumps(derivative))(1.5) == derivative(1.5)


def test_what_pickle_cannot_name_in_a_partial_function_is_not_pickled() -> None:
    with pytest.raises(pickle.PicklingError):  # the decorated function has taken its name
        pickle.dumps(pullback.grad(functools.partial(quintic.__wrapped__, y=0.5)))


@pytest.mark.parametrize("derivative", [quartic, quintic])
def test_what_has_a_name_in_its_module_is_pickled_by_that_name(derivative: Any) -> None:
    assert pickle.loads(pickle.dumps(derivative)) is derivative
    assert copy.deepcopy(derivative) is derivative


def test_a_derivative_of_a_function_without_a_name_is_not_pickled() -> None:
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(pullback.grad(live("def f(x):\n    return x * x\n")))


def test_a_saved_gradient_is_pickled_by_reference(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = pullback.grad(cube)
    derivative(1.0)
    derivative.save(tmp_path / "saved_slope.py")
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("saved_slope")
    assert pickle.loads(pickle.dumps(module.cube_grad)) is module.cube_grad
    assert module.cube_grad(2.0) == 12.0
    del sys.modules["saved_slope"]


# depth

N = 400


def _nest(first: str, rest: Callable[[int], str], last: str) -> str:
    lines = [f"{'    ' * (k + 1)}{rest(k)}" for k in range(45)]
    return f"def f(x):\n{first}" + "\n".join(lines) + f"\n{'    ' * 46}{last}\n    return x\n"


CHAIN = "".join(f"def f{k}(x):\n    return f{k + 1}(x) * 1.001\n\n" for k in range(N))
DEEP = {
    "terms": "def f(x):\n    return " + " + ".join(f"{k}.5 * x" for k in range(900)) + "\n",
    "parentheses": "def f(x):\n    return " + "(0.9 * x * " * 150 + "x" + ")" * 150 + "\n",
    "calls": "def f(x):\n    return " + "sin(" * 150 + "x" + ")" * 150 + "\n",
    "signs": "def f(x):\n    return " + "-" * 300 + "x\n",
    "blocks": _nest("", lambda k: f"if x > -{k}.5:", "x = x * 2.0"),
    "elifs": "def f(x):\n    if x < -1.0:\n        y = x\n"
    + "".join(f"    elif x < {k / N}:\n        y = x * {k}.0\n" for k in range(60))
    + "    else:\n        y = x * 3.0\n    return y\n",
    "conditional expressions": "def f(x):\n    return "
    + "".join(f"x * {k}.0 if x < {k / N} else " for k in range(60))
    + "x * 3.0\n",
    "conditions": "def f(x):\n    if " + " and ".join(f"x > -{k}.5" for k in range(60)) + ":\n        x = x * x\n"
    "    return x\n",
    "functions": CHAIN + f"def f{N}(x):\n    return x * x\n\ndef f(x):\n    return f0(x)\n",
    "items": "def f(x):\n    t = (" + ", ".join(["x * x"] * N) + ")\n    return t[0] + t[-1]\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deeply_nested(text: str) -> None:
    before = sys.getrecursionlimit()
    assert_behaves(live(text), 0.7)
    assert sys.getrecursionlimit() == before


CHOICES = "x * x"
for k in range(110):
    CHOICES = f"(x * {CHOICES} if x > -{k}.5 else x)"
TOO_DEEP = f"def f(x):\n    return {CHOICES}\n"


def test_what_python_itself_cannot_hold_is_refused() -> None:
    f = live(TOO_DEEP)
    with pytest.raises(errors.TooDeep, match="too deeply to be written as Python") as raised:
        pullback.grad(f)(0.7)
    assert raised.value.line == f.__code__.co_firstlineno
    assert raised.value.hint == "Split it into several functions."


def test_the_command_transpiles_deeply_nested_files(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "deep.py"
    file.write_text("from math import sin\n\n" + DEEP["calls"])
    assert main(["show", f"{file}:f"]) == 0
    shown = capsys.readouterr().out
    namespace: dict[str, Any] = {}
    exec(compile(shown, "shown", "exec"), namespace)
    assert identical(namespace["f_grad"](0.7), pullback.grad(live(DEEP["calls"]))(0.7))


# threads


@dataclass
class Recorder:
    """Keeps each state that it has gone through."""

    w: np.ndarray
    seen: list[np.ndarray] = field(default_factory=list)

    def step(self, h: np.ndarray) -> np.ndarray:
        self.seen.append(np.tanh(self.w * h))
        return self.seen[-1]


def recorded(w: np.ndarray, h: np.ndarray, n: int) -> Any:
    recorder = Recorder(w)
    for _ in range(n):
        h = recorder.step(h)
    return np.sum(np.stack(recorder.seen) ** 2) + recorder.seen[0][0]


def test_objects_and_lists_from_four_threads() -> None:
    assert_behaves(recorded, mixed(3), mixed(3, seed=1), 4)
    inputs = [(mixed(3, seed=k), mixed(3, seed=k + 1), 1 + k % 3) for k in range(12)]
    derivative, fresh = (pullback.value_and_grad(recorded, wrt=(0, 1)) for _ in range(2))
    expected = [derivative(*args) for args in inputs]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: fresh(*inputs[k % 12]), range(48)))
    assert all(identical(x, expected[k % 12]) for k, x in enumerate(found))


# nothing is shared


def passed_on(x: np.ndarray, y: np.ndarray) -> tuple[Any, ...]:
    return x, x, [y, x], y[1:], x + 0.0


def test_no_result_aliases_an_argument_a_seed_or_another_result() -> None:
    assert_behaves(passed_on, mixed(3), mixed(3, seed=1))
