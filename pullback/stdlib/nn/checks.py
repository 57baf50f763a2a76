"""Errors about what layers and losses are given, which name them."""

from __future__ import annotations

from typing import Any

import numpy as np


def require_features(layer: str, x: Any, w: Any) -> None:
    """Raise ValueError unless the last axis of `x` is as long as the first one of `w`."""
    if np.ndim(x) < 1 or np.shape(x)[-1] != np.shape(w)[0]:
        raise ValueError(f"{layer}: x {np.shape(x)} has not the {np.shape(w)[0]} features that w {np.shape(w)} takes")


def require_same_shape(loss: str, x: Any, y: Any) -> None:
    """Raise ValueError unless two arrays are alike: a loss of ones that are repeated is hardly ever meant."""
    if np.shape(x) != np.shape(y):
        raise ValueError(f"{loss}: predictions {np.shape(x)} and targets {np.shape(y)} differ in shape")


def require_labels(loss: str, logits: Any, labels: Any) -> None:
    """Raise ValueError unless there is one label for each row of logits, or one row of probabilities."""
    if np.shape(labels) != np.shape(logits) and np.shape(labels) != np.shape(logits)[:-1]:
        raise ValueError(f"{loss}: labels {np.shape(labels)} are for no logits {np.shape(logits)}")


def known_labels(labels: Any, classes: int) -> Any:
    """Labels as they are. Raises ValueError if one is not from 0 to below `classes`.

    JAX cannot raise when compiled code runs: such a label counts as `classes` there, and whatever is read at it is NaN.
    """
    found = np.asarray(labels)
    wrong = np.flatnonzero((found < 0) | (found >= classes))
    if len(wrong):
        raise ValueError(f"label {found.flat[wrong[0]]}, number {wrong[0]}, is none of {classes} classes from 0")
    return labels
