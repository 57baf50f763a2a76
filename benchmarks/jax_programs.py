"""Programs for JAX: each as plain NumPy, which is transpiled, and as one writes it for JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.programs import mlp


@dataclass(frozen=True)
class JaxProgram:
    """A function at one size. `peer`: the same for JAX; `limit`: the time of our derivative by that of JAX's."""

    name: str
    primal: Callable[..., Any]
    peer: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    limit: float

    @property
    def static(self) -> tuple[int, ...]:
        """The positions of the integers, which are known while the program is traced."""
        return tuple(k for k, x in enumerate(self.args) if isinstance(x, int))


def lstm(wx, wh, b, xs, h, c):
    n = h.shape[1]
    for x in xs:
        z = x @ wx + h @ wh + b
        i = 1.0 / (1.0 + np.exp(-z[:, :n]))
        f = 1.0 / (1.0 + np.exp(-z[:, n : 2 * n]))
        g = np.tanh(z[:, 2 * n : 3 * n])
        o = 1.0 / (1.0 + np.exp(-z[:, 3 * n :]))
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h * h)


def mixture(alphas, means, logs, lower, x):
    centred = x[:, None, :] - means
    y = np.einsum("kij,nkj->nki", np.tril(lower, -1), centred) + np.exp(logs) * centred
    scores = alphas + np.sum(logs, axis=1) - 0.5 * np.sum(y * y, axis=2)
    m = np.max(scores, axis=1)
    inner = m + np.log(np.sum(np.exp(scores - m[:, None]), axis=1))
    top = np.max(alphas)
    return np.sum(inner) - x.shape[0] * (top + np.log(np.sum(np.exp(alphas - top))))


def mlp_in_jax(w1, b1, w2, b2, w3, b3, x, targets):
    h1 = jax.nn.relu(x @ w1 + b1)
    h2 = jax.nn.relu(h1 @ w2 + b2)
    logits = h2 @ w3 + b3
    return jnp.mean(jax.nn.logsumexp(logits, axis=1) - jnp.sum(logits * targets, axis=1))


def lstm_in_jax(wx, wh, b, xs, h, c):
    def step(carry, x):
        h, c = carry
        i, f, g, o = jnp.split(x @ wx + h @ wh + b, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), None

    (h, c), _ = jax.lax.scan(step, (h, c), xs)
    return jnp.sum(h * h)


def mixture_in_jax(alphas, means, logs, lower, x):
    centred = x[:, None, :] - means
    y = jnp.einsum("kij,nkj->nki", jnp.tril(lower, -1), centred) + jnp.exp(logs) * centred
    scores = alphas + jnp.sum(logs, axis=1) - 0.5 * jnp.sum(y * y, axis=2)
    return jnp.sum(jax.nn.logsumexp(scores, axis=1)) - x.shape[0] * jax.nn.logsumexp(alphas)


def models() -> Iterator[JaxProgram]:
    """Networks and a density, of which JAX's own derivative is good."""
    rng = np.random.default_rng(0)

    def n(*shape: int) -> Any:
        return (0.1 * rng.standard_normal(shape)).astype(np.float32)

    for batch in (64, 256):
        weights = [a for i, o in pairwise((784, 512, 512, 10)) for a in (n(i, o), n(o))]
        targets = np.eye(10, dtype=np.float32)[np.arange(batch) % 10]
        args = (*weights, n(batch, 784), targets)
        yield JaxProgram(f"mlp 784-512-512-10, batch {batch}", mlp, mlp_in_jax, args, tuple(range(6)), 1.05)
    for batch in (1, 32):
        args = (n(128, 1024), n(256, 1024), n(1024), n(100, batch, 128), n(batch, 256), n(batch, 256))
        yield JaxProgram(f"lstm T=100 H=256, batch {batch}", lstm, lstm_in_jax, args, (0, 1, 2), 0.95)
    args = (n(25), n(25, 10), n(25, 10), n(25, 10, 10), n(1000, 10))
    yield JaxProgram("mixture n=1000 d=10 K=25", mixture, mixture_in_jax, args, (0, 1, 2, 3), 0.95)
