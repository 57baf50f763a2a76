"""Functions that take steps, to be differentiated."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.stdlib import optim


@dataclass(frozen=True)
class Layer:
    b: Any
    activation: Any


def loss(w, x, y):
    return np.mean((np.tanh(x @ w) - y) ** 2)


def loss_gradient(w, x, y):
    p = np.tanh(x @ w)
    return x.T @ (2.0 * (p - y) * (1.0 - p * p)) / y.size


def validation_loss(rate, w, x, y, xv, yv):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t in range(1, 4):
        w, m, v = optim.adam_step(w, loss_gradient(w, x, y), m, v, t, rate)
    return loss(w, xv, yv)


def along_all(rate, w, g):
    a, v = optim.momentum_step(w, g, 0.3 * w, rate)
    b, v = optim.nesterov_step(a, g * w, v, rate)
    b, v = optim.nesterov_ahead_step(b, g * w, v, rate)
    b, v = optim.corrected_nesterov_step(b, g * w, v, rate)
    b, v = optim.corrected_momentum_step(b, g * w, v, rate)
    b = optim.sgd_step(b, g, rate)
    b, m = optim.signum_step(b, g, v, rate)
    b, m = optim.lion_step(b, g, m, rate)
    b, h = optim.adagrad_step(b, g, w * w, rate)
    b, h = optim.adagrad_step(b, g, h, rate, 1e-3, False)
    b, h, _ = optim.adadelta_step(b, g, h, w * w, rate)
    b, h = optim.rmsprop_step(b, g, h, rate)
    b, h, m = optim.centered_rmsprop_step(b, g, h, m, rate)
    b, m, v, h = optim.amsgrad_step(b, g, m, h, h * 0.5, 3, rate)
    return np.sum(b * b)


def along_the_others(rate, w, g):
    b, m, v = optim.adabound_step(w, g, 0.1 * w, w * w, 3, rate)
    b, m, v = optim.adamax_step(b, g, m, v, 3, rate)
    b, m, v, _ = optim.nadam_step(b, g, m, v, 0.8, 3, rate)
    b, m, v = optim.lamb_step(b, g, m, v, 3, rate, decay=0.1)
    b, m, v = optim.ftrl_step(b, g, v, m, rate, 0.01)
    b, m, v, _ = optim.smorms3_step(b, g, 1.0 + m, v, g * g, rate)
    b, m, v = optim.msvag_step(b, g, m, g * g, 3, rate)
    b, v = optim.adafactor_step(b, g, v * v + 1.0, 3, rate)
    return np.sum(b * b)
