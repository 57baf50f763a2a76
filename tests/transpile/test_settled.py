"""Elements that are not written again are read from the array; what cannot be proven is kept on a tape."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.transpile.optimise.inequalities import constant, minus, plus, proves, symbol
from tests.golden_files import import_file
from tests.inplace.checks import pullback_of, types_of

I, J, N = symbol(1), symbol(2), symbol(3)


@pytest.mark.parametrize(
    ("known", "wanted", "holds"),
    [
        ([minus(I, plus(J, constant(1)))], minus(I, J), True),
        ([minus(I, J)], minus(I, plus(J, constant(1))), False),
        ([minus(I, J), minus(J, N)], minus(I, N), True),
        ([minus(plus(I, I), constant(1))], minus(I, constant(1)), True),
        ([I, minus(constant(-1), I)], constant(-5), True),
        ([], {}, True),
        ([], I, False),
    ],
)
def test_inequalities_between_integers(known: list[Any], wanted: Any, holds: bool) -> None:
    assert proves(known, wanted) is holds


def cholesky(a):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - a[j, :j] @ a[j, :j])
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]
    return np.sum(np.log(np.diagonal(a)))


def lu(a):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return np.sum(np.log(np.abs(np.diagonal(a))))


def lu_by_elements(a):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(np.log(np.abs(np.diagonal(a))))


def forward_substitution(a):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    x = np.zeros(n)
    for i in range(n):
        x[i] = (1.0 - a[i, :i] @ x[:i]) / a[i, i]
    return np.sum(x * x)


def backward_substitution(a):  # type: ignore[no-untyped-def]
    n = a.shape[0]
    x = np.ones(n)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= a[i, j] * x[j]
        x[i] /= a[i, i]
    return np.sum(x * x)


def table(a):  # type: ignore[no-untyped-def]
    t = np.zeros((6, 6))
    for i in range(1, 6):
        for j in range(1, 6):
            t[i, j] = np.sin(t[i - 1, j] * t[i, j - 1]) + a[i - 1, j - 1]
    return t[5, 5]


def overwritten_sweeps(a):  # type: ignore[no-untyped-def]
    x = np.ones(5)
    for _ in range(3):
        for i in range(1, 5):
            x[i] = np.sin(x[i - 1] * a[i, i])
    return np.sum(x)


def overwritten_downwards(a):  # type: ignore[no-untyped-def]
    x = np.ones(6)
    for i in range(5, 0, -1):
        x[i - 1] = x[i - 1] * x[i] * a[0, 0]
        x[i] = x[i - 1] * x[i - 1]
    return np.sum(x)


def from_the_end(a):  # type: ignore[no-untyped-def]
    x = np.ones(5)
    for i in range(4):
        x[i] = x[-1] * x[-1] * a[0, 1]
        x[-1] = x[i] + x[i]
    return np.sum(x * x)


def matrix() -> np.ndarray:
    m = np.random.default_rng(3).standard_normal((5, 5))
    return m @ m.T + 5.0 * np.eye(5)


SETTLED = [cholesky, lu, lu_by_elements, forward_substitution, backward_substitution]
OVERWRITTEN = [table, overwritten_sweeps, overwritten_downwards, from_the_end]


@pytest.mark.parametrize("f", SETTLED, ids=lambda f: f.__name__)
def test_nothing_is_kept_that_is_still_in_the_array(f: Callable[..., Any]) -> None:
    text = pullback.grad(f).specialize(matrix()).source
    assert "tape" not in text
    assert_as_without_the_optimiser(f, matrix())


@pytest.mark.parametrize("f", OVERWRITTEN, ids=lambda f: f.__name__)
def test_what_is_overwritten_is_kept(f: Callable[..., Any]) -> None:
    assert_as_without_the_optimiser(f, matrix())


def assert_as_without_the_optimiser(f: Callable[..., Any], *args: Any) -> None:
    gradients = []
    for optimise in (True, False):
        value, pull = pullback_of(f, types_of(f, args), args, optimise=optimise)(*args)
        assert value == f(*(np.array(a) for a in args))
        (gradient,) = pull(1.3)
        gradients.append(gradient)
    assert np.allclose(*gradients, rtol=1e-9, atol=1e-11)


def random_nest(rng: random.Random) -> str:
    """Two or three nested loops that read and write one array at indices that are linear in their variables."""
    lines = ["import numpy as np", "", "", "def f(x):"]
    indent = "    "
    names: list[str] = []
    for k in range(rng.choice([1, 2, 2, 3])):
        low, high = rng.choice(["2", "3", *[f"{n} + 1" for n in names]]), rng.choice(["7", "8", *names])
        header = rng.choice([f"range({low}, {high})", f"range({high} - 1, {low} - 1, -1)", f"range({low}, {high}, 2)"])
        lines.append(f"{indent}for i{k} in {header}:")
        names.append(f"i{k}")
        indent += "    "
        if rng.random() < 0.3:
            lines.append(f"{indent}{write(rng, names)}")
    lines += [f"{indent}{write(rng, names)}" for _ in range(rng.choice([1, 2]))]
    return "\n".join([*lines, "    return np.sum(x * x)", ""])


def write(rng: random.Random, names: list[str]) -> str:
    place = f"{index(rng, names)}, {index(rng, names)}"
    reads = [read(rng, names) for _ in range(2)]
    form = rng.choice(["= 0.9 * np.sin({0}) * {1}", "= {0} / (2.0 + {1} * {1})", "+= 0.3 * {0} * {1}", "*= 0.5 * {0}"])
    return f"x[{place}] {form.format(*reads)}"


def read(rng: random.Random, names: list[str]) -> str:
    if rng.random() < 0.25:
        bound = rng.choice(names)
        part = rng.choice([f":{bound}", f"{bound}:", f"{bound} - 1:{bound} + 1"])
        return f"np.sum(x[{index(rng, names)}, {part}])"
    return f"x[{index(rng, names)}, {index(rng, names)}]"


def index(rng: random.Random, names: list[str]) -> str:
    name = rng.choice(names)
    return rng.choice([name, f"{name} - 1", f"{name} + 1", f"{name} - 2", "1", "9 - " + name, "-1"])


@pytest.mark.parametrize("block", range(6))
def test_random_nests_are_as_without_the_optimiser(block: int, tmp_path: Path) -> None:
    for seed in range(20 * block, 20 * (block + 1)):
        path = tmp_path / f"nest{seed}.py"
        path.write_text(random_nest(random.Random(seed)))
        assert_as_without_the_optimiser(import_file(path).f, np.random.default_rng(seed).uniform(-1.0, 1.0, (10, 10)))
