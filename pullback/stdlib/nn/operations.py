"""The functions of this package that are operations, with rules of their own; others are read as a user's are."""

from __future__ import annotations

from collections.abc import Callable

from pullback.stdlib.nn import convolution

_OPERATIONS: tuple[Callable[..., object], ...] = (
    convolution.conv1d,
    convolution.conv_transpose1d,
    convolution.conv1d_weight_grad,
    convolution.conv2d,
    convolution.conv_transpose2d,
    convolution.conv2d_weight_grad,
)
OPERATIONS = frozenset(_OPERATIONS)
