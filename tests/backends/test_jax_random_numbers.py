"""Random numbers on JAX: those of NumPy, in loops, branches and while, under jit and vmap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import random
from pullback.stdlib.random import fold_in
from tests.backends.test_jax import close
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

KEY = random.key(7)
RNG = np.random.default_rng(3)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def noisy(x: Any, key: Any) -> Any:
    key, sub = random.split(key)
    noise = random.normal(sub, x.shape)
    return np.sum((x + 0.1 * noise) ** 2) * random.uniform(key)


def dropout(w1: Any, w2: Any, x: Any, key: Any, rate: float) -> Any:
    h = np.tanh(x @ w1)
    keep = random.bernoulli(key, 1.0 - rate, h.shape)
    return np.sum((np.where(keep, h / (1.0 - rate), 0.0) @ w2) ** 2)


def in_steps(x: Any, key: Any, steps: int) -> Any:
    for t in range(steps):
        key, sub = random.split(key)
        x = x + 0.1 * np.sin(x) * random.normal(sub, x.shape) * fold_in(key, t)[0] / 2**32
    return np.sum(x * x)


def over_keys(x: Any, key: Any) -> Any:
    total = 0.0
    for k in random.split(key, 5):
        total = total + np.sum(x * random.normal(k, x.shape)) ** 2
    return total


def until_far(x: Any, key: Any) -> Any:
    while np.sum(x * x) < 20.0:
        key, sub = random.split(key)
        x = x * 1.1 + 0.1 * random.normal(sub, x.shape) * np.sin(x)
    return np.sum(x**3)


def in_a_branch(x: Any, key: Any) -> Any:
    if random.uniform(key) < np.sum(x):
        x = x * random.exponential(key, x.shape)
    else:
        x = x - random.gumbel(key)
    return np.sum(x**3)


def moved(low: float, high: float, key: Any) -> Any:
    u = random.uniform(key, (4,), minval=low, maxval=high)
    return np.sum(u**3) * random.truncated_normal(key, low, high)


def drawn(x: Any, key: Any) -> Any:
    some = random.choice(key, x, (3,)) * random.permutation(key, x)[:3]
    i = random.randint(key, (), 0, 4)
    return np.sum(some) * x[i] * x[random.categorical(key, np.zeros(5))] + random.bits(key) * 1e-9 * x[0]


def seeded(x: Any, seed: int) -> Any:
    k = random.key(seed)
    return np.sum(x * random.normal(k, x.shape, x.dtype))


CASES: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (noisy, 0, (n(3), KEY)), (dropout, (0, 1), (n(4, 5), n(5, 2), n(3, 4), KEY, 0.3)), (in_steps, 0, (n(3), KEY, 5)),
    (in_steps, 0, (n(3), KEY, 0)), (over_keys, 0, (n(3), KEY)), (until_far, 0, (n(4), KEY)),
    (in_a_branch, 0, (n(4), KEY)), (in_a_branch, 0, (-np.ones(4), KEY)), (moved, (0, 1), (0.2, 1.7, KEY)),
    (drawn, 0, (n(6), KEY)), (seeded, 0, (n(4), 3)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[f"{k}-{c[0].__name__}" for k, c in enumerate(CASES)])
def test_values_and_gradients_are_those_of_numpy(f: Any, wrt: Any, args: tuple[Any, ...]) -> None:
    wanted = pullback.value_and_grad(f, wrt=wrt)(*args)
    assert wanted[0] == f(*args)
    assert pullback.check_grad(f, args, wrt=wrt).ok
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax")
    known = [i for i, x in enumerate(args) if isinstance(x, int)]
    for run in ways(f.__name__, derived, jax.jit(derived, static_argnums=known)):
        close(run(*args), wanted)


def test_the_text_is_what_a_user_of_jax_writes() -> None:
    text = pullback.grad(noisy, backend="jax").specialize(n(3), KEY).source
    assert "from jax import random\n" in text
    assert "key, sub = random.split(key)\n" in text
    assert "random.normal(sub, x.shape)" in text
    assert "random.PRNGKey(seed)" in pullback.grad(seeded, backend="jax").specialize(n(3), 3).source
    assert "from pullback.stdlib import random\n" in pullback.grad(noisy).specialize(n(3), KEY).source


def test_keys_can_be_mapped_over() -> None:
    x, keys = n(3), random.split(KEY, 4)
    found = jax.vmap(pullback.grad(until_far, backend="jax"), in_axes=(None, 0))(x, keys)
    close(found, np.stack([pullback.grad(until_far)(x, k) for k in keys]))


def test_keys_of_jax_with_a_type_are_taken() -> None:
    x, key = n(3), jax.random.key(7)
    wanted = pullback.grad(noisy)(x, KEY)
    derived = pullback.grad(noisy, backend="jax")
    close(derived(x, key), wanted)
    close(jax.jit(derived)(x, key), wanted)


def test_numbers_of_32_bits_are_the_same_whatever_jax_computes_in() -> None:
    def f(x: Any, key: Any) -> Any:
        return np.sum(x * random.normal(key, x.shape, np.float32))

    x = n(5).astype(np.float32)
    jax.config.update("jax_enable_x64", False)
    found = pullback.grad(f, backend="jax")(x, KEY)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, pullback.grad(f)(x, KEY), rtol=1e-6)


def test_the_derivative_of_noise_in_every_mode() -> None:
    x, t = n(3), n(3)
    modes = (pullback.jvp, ((x, KEY), t)), (pullback.hvp, ((x, KEY), t)), (pullback.hessian, (x, KEY))
    for derivative, args in modes:
        close(derivative(noisy, backend="jax")(*args), derivative(noisy)(*args))
    of_bounds = pullback.hessian(moved, wrt=(0, 1))(0.2, 1.7, KEY)
    close(pullback.hessian(moved, wrt=(0, 1), backend="jax")(0.2, 1.7, KEY), of_bounds)


rng = np.random.default_rng(0)


def of_a_parameter(x: Any, rng: Any) -> Any:
    return np.sum(x * rng.normal())


def of_the_module(x: Any) -> Any:
    return np.sum(x * rng.normal(size=3))


def of_numpy(x: Any) -> Any:
    return np.sum(x * np.random.standard_normal(3))


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize(("f", "args"), [(of_a_parameter, (n(3), rng)), (of_the_module, (n(3),)), (of_numpy, (n(3),))])
def test_generators_with_a_state_are_refused(f: Any, args: tuple[Any, ...], backend: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="random numbers without a key") as caught:
        pullback.grad(f, backend=backend).specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + 1
    assert "pullback.stdlib.random" in caught.value.hint


def of_traced_lengths(x: Any, key: Any, n: int) -> Any:
    for k in range(n):
        x = x + np.sum(random.normal(key, (k,)))
    return np.sum(x)


def of_traced_zeros(x: Any, n: int) -> Any:
    for k in range(n):
        x = x * np.sum(np.zeros(k) + 1.0)
    return np.sum(x)


@pytest.mark.parametrize(("f", "args"), [(of_traced_lengths, (n(3), KEY, 3)), (of_traced_zeros, (n(3), 3))])
def test_lengths_that_are_traced_are_refused(f: Any, args: tuple[Any, ...]) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="a shape, an axis or a count that is traced") as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + 2
