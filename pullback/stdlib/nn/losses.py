"""Losses: the mean over all examples, unless `reduction` is "sum", or None, for each example."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.stdlib.nn.checks import known_labels, require_labels, require_same_shape
from pullback.stdlib.nn.normalised import log_softmax


def softmax_cross_entropy(logits: Any, labels: Any, *, reduction: str | None = "mean") -> Any:
    """Minus the log of the probability of the right class: logits (..., classes).

    Labels are integers (...), each from 0 up to the number of classes, or probabilities (..., classes).
    """
    require_labels("softmax_cross_entropy", logits, labels)
    logs = log_softmax(logits)
    if labels.ndim == logits.ndim:
        found = -np.sum(labels * logs, axis=-1)
    else:
        known = known_labels(labels, logits.shape[-1])
        found = -np.take_along_axis(logs, known[..., None], axis=-1)[..., 0]
    return reduced(found, reduction)


def binary_cross_entropy(logits: Any, targets: Any, *, reduction: str | None = "mean") -> Any:
    """Minus the log of the probability of what is so, from logits; targets of the same shape, from 0 to 1."""
    require_same_shape("binary_cross_entropy", logits, targets)
    return reduced(np.logaddexp(logits, 0.0) - targets * logits, reduction)


def mean_squared_error(x: Any, y: Any, *, reduction: str | None = "mean") -> Any:
    """(x - y)**2."""
    require_same_shape("mean_squared_error", x, y)
    error = x - y
    return reduced(error * error, reduction)


def mean_absolute_error(x: Any, y: Any, *, reduction: str | None = "mean") -> Any:
    """abs(x - y)."""
    require_same_shape("mean_absolute_error", x, y)
    return reduced(np.abs(x - y), reduction)


def huber(x: Any, y: Any, delta: float = 1.0, *, reduction: str | None = "mean") -> Any:
    """(x - y)**2 / 2 up to a distance of `delta`, and straight from there on (Huber, 1964)."""
    require_same_shape("huber", x, y)
    error = np.abs(x - y)
    near = np.minimum(error, delta)
    return reduced(near * (error - 0.5 * near), reduction)


def log_cosh(x: Any, y: Any, *, reduction: str | None = "mean") -> Any:
    """log(cosh(x - y)), which does not overflow."""
    require_same_shape("log_cosh", x, y)
    error = x - y
    return reduced(np.logaddexp(error, -error) - math.log(2.0), reduction)


def kl_divergence(log_p: Any, q: Any, *, reduction: str | None = "mean") -> Any:
    """The sum over the last axis of q * (log(q) - log_p), with 0 * log(0) = 0: how far `q` is from exp(log_p)."""
    require_same_shape("kl_divergence", log_p, q)
    log_q = np.log(np.where(q > 0.0, q, 1.0))
    return reduced(np.sum(q * (log_q - log_p), axis=-1), reduction)


def hinge(scores: Any, signs: Any, *, reduction: str | None = "mean") -> Any:
    """max(1 - sign * score, 0), signs -1 or 1."""
    require_same_shape("hinge", scores, signs)
    return reduced(np.maximum(1.0 - signs * scores, 0.0), reduction)


def multi_class_hinge(scores: Any, labels: Any, *, reduction: str | None = "mean") -> Any:
    """How much the best wrong class comes within 1 of the right one: scores (..., classes), integers (...)."""
    require_labels("multi_class_hinge", scores, labels)
    known = known_labels(labels, scores.shape[-1])
    right = np.take_along_axis(scores, known[..., None], axis=-1)
    is_right = known[..., None] == np.arange(scores.shape[-1])
    wrong = np.max(np.where(is_right, -np.inf, scores), axis=-1)
    return reduced(np.maximum(1.0 + wrong - right[..., 0], 0.0), reduction)


def poisson(log_rate: Any, counts: Any, *, reduction: str | None = "mean") -> Any:
    """Minus the log likelihood of counts under exp(log_rate), without what does not depend on the rate."""
    require_same_shape("poisson", log_rate, counts)
    return reduced(np.exp(log_rate) - counts * log_rate, reduction)


def cosine_distance(x: Any, y: Any, *, eps: float = 1e-8, reduction: str | None = "mean") -> Any:
    """1 minus the cosine of the angle between vectors along the last axis; norms count as `eps` at least."""
    require_same_shape("cosine_distance", x, y)
    xx = np.maximum(np.sum(x * x, axis=-1), eps * eps)
    yy = np.maximum(np.sum(y * y, axis=-1), eps * eps)
    return reduced(1.0 - np.sum(x * y, axis=-1) / np.sqrt(xx * yy), reduction)


def reduced(x: Any, reduction: str | None) -> Any:
    """The mean or the sum of the losses of all examples, or these."""
    if reduction == "mean":
        return np.mean(x)
    if reduction == "sum":
        return np.sum(x)
    if reduction is not None:
        raise ValueError(f'reduction is "mean", "sum" or None, not {reduction!r}')
    return x
