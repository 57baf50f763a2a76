"""Attention, and what tells it of places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.stdlib.nn.normalised import softmax


def dot_product_attention(q: Any, k: Any, v: Any, *, mask: Any = None, causal: bool = False) -> Any:
    """softmax(q kᵀ / sqrt(d)) v (Vaswani and others, 2017): q (..., T, d), k (..., S, d), v (..., S, e).

    `mask` (..., T, S): True where q may look at k; a row that may look at none looks at all alike.
    `causal`: the t-th looks at the first t + 1 only.
    """
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(f"dot_product_attention: q {q.shape}, k {k.shape} and v {v.shape} do not fit")
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.arange(q.shape[-2])[:, None] >= np.arange(k.shape[-2]), scores, -1e9)
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    return softmax(scores) @ v


def multi_head_attention(
    x: Any, y: Any, wq: Any, wk: Any, wv: Any, wo: Any, *, heads: int, mask: Any = None, causal: bool = False
) -> Any:
    """What x (N, T, D) looks up in y (N, S, D), which may be x itself, by several heads: (N, T, D).

    Kernels are (D, D) without biases, their columns head after head. `mask`: (N, T, S), or what is repeated to that.
    """
    if wq.shape[-1] % heads != 0:
        raise ValueError(f"multi_head_attention: {heads} heads do not divide the {wq.shape[-1]} columns of wq")
    q, k, v = split_heads(x @ wq, heads), split_heads(y @ wk, heads), split_heads(y @ wv, heads)
    each = None if mask is None else mask[..., None, :, :]
    found = dot_product_attention(q, k, v, mask=each, causal=causal)
    return np.reshape(np.swapaxes(found, 1, 2), (x.shape[0], x.shape[1], -1)) @ wo


def split_heads(x: Any, heads: int) -> Any:
    """(N, T, D) as (N, heads, T, D / heads)."""
    return np.swapaxes(np.reshape(x, (x.shape[0], x.shape[1], heads, -1)), 1, 2)


def sinusoidal_positions(length: int, features: int, dtype: Any = float) -> Any:
    """Sines, then cosines, of falling frequencies, for each place: (length, features) (Vaswani and others, 2017)."""
    half = features // 2
    angles = np.arange(length)[:, None] * np.exp(np.arange(half) * (-math.log(10_000.0) / half))
    return np.asarray(np.concatenate([np.sin(angles), np.cos(angles)], axis=-1), dtype)


def rotary_positions(x: Any) -> Any:
    """x (..., T, d) with each pair (k, k + d / 2) turned by an angle that grows with the place.

    (Su and others, 2021.)
    """
    half = x.shape[-1] // 2
    angles = np.arange(x.shape[-2])[:, None] * np.exp(np.arange(half) * (-math.log(10_000.0) / half))
    cos, sin = np.asarray(np.cos(angles), x.dtype), np.asarray(np.sin(angles), x.dtype)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
