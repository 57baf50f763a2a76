"""Building blocks of neural networks, as plain functions of arrays: the same for NumPy and for JAX.

    from pullback.stdlib import nn
    y = nn.conv2d(x, w, b, stride=2)
"""

from pullback.stdlib.nn.convolution import (
    conv1d,
    conv1d_weight_grad,
    conv2d,
    conv2d_weight_grad,
    conv_transpose1d,
    conv_transpose2d,
)

__all__ = [
    "conv1d",
    "conv1d_weight_grad",
    "conv2d",
    "conv2d_weight_grad",
    "conv_transpose1d",
    "conv_transpose2d",
]
