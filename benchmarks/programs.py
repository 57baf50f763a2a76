"""The programs that are measured: functions to differentiate, arguments, and a gradient by hand where there is one."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.by_hand import logistic_value_and_grad, mlp_value_and_grad, rnn_value_and_grad

GALLERY = Path(__file__).parent.parent / "tests" / "data" / "gallery"


@dataclass(frozen=True)
class Program:
    """One function at one size. `limit`: what its value and gradient may cost, as a multiple of its own time.

    A function that `writes` into its arguments is called on copies of them.
    """

    name: str
    primal: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    mode: Literal["grad", "value_and_grad"] = "value_and_grad"
    by_hand: Callable[..., Any] | None = None
    limit: float = 0.0
    writes: bool = False

    def call(self, f: Callable[..., Any]) -> Callable[[], Any]:
        """A call of the function, or of another one in its place, on the program's arguments."""
        args = self.args
        if not self.writes or f is not self.primal:
            return lambda: f(*args)
        return lambda: f(*[a.copy() if isinstance(a, np.ndarray) else a for a in args])


def import_file(path: Path) -> Any:
    """The module in a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gallery(name: str) -> Any:
    """A program of the gallery, with its hand-written gradient, as a module."""
    return import_file(GALLERY / f"{name}.py")


def softmax_cross_entropy(logits, targets):
    m = np.max(logits, axis=1, keepdims=True)
    total = m[:, 0] + np.log(np.sum(np.exp(logits - m), axis=1))
    return np.mean(total - np.sum(logits * targets, axis=1))


def mlp(w1, b1, w2, b2, w3, b3, x, targets):
    h1 = np.maximum(x @ w1 + b1, 0.0)
    h2 = np.maximum(h1 @ w2 + b2, 0.0)
    return softmax_cross_entropy(h2 @ w3 + b3, targets)


def logistic(x, r, steps):
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return x


def normal(seed: int = 0) -> Callable[..., Any]:
    """Normally distributed arrays, small enough that the programs stay tame."""
    rng = np.random.default_rng(seed)
    return lambda *shape: 0.1 * rng.standard_normal(shape)


def against_hand() -> Iterator[Program]:
    """Gallery programs from small to large, to be compared with the gradient by hand."""
    n = normal()
    module = gallery("mlp")
    for batch, inputs, hidden, outputs in ((5, 3, 4, 2), (64, 64, 128, 10), (256, 256, 512, 10)):
        args = (n(inputs, hidden), n(hidden), n(hidden, outputs), n(outputs), n(batch, inputs), n(batch, outputs))
        name = f"mlp {inputs}-{hidden}-{outputs}, batch {batch}"
        yield Program(name, module.loss, args, (0, 1, 2, 3), "value_and_grad", module.loss_value_and_grad)
    module = gallery("rnn")
    for steps, batch, hidden in ((6, 5, 4), (100, 1, 32), (100, 32, 64)):
        args = (n(hidden, hidden), n(hidden, hidden), n(hidden), n(steps, batch, hidden), n(batch, hidden))
        name = f"rnn T={steps} H={hidden}, batch {batch}"
        yield Program(name, module.loss, args, (0, 1, 2), "grad", module.loss_grad)
    module = gallery("newton")
    for exponent in (1, 40, 400):
        yield Program(f"newton of 2^{exponent}", module.root, (2.0**exponent,), (0,), "grad", module.root_grad)


def against_primal() -> Iterator[Program]:
    """Programs whose value and gradient have a limit, as a multiple of the primal's time."""
    n = normal(1)
    for batch in (64, 256):
        args = (
            n(64, 128),
            n(128),
            n(128, 128),
            n(128),
            n(128, 10),
            n(10),
            n(batch, 64),
            np.eye(10)[np.arange(batch) % 10],
        )
        name = f"mlp 64-128-128-10, batch {batch}"
        yield Program(name, mlp, args, tuple(range(6)), by_hand=mlp_value_and_grad, limit=3.2)
    rnn = gallery("rnn").loss
    for batch, hidden, limit in ((1, 32, 6.0), (32, 64, 3.2)):
        args = (n(hidden, hidden), n(hidden, hidden), n(hidden), n(100, batch, hidden), n(batch, hidden))
        name = f"rnn T=100 H={hidden}, batch {batch}"
        yield Program(name, rnn, args, (0, 1, 2), by_hand=rnn_value_and_grad, limit=limit)
    args = (0.5, 3.3, 1000)
    yield Program("scalar loop, 1000 steps", logistic, args, (0, 1), by_hand=logistic_value_and_grad, limit=4.0)


def small_and_large() -> Iterator[Program]:
    """More sizes of the network, for the comparison with HIPS autograd."""
    n = normal(2)
    for width, batch in ((8, 1), (512, 1024)):
        sizes = (width, width, width, 10)
        weights = [a for i, o in pairwise(sizes) for a in (n(i, o), n(o))]
        args = (*weights, n(batch, width), np.eye(10)[np.arange(batch) % 10])
        yield Program(f"mlp {width}-{width}-{width}-10, batch {batch}", mlp, args, tuple(range(6)))


def with_numpy(f: Callable[..., Any], numpy: Any) -> Callable[..., Any]:
    """The function, and the user's functions that it calls, with another module under the name `np`."""
    assert isinstance(f, types.FunctionType)
    scope = dict(f.__globals__, np=numpy)
    copied = types.FunctionType(f.__code__, scope, f.__name__, f.__defaults__)
    for name in f.__code__.co_names:
        callee = f.__globals__.get(name)
        if isinstance(callee, types.FunctionType) and callee.__module__ == f.__module__:
            scope[name] = with_numpy(callee, numpy)
    return copied


# `v`, `w`: the last two arrays; `s`, `t`: the last two numbers
STATEMENTS = (
    "v{i} = {v} + 0.5 * {w}",
    "v{i} = np.sin({v}) * {w}",
    "s{i} = {s} * math.cos({t})",
    "v{i} = np.tanh({v} - {s} * {w})",
    "s{i} = 0.9 * {s} + {t}",
    "v{i} = ({v} + {w}) / 2.0",
)


def straight_line(statements: int) -> str:
    """The text of a function of so many statements on arrays and numbers, with two or three operations each."""
    lines = ["import math", "", "import numpy as np", "", "", "def f(x, y, a, b):"]
    last = {"v": "x", "w": "y", "s": "a", "t": "b"}
    for i in range(statements - 1):
        line = STATEMENTS[i % len(STATEMENTS)].format(i=i, **last)
        lines.append(f"    {line}")
        kind, before = line[0], {"v": "w", "s": "t"}[line[0]]
        last[kind], last[before] = f"{kind}{i}", last[kind]
    return "\n".join([*lines, "    return np.sum({v} * {s})".format(**last), ""])
