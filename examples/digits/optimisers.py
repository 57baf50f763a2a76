"""Momentum and Adam, as update functions on lists of arrays."""

import math

import numpy as np


def momentum(weights, rate=0.05, decay=0.9):
    """A function that moves `weights` in place by one step of gradient descent with momentum."""
    velocities = [np.zeros_like(w) for w in weights]

    def step(gradients):
        for w, v, g in zip(weights, velocities, gradients, strict=True):
            v *= decay
            v -= rate * g
            w += v

    return step


def adam(weights, rate=1e-3, decay=0.9, decay_squares=0.999, eps=1e-8):
    """A function that moves `weights` in place by one step of Adam."""
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    steps = 0

    def step(gradients):
        nonlocal steps
        steps += 1
        scale = rate * math.sqrt(1.0 - decay_squares**steps) / (1.0 - decay**steps)
        for w, m, s, g in zip(weights, means, squares, gradients, strict=True):
            m += (1.0 - decay) * (g - m)
            s += (1.0 - decay_squares) * (g * g - s)
            w -= scale * m / (np.sqrt(s) + eps)

    return step
