"""Values and gradients as a person would write them, for the programs that have a limit as a multiple of the primal."""

from __future__ import annotations

import numpy as np


def mlp_value_and_grad(w1, b1, w2, b2, w3, b3, x, targets):
    h1 = np.maximum(x @ w1 + b1, 0.0)
    h2 = np.maximum(h1 @ w2 + b2, 0.0)
    logits = h2 @ w3 + b3
    m = np.max(logits, axis=1, keepdims=True)
    e = np.exp(logits - m)
    s = np.sum(e, axis=1)
    value = np.mean(m[:, 0] + np.log(s) - np.sum(logits * targets, axis=1))

    dlogits = (e / s[:, None] - targets) / len(x)
    dh2 = dlogits @ w3.T
    dw3 = h2.T @ dlogits
    db3 = np.sum(dlogits, axis=0)
    dz2 = dh2 * (h2 > 0.0)
    dh1 = dz2 @ w2.T
    dw2 = h1.T @ dz2
    db2 = np.sum(dz2, axis=0)
    dz1 = dh1 * (h1 > 0.0)
    dw1 = x.T @ dz1
    db1 = np.sum(dz1, axis=0)
    return value, (dw1, db1, dw2, db2, dw3, db3)


def rnn_value_and_grad(w, u, b, xs, h):
    tape = []
    for t in range(len(xs)):
        h_prev = h
        h = np.tanh(xs[t] @ w + h_prev @ u + b)
        tape.append((h_prev, h))
    value = np.sum(h**2)

    dh = 2.0 * h
    dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
    for t in reversed(range(len(xs))):
        h_prev, h = tape.pop()
        dz = dh * (1.0 - h * h)
        dw += xs[t].T @ dz
        du += h_prev.T @ dz
        db += np.sum(dz, axis=0)
        dh = dz @ u.T
    return value, (dw, du, db)


def logistic_value_and_grad(x, r, steps):
    tape = []
    for _ in range(steps):
        tape.append(x)
        x = r * x * (1.0 - x)
    value = x

    dx, dr = 1.0, 0.0
    for _ in range(steps):
        x = tape.pop()
        dt = dx * (1.0 - x)
        dr += dt * x
        dx = r * (dt - dx * x)
    return value, (dx, dr)
