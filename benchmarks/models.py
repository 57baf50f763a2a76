"""One network three times, its parameters in a tuple, in a dict and in objects; and trivial functions of structures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Layer:
    """Weights and biases."""

    w: np.ndarray
    b: np.ndarray

    def __call__(self, x):
        """What the layer makes of its inputs."""
        return x @ self.w + self.b


@dataclass
class Network:
    """Three layers, and how the last one's outputs are scored."""

    first: Layer
    second: Layer
    last: Layer

    def logits(self, x):
        """Scores of the classes."""
        h1 = np.maximum(self.first(x), 0.0)
        h2 = np.maximum(self.second(h1), 0.0)
        return self.last(h2)

    def scale(self):
        """What every score is multiplied by."""
        return 1.0

    def loss(self, x, targets):
        """Cross entropy."""
        z = self.logits(x)
        m = np.max(z, axis=1, keepdims=True)
        total = m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))
        return np.mean(total - np.sum(z * targets, axis=1))


def of_object(model, x, targets):
    return model.loss(x, targets)


def of_tuple(p, x, targets):
    w1, b1, w2, b2, w3, b3 = p
    h1 = np.maximum(x @ w1 + b1, 0.0)
    h2 = np.maximum(h1 @ w2 + b2, 0.0)
    z = h2 @ w3 + b3
    m = np.max(z, axis=1, keepdims=True)
    total = m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))
    return np.mean(total - np.sum(z * targets, axis=1))


def of_dict(p, x, targets):
    h1 = np.maximum(x @ p["w1"] + p["b1"], 0.0)
    h2 = np.maximum(h1 @ p["w2"] + p["b2"], 0.0)
    z = h2 @ p["w3"] + p["b3"]
    m = np.max(z, axis=1, keepdims=True)
    total = m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))
    return np.mean(total - np.sum(z * targets, axis=1))


@dataclass
class Six:
    """Arrays by name."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    d: np.ndarray
    e: np.ndarray
    f: np.ndarray


def of_three(s, x, y):
    return s * s


def of_anything(s, p):
    return s * s


def of_a_model(s, model):
    return s * model.scale()
