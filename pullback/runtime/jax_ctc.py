"""Connectionist temporal classification for JAX."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def ctc_loss(log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0) -> Any:
    """Minus the logarithm of the probability of each sequence of labels, by one pass over time."""
    from jax import lax

    times = jnp.shape(log_probs)[1]
    rows, length = jnp.shape(labels)
    labels, input_lengths, label_lengths = (jnp.asarray(k) for k in (labels, input_lengths, label_lengths))
    given = jnp.where(jnp.arange(length) < label_lengths[:, None], labels, blank)
    line = jnp.full((rows, 2 * length + 1), blank).at[:, 1::2].set(given)
    may_skip = jnp.zeros(line.shape, bool).at[:, 3::2].set(given[:, 1:] != given[:, :-1])
    dtype = jnp.result_type(log_probs, jnp.float32)
    emitted = jnp.moveaxis(jnp.take_along_axis(log_probs, line[:, None, :], 2), 1, 0).astype(dtype)
    emitted = jnp.maximum(emitted, -1e30)

    def step(until: Any, now: Any) -> Any:
        t, here = now
        wide = jnp.pad(until, ((0, 0), (2, 0)), constant_values=-1e30)
        ways = jnp.stack([until, wide[:, 1:-1], jnp.where(may_skip, wide[:, :-2], -1e30)])
        m = lax.stop_gradient(jnp.max(ways, axis=0))
        came = m + jnp.log(jnp.sum(jnp.exp(ways - m), axis=0)) + here
        return jnp.where(t < input_lengths[:, None], came, until), None

    start = jnp.where(jnp.arange(line.shape[1]) < 2, emitted[0], -1e30)
    until, _ = lax.scan(step, start, (jnp.arange(1, times), emitted[1:]))
    at_blank = jnp.take_along_axis(until, 2 * label_lengths[:, None], 1)[:, 0]
    at_label = jnp.take_along_axis(until, jnp.maximum(2 * label_lengths[:, None] - 1, 0), 1)[:, 0]
    ends = jnp.logaddexp(at_blank, jnp.where(label_lengths > 0, at_label, -1e30))
    return jnp.where(ends < -1e29, jnp.inf, -ends).astype(log_probs.dtype)


def ctc_loss_grad(log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0) -> Any:
    """The derivative of each loss in `log_probs`: minus how probable it is that a symbol stands at a time."""
    from jax import grad

    return grad(lambda p: jnp.sum(ctc_loss(p, labels, input_lengths, label_lengths, blank=blank)))(log_probs)


def ctc_loss_hvp(v: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0) -> Any:
    """The product of the second derivative of each loss in `log_probs` with `v`."""
    from jax import jvp

    return jvp(lambda p: ctc_loss_grad(p, labels, input_lengths, label_lengths, blank=blank), (log_probs,), (v,))[1]
