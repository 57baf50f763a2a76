"""One step of each optimiser for one array, as plain formulas: `pullback` reads, translates and differentiates them.

`w` is the parameter, `g` its gradient, `rate` the learning rate, `t` the number of this step, from 1; what an
optimiser remembers comes in and goes out after `w`.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def sgd_step(w: Any, g: Any, rate: Any) -> Any:
    """Down the gradient."""
    return w - rate * g


def momentum_step(w: Any, g: Any, v: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """Down a velocity that keeps a part of itself (Polyak 1964)."""
    v = momentum * v - rate * g
    return w + v, v


def nesterov_step(w: Any, g: Any, v: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """Momentum with the gradient of where it leads to (Nesterov 1983, in the form of Sutskever et al. 2013)."""
    v = momentum * v - rate * g
    return w + (momentum * v - rate * g), v


def nesterov_ahead_step(w: Any, g: Any, v: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """Nesterov's momentum as Chainer has it: one more factor of the momentum on the velocity."""
    v = momentum * v - rate * g
    return w + (momentum * momentum * v - (1.0 + momentum) * rate * g), v


def corrected_momentum_step(w: Any, g: Any, v: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """Momentum of gradients, not of steps: a new rate holds at once for all of the velocity."""
    v = momentum * v - g
    return w + rate * v, v


def corrected_nesterov_step(w: Any, g: Any, v: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """Nesterov's momentum of gradients, not of steps."""
    v = momentum * v - g
    return w + rate * (momentum * v - g), v


def signum_step(w: Any, g: Any, m: Any, rate: Any, momentum: Any = 0.9) -> Any:
    """By the sign of the mean gradient (Bernstein et al. 2018)."""
    m = momentum * m + (1.0 - momentum) * g
    return w - rate * np.sign(m), m


def lion_step(w: Any, g: Any, m: Any, rate: Any, beta1: Any = 0.9, beta2: Any = 0.99) -> Any:
    """By the sign of a mean of the mean gradient and the newest one (Chen et al. 2023)."""
    w = w - rate * np.sign(beta1 * m + (1.0 - beta1) * g)
    return w, beta2 * m + (1.0 - beta2) * g


def adagrad_step(w: Any, g: Any, h: Any, rate: Any, epsilon: Any = 1e-7, inside: bool = True) -> Any:
    """By the root of the sum of all squares (Duchi et al. 2011)."""
    h = h + g * g
    size = np.sqrt(h + epsilon) if inside else np.sqrt(h) + epsilon
    return w - rate * g / size, h


def adadelta_step(w: Any, g: Any, v: Any, u: Any, rate: Any = 1.0, decay: Any = 0.95, epsilon: Any = 1e-6) -> Any:
    """By the size of former steps over that of former gradients (Zeiler 2012)."""
    v = decay * v + (1.0 - decay) * g * g
    step = np.sqrt((u + epsilon) / (v + epsilon)) * g
    return w - rate * step, v, decay * u + (1.0 - decay) * step * step


def rmsprop_step(w: Any, g: Any, v: Any, rate: Any, decay: Any = 0.9, epsilon: Any = 1e-7, inside: bool = True) -> Any:
    """By the root of the mean square (Tieleman and Hinton 2012)."""
    v = decay * v + (1.0 - decay) * g * g
    size = np.sqrt(v + epsilon) if inside else np.sqrt(v) + epsilon
    return w - rate * g / size, v


def centered_rmsprop_step(
    w: Any, g: Any, v: Any, m: Any, rate: Any, decay: Any = 0.9, epsilon: Any = 1e-7, inside: bool = True
) -> Any:
    """By the root of the variance (Graves 2013)."""
    v = decay * v + (1.0 - decay) * g * g
    m = decay * m + (1.0 - decay) * g
    variance = np.maximum(v - m * m, 0.0)
    size = np.sqrt(variance + epsilon) if inside else np.sqrt(variance) + epsilon
    return w - rate * g / size, v, m


def adam_step(
    w: Any, g: Any, m: Any, v: Any, t: Any, rate: Any = 1e-3, beta1: Any = 0.9, beta2: Any = 0.999, epsilon: Any = 1e-8
) -> Any:
    """By the mean gradient over the root of the mean square, both made up for their start at 0 (Kingma, Ba 2015)."""
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    scale = rate * (1.0 - beta2**t) ** 0.5 / (1.0 - beta1**t)
    return w - scale * m / (np.sqrt(v) + epsilon), m, v


def amsgrad_step(
    w: Any,
    g: Any,
    m: Any,
    v: Any,
    top: Any,
    t: Any,
    rate: Any = 1e-3,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Any:
    """Adam with the largest mean square so far (Reddi et al. 2018)."""
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    top = np.maximum(top, v)
    scale = rate * (1.0 - beta2**t) ** 0.5 / (1.0 - beta1**t)
    return w - scale * m / (np.sqrt(top) + epsilon), m, v, top


def adabound_step(
    w: Any,
    g: Any,
    m: Any,
    v: Any,
    t: Any,
    rate: Any = 1e-3,
    final_rate: Any = 0.1,
    gamma: Any = 1e-3,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-8,
) -> Any:
    """Adam whose rates are held in bounds that close upon `final_rate` (Luo et al. 2019)."""
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    scale = rate * (1.0 - beta2**t) ** 0.5 / (1.0 - beta1**t)
    low = final_rate * (1.0 - 1.0 / (gamma * t + 1.0))
    high = final_rate * (1.0 + 1.0 / (gamma * t))
    return w - np.clip(scale / (np.sqrt(v) + epsilon), low, high) * m, m, v


def adamax_step(
    w: Any, g: Any, m: Any, u: Any, t: Any, rate: Any = 1e-3, beta1: Any = 0.9, beta2: Any = 0.999, epsilon: Any = 1e-7
) -> Any:
    """Adam by the largest size in place of the mean square (Kingma, Ba 2015); no step where all gradients were 0."""
    m = beta1 * m + (1.0 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    size = u + epsilon
    return w - rate / (1.0 - beta1**t) * m / np.where(size == 0.0, 1.0, size), m, u


def nadam_step(
    w: Any,
    g: Any,
    m: Any,
    v: Any,
    product: Any,
    t: Any,
    rate: Any = 1e-3,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-7,
    schedule_decay: Any = 1.0,
) -> Any:
    """Adam with Nesterov's momentum, on a schedule of its own (Dozat 2016); `product` is of the momenta until now."""
    now = beta1 * (1.0 - 0.5 * 0.96 ** (t * schedule_decay))
    ahead = beta1 * (1.0 - 0.5 * 0.96 ** ((t + 1) * schedule_decay))
    product = product * now
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    mean = ahead / (1.0 - product * ahead) * m + (1.0 - now) / (1.0 - product) * g
    return w - rate * mean / (np.sqrt(v / (1.0 - beta2**t)) + epsilon), m, v, product


def lamb_step(
    w: Any,
    g: Any,
    m: Any,
    v: Any,
    t: Any,
    rate: Any = 1e-3,
    beta1: Any = 0.9,
    beta2: Any = 0.999,
    epsilon: Any = 1e-7,
    decay: Any = 0.0,
) -> Any:
    """Adam's direction with weight decay, as long as the parameter itself (You et al. 2020)."""
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * (g * g)
    step = m / (1.0 - beta1**t) / (np.sqrt(v / (1.0 - beta2**t)) + epsilon) + decay * w
    length = np.sqrt(np.sum(w * w))
    along = np.sqrt(np.sum(step * step))
    moves = (length > 0.0) & (along > 0.0)
    trust = np.where(moves, length, 1.0) / np.where(moves, along, 1.0)
    return w - rate * trust * step, m, v


def ftrl_step(w: Any, g: Any, n: Any, z: Any, rate: Any = 1e-3, l1: Any = 0.0, l2: Any = 0.0, beta: Any = 0.0) -> Any:
    """Follow the regularised leader: many parameters are exactly 0 (McMahan et al. 2013)."""
    root = np.sqrt(n + g * g)
    z = z + g - (root - np.sqrt(n)) / rate * w
    return (np.clip(z, -l1, l1) - z) / ((beta + root) / rate + 2.0 * l2), n + g * g, z


def smorms3_step(w: Any, g: Any, memory: Any, m: Any, v: Any, rate: Any = 1e-3, epsilon: Any = 1e-16) -> Any:
    """By how much the gradients agree, over a memory that follows from that (Funk 2015)."""
    r = 1.0 / (memory + 1.0)
    m = (1.0 - r) * m + r * g
    v = (1.0 - r) * v + r * g * g
    agreement = m * m / (v + epsilon)
    w = w - g * np.minimum(rate, agreement) / (np.sqrt(v) + epsilon)
    return w, 1.0 + memory * (1.0 - agreement), m, v


def msvag_step(w: Any, g: Any, m: Any, v: Any, t: Any, rate: Any = 0.1, beta: Any = 0.9) -> Any:
    """By the mean gradient, less where it varies (M-SVAG, Balles, Hennig 2018)."""
    m = beta * m + (1.0 - beta) * g
    v = beta * v + (1.0 - beta) * (g * g)
    known = 1.0 - beta**t
    mean = m / known
    rho = (1.0 - beta) * (1.0 + beta**t) / ((1.0 + beta) * known)
    variance = (v / known - mean * mean) / (1.0 - rho + (t == 1))  # of a single gradient it is 0
    total = mean * mean + rho * variance
    factor = np.clip(mean * mean / np.where(total == 0.0, 1.0, total), 0.0, 1.0)
    return w - rate * mean * factor, m, v


def adafactor_step(
    w: Any, g: Any, v: Any, t: Any, rate: Any = 1e-3, decay: Any = -0.8, epsilon: Any = 1e-30, floor: Any = 1e-3
) -> Any:
    """By the root of the mean square, in proportion to the parameter (Shazeer, Stern 2018)."""
    beta = 1.0 - t**decay
    v = beta * v + (1.0 - beta) * (g * g + epsilon)
    return w - adafactor_change(w, g / np.sqrt(v), t, rate, floor), v


def adafactor_matrix_step(
    w: Any, g: Any, r: Any, c: Any, t: Any, rate: Any = 1e-3, decay: Any = -0.8, epsilon: Any = 1e-30, floor: Any = 1e-3
) -> Any:
    """The same for matrices, of which the mean squares of the rows and of the columns are kept."""
    beta = 1.0 - t**decay
    square = g * g + epsilon
    r = beta * r + (1.0 - beta) * np.mean(square, axis=-1)
    c = beta * c + (1.0 - beta) * np.mean(square, axis=-2)
    v = np.expand_dims(r / np.mean(r, axis=-1, keepdims=True), -1) * np.expand_dims(c, -2)
    return w - adafactor_change(w, g / np.sqrt(v), t, rate, floor), r, c


def adafactor_change(w: Any, step: Any, t: Any, rate: Any, floor: Any) -> Any:
    """A step of at most unit size, times the size of the parameter."""
    size = np.sqrt(np.mean(w * w))
    scale = np.maximum(size, floor) * np.minimum(rate, 1.0 / t**0.5)
    return scale * step / np.maximum(1.0, np.sqrt(np.mean(step * step)))
