"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule


def line(x: Any) -> Any:
    """All elements on one axis."""
    return x if np.ndim(x) == 1 else np.ravel(x)


@rule(np.polyval, whole=True)
def polyval(ct: Any, out: Any, p: Any, x: Any) -> Any:
    powers = np.vander(line(x), p.shape[0])
    if p.dtype == np.float32:  # of which np.vander makes doubles
        powers = np.asarray(powers, p.dtype)
    return line(ct) @ powers, ct * np.polyval(p[:-1] * np.arange(p.shape[0] - 1, 0, -1, dtype=p.dtype), x)


def ends(ct: Any, a: Any) -> Any:
    """The last elements of `ct`, as many as `a` has."""
    return np.reshape(ct[ct.shape[0] - np.size(a) :], np.shape(a))


@rule(np.polyadd, whole=True)
def polyadd(ct: Any, out: Any, a1: Any, a2: Any) -> Any:
    return ends(ct, a1), ends(ct, a2)


@rule(np.polysub, whole=True)
def polysub(ct: Any, out: Any, a1: Any, a2: Any) -> Any:
    return ends(ct, a1), -ends(ct, a2)


def integrated(ct: Any, m: Any) -> Any:
    """What coefficients get from those of the `m`-th derivative: each its factor, the last one nothing."""
    if m == 0:
        return ct
    n = ct.shape[0]
    raised = ct * np.arange(n, 0, -1, dtype=ct.dtype)
    return integrated(np.concatenate((raised, np.zeros(1, ct.dtype))), m - 1)


@rule(np.polyder, whole=True)
def polyder(ct: Any, out: Any, p: Any, *, m: Any = 1) -> Any:
    return integrated(ct, m)


def derived(ct: Any, m: Any) -> Any:
    """What coefficients get from those of the `m`-th integral."""
    if m == 0:
        return ct
    n = ct.shape[0] - 1
    return derived(ct[:-1] / np.arange(n, 0, -1, dtype=ct.dtype), m - 1)


@rule(np.polyint, whole=True)
def polyint(ct: Any, out: Any, p: Any, *, m: Any = 1, k: Any = None) -> Any:
    return derived(ct, m)


@rule.forward(np.polyint)
def moved_polyint(tangents: Any, out: Any, p: Any, *, m: Any = 1, k: Any = None) -> Any:
    return np.polyint(tangents[0], m)


@rule(np.vander, whole=True)
def vander(ct: Any, out: Any, x: Any, *, N: Any = None, increasing: Any = False) -> Any:
    n = ct.shape[1]
    if increasing:
        return np.sum(ct[:, 1:] * out[:, :-1] * np.arange(1, n, dtype=x.dtype), axis=1)
    return np.sum(ct[:, :-1] * out[:, 1:] * np.arange(n - 1, 0, -1, dtype=x.dtype), axis=1)


@rule.forward(np.vander)
def moved_vander(tangents: Any, out: Any, x: Any, *, N: Any = None, increasing: Any = False) -> Any:
    n = out.shape[1]
    still = np.zeros_like(out[:, :1])
    moved = np.expand_dims(tangents[0], 1)
    if increasing:
        return np.concatenate((still, moved * out[:, :-1] * np.arange(1, n, dtype=x.dtype)), axis=1)
    return np.concatenate((moved * out[:, 1:] * np.arange(n - 1, 0, -1, dtype=x.dtype), still), axis=1)


@rule(np.geomspace)
def geomspace(ct: Any, out: Any, start: Any, stop: Any, *, num: Any = 50, endpoint: Any = True) -> Any:
    t = spaced(out, start, stop, num, endpoint)
    return ct * out * (1.0 - t) / start, ct * out * t / stop


@rule(np.logspace)
def logspace(ct: Any, out: Any, start: Any, stop: Any, *, num: Any = 50, endpoint: Any = True, base: Any = 10.0) -> Any:
    d = ct * out * np.log(base)
    t = spaced(out, start, stop, num, endpoint)
    return d * (1.0 - t), d * t


def spaced(out: Any, start: Any, stop: Any, num: Any, endpoint: Any) -> Any:
    """Numbers from 0 to 1 along the first axis of `out`."""
    t = np.linspace(0.0, 1.0, num, endpoint, dtype=out.dtype)
    rank = max(np.ndim(start), np.ndim(stop))
    return np.expand_dims(t, tuple(range(1, 1 + rank))) if rank > 0 else t
