"""Programs whose adjoint loops add up products of each iteration."""

import numpy as np


def of_matrices(w, u, b, xs, h):
    for x in xs:
        h = np.tanh(x @ w + h @ u + b)
    return np.sum(h * h)


def of_vectors(w, u, xs, h):
    for x in xs:
        h = np.tanh(x @ w + u @ h)
    return np.sum(h * h)


def by_index(w, xs, h):
    for t in range(1, len(xs)):
        h = np.tanh(xs[t] @ w.T + h)
    return np.sum(h)


def twice_in_a_step(w, xs, h):
    for x in xs:
        h = np.tanh(h @ w + x)
        h = np.sin(h @ w)
    return np.sum(h)


def used_afterwards(w, b, xs, h):
    for x in xs:
        h = np.tanh(h @ w + x + b)
    return np.sum(h @ w) + np.sum(b * b)


def of_one_input(w, u, x, h, steps):
    for _ in range(steps):
        h = np.tanh(x @ w + h @ u)
    return np.sum(h)


def in_two_loops(w, xs, h):
    for x in xs:
        for _ in range(3):
            h = np.tanh(h @ w + x)
    return np.sum(h)


def weights_in_turn(ws, xs, h):
    for x in xs:
        for w in ws:
            h = np.tanh(h @ w + x)
    return np.sum(h)


def cell(w, xs, h):
    for x in xs:
        h = np.tanh(h @ w + x)
    return h


def in_a_function(w, xs, h):
    return np.sum(cell(w, xs, h) ** 2) + np.sum(cell(w, 2.0 * xs, h))


def rows_of_one(w, b, xs, h):
    for x in xs:
        h = np.tanh(x @ w + b + h)
    return np.sum(h)


def covariance(xs, s):
    for x in xs:
        s = s + x.T @ x
    return np.sum(s * s)
