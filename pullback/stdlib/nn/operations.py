"""The functions of this package that are operations, with rules of their own; others are read as a user's are."""

from __future__ import annotations

from collections.abc import Callable

from pullback.stdlib.nn import checks, convolution, ctc, normalised, pooling

_OPERATIONS: tuple[Callable[..., object], ...] = (
    convolution.conv1d,
    convolution.conv_transpose1d,
    convolution.conv1d_weight_grad,
    convolution.conv2d,
    convolution.conv_transpose2d,
    convolution.conv2d_weight_grad,
    ctc.ctc_loss,
    ctc.ctc_loss_grad,
    ctc.ctc_loss_hvp,
    pooling.max_pool1d,
    pooling.max_pool1d_grad,
    pooling.max_pool1d_at,
    pooling.max_pool2d,
    pooling.max_pool2d_grad,
    pooling.max_pool2d_at,
    pooling.average_pool1d,
    pooling.average_pool1d_grad,
    pooling.average_pool2d,
    pooling.average_pool2d_grad,
    normalised.sigmoid,
    normalised.softmax,
    normalised.log_softmax,
    checks.known_labels,
)
OPERATIONS = frozenset(_OPERATIONS)
POOLING: frozenset[Callable[..., object]] = frozenset(
    (pooling.max_pool1d, pooling.max_pool2d, pooling.average_pool1d, pooling.average_pool2d)
)
"""Those that take a window as their second argument."""
