"""Metrics: what is watched, and not differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.nn.checks import require_labels


def accuracy(logits: Any, labels: Any) -> Any:
    """How many of the largest logits (..., classes) stand at the labels (...), as a part of 1."""
    require_labels("accuracy", logits, labels)
    return np.mean(np.argmax(logits, axis=-1) == labels)


def binary_accuracy(logits: Any, targets: Any) -> Any:
    """How many logits have the sign of their target, 0 or 1, as a part of 1."""
    return np.mean((logits > 0.0) == (targets > 0.5))


def top_k_accuracy(logits: Any, labels: Any, k: int = 5) -> Any:
    """How many labels are among the `k` largest logits, as a part of 1; ties count for the label."""
    require_labels("top_k_accuracy", logits, labels)
    right = np.take_along_axis(logits, labels[..., None], axis=-1)
    return np.mean(np.sum(logits > right, axis=-1) < k)


def confusion_matrix(predicted: Any, labels: Any, classes: int) -> Any:
    """Counts (classes, classes): rows are labels, columns what was predicted."""
    return np.reshape(np.bincount(labels * classes + predicted, minlength=classes * classes), (classes, classes))


def precision_recall_f1(predicted: Any, labels: Any, classes: int) -> tuple[Any, Any, Any]:
    """Precision, recall and their harmonic mean, of each class (classes,); 0 where there is nothing to divide by."""
    counts = confusion_matrix(predicted, labels, classes)
    right = np.diagonal(counts)
    precision = right / np.maximum(np.sum(counts, axis=0), 1)
    recall = right / np.maximum(np.sum(counts, axis=1), 1)
    return precision, recall, 2.0 * precision * recall / np.maximum(precision + recall, 1e-300)


def perplexity(mean_cross_entropy: Any) -> Any:
    """exp of a mean cross entropy in nats."""
    return np.exp(mean_cross_entropy)
