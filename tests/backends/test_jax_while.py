"""Loops of which only the run knows how far they go: memory, batches, what JAX makes of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.test_jax import close, namespace

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")


def relaxed(x: Any, a: Any, rate: float) -> Any:
    while np.max(np.abs(x * x - a)) > 1e-6:
        x = x - rate * (x * x - a)
    return np.sum(x * x * x)


def root(x: float, a: float) -> float:
    while abs(x * x - a) > 1e-6:
        x = x - 0.05 * (x * x - a)
    return x**3


def bounded(x: float, a: float, n: int) -> float:
    for k in range(1, n):
        x = x - 0.05 * (x * x - a) / (1.0 + 0.01 * k)
        if abs(x * x - a) < 1e-6:
            break
    return x**3


def returns(x: float, a: float, n: int) -> float:
    for k in range(n, 0, -2):
        if abs(x * x - a) < 1e-6:
            return x * a * k
        x = x - 0.05 * (x * x - a)
    return x


def nested(x: float, a: float, n: int) -> float:
    for _ in range(n):
        y = x
        while y > 0.3:
            y = y * math.sin(a) * 0.9
        x = x - 0.1 * y
        if x < 0.2:
            break
    return x * y


def emitted(f: Any, *args: Any, wrt: tuple[int, ...] = (0, 1)) -> Any:
    source = pullback.value_and_grad(f, wrt=wrt, backend="jax").specialize(*args).source
    return namespace(source)[f"{f.__name__}_value_and_grad"]


def jaxprs(jaxpr: Any) -> Iterator[Any]:
    """A jaxpr, and those inside."""
    yield jaxpr
    for e in jaxpr.eqns:
        for p in jax.tree.leaves(tuple(e.params.values()), is_leaf=lambda x: hasattr(x, "eqns") or hasattr(x, "jaxpr")):
            inner = getattr(p, "jaxpr", p)
            if hasattr(inner, "eqns"):
                yield from jaxprs(inner)


@pytest.mark.parametrize("n", [0, 1, 2, 40, 5000])
@pytest.mark.parametrize("f", [bounded, returns, nested])
def test_a_bound_changes_nothing(f: Any, n: int) -> None:
    if f is nested and n == 0:
        return
    for x, a in ((1.0, 1.7), (1.0, 1.0), (1.5, 0.4)):
        value, grads = pullback.value_and_grad(f, wrt=(0, 1))(x, a, n)
        found_value, found = jax.jit(emitted(f, x, a, n), static_argnums=2)(x, a, n)
        np.testing.assert_allclose(found_value, value, rtol=1e-12)
        close(found, grads)


@pytest.mark.parametrize("trips", [0, 1, 1023, 1024, 1025, 33 * 1024, 40000])
def test_a_long_way_back(trips: int) -> None:
    def counted(x: float, limit: float) -> Any:
        k = 0.0
        while k < limit:
            x = x + np.sin(x) / (10.0 + k)
            k = k + 1.0
        return x * x

    args = 0.3, float(trips)
    value, (found,) = jax.jit(emitted(counted, *args, wrt=(0,)))(*args)
    wanted_value, (wanted,) = pullback.value_and_grad(counted, wrt=(0,))(*args)
    np.testing.assert_allclose(value, wanted_value, rtol=1e-11)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_memory_is_bounded() -> None:
    x, a = np.ones(100_000), np.linspace(1.5, 3.0, 100_000)
    compiled = jax.jit(emitted(relaxed, x, a, 0.007)).lower(x, a, 0.007).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < 60 * x.nbytes
    small = np.linspace(1.5, 3.0, 7)
    found = jax.jit(emitted(relaxed, np.ones(7), small, 0.007))(np.ones(7), small, 0.007)
    close(found, pullback.value_and_grad(relaxed, wrt=(0, 1))(np.ones(7), small, 0.007))


@pytest.mark.parametrize("f", [root, bounded, returns, nested])
def test_a_batch_has_one_end_and_no_choice_between_tapes(f: Any) -> None:
    args = (1.0, 1.7) if f is root else (1.0, 1.7, 60)
    one = emitted(f, *args)
    xs, many = np.array([1.0, 1.0, 0.4, 1.2, 0.1]), np.array([1.7, 1.0, 3.0, 0.5, 0.2])

    def of_batch(xs: Any, many: Any) -> Any:
        return jax.vmap(lambda x, a: one(x, a, *args[2:]))(xs, many)

    values, grads = jax.jit(of_batch)(xs, many)
    for k, (x, a) in enumerate(zip(xs, many)):
        value, wanted = pullback.value_and_grad(f, wrt=(0, 1))(float(x), float(a), *args[2:])
        np.testing.assert_allclose(values[k], value, rtol=1e-11)
        np.testing.assert_allclose([g[k] for g in grads], wanted, rtol=1e-9, atol=1e-14)
    if f is not nested:
        chosen = [
            v.aval.shape
            for j in jaxprs(jax.make_jaxpr(of_batch)(xs, many).jaxpr)
            for e in j.eqns if e.primitive.name == "select_n"
            for v in e.outvars
        ]  # fmt: skip
        assert chosen
        assert max(math.prod(s) for s in chosen) <= len(xs)


def test_it_composes() -> None:
    for f, args in ((root, (1.0, 1.7)), (bounded, (1.0, 1.7, 60))):
        one = emitted(f, *args)

        def slope(a: Any) -> Any:
            return one(args[0], a, *args[2:])[1][1]

        _, second = jax.jit(lambda a: jax.jvp(slope, (a,), (1.0,)))(1.7)
        wanted = (slope(1.7 + 1e-5) - slope(1.7 - 1e-5)) / 2e-5
        np.testing.assert_allclose(second, wanted, rtol=1e-3)
        many = np.array([1.2, 1.7, 0.6])
        along = jax.vmap(lambda a: jax.jvp(slope, (a,), (1.0,))[1])(many)
        np.testing.assert_allclose(along[1], second, rtol=1e-9)
        rows = jax.vmap(lambda x, a: one(x, a, *args[2:])[0], (0, None))
        grid = jax.vmap(rows, (None, 0))(np.array([1.0, 1.1]), many)
        np.testing.assert_allclose(grid[1, 0], f(*args), rtol=1e-12)
        exported = jax.export.export(jax.jit(jax.vmap(slope)), platforms=("cpu", "tpu"))(many)
        np.testing.assert_allclose(exported.call(many), jax.vmap(slope)(many), rtol=1e-12)


def test_a_range_that_is_traced_has_no_bound() -> None:
    found = jax.jit(emitted(bounded, 1.0, 1.7, 60))(1.0, 1.7, 60)
    close(found, pullback.value_and_grad(bounded, wrt=(0, 1))(1.0, 1.7, 60))


def test_the_way_back_of_a_loop_in_a_branch_that_goes_down() -> None:
    def down(x: Any, v: Any) -> Any:
        if x > 0.5:
            x = x * v[0]
        else:
            for i in range(4, 0, -2):
                x = x + 0.1 * v[i]
                if x < 0.2:
                    break
        return x * np.sum(v)

    v = np.linspace(0.1, 0.9, 5)
    for x in (0.7, 0.4, -1.0):
        found = jax.jit(emitted(down, x, v))(x, v)
        close(found, pullback.value_and_grad(down, wrt=(0, 1))(x, v))
