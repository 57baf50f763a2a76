"""Rules of logistic and normalised exponentials: what comes out says all that the derivative needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.nn.checks import known_labels
from pullback.stdlib.nn.normalised import log_softmax, sigmoid, softmax
from pullback.stdlib.registry import constant, elementwise, fresh, rule

constant(known_labels)
fresh(sigmoid, softmax, log_softmax)


@elementwise(sigmoid)
def sigmoid_(out: Any, x: Any) -> Any:
    return out * (1.0 - out)


@rule(softmax, ct="elementwise", whole=True)
def cotangent_of_softmax(ct: Any, out: Any, x: Any, *, axis: Any = -1) -> Any:
    return out * (ct - np.sum(ct * out, axis=axis, keepdims=True))


@rule.forward(softmax)
def tangent_of_softmax(tangents: Any, out: Any, x: Any, *, axis: Any = -1) -> Any:
    return out * (tangents[0] - np.sum(tangents[0] * out, axis=axis, keepdims=True))


@rule(log_softmax, whole=True)
def cotangent_of_log_softmax(ct: Any, out: Any, x: Any, *, axis: Any = -1) -> Any:
    return ct - np.exp(out) * np.sum(ct, axis=axis, keepdims=True)


@rule.forward(log_softmax)
def tangent_of_log_softmax(tangents: Any, out: Any, x: Any, *, axis: Any = -1) -> Any:
    return tangents[0] - np.sum(tangents[0] * np.exp(out), axis=axis, keepdims=True)
