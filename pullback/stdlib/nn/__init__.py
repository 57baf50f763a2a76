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
from pullback.stdlib.nn.ctc import ctc_loss, ctc_loss_grad, ctc_loss_hvp
from pullback.stdlib.nn.global_pooling import (
    global_average_pool1d,
    global_average_pool2d,
    global_max_pool1d,
    global_max_pool2d,
)
from pullback.stdlib.nn.pooling import (
    average_pool1d,
    average_pool1d_grad,
    average_pool2d,
    average_pool2d_grad,
    max_pool1d,
    max_pool1d_at,
    max_pool1d_grad,
    max_pool2d,
    max_pool2d_at,
    max_pool2d_grad,
)

__all__ = [
    "average_pool1d",
    "average_pool1d_grad",
    "average_pool2d",
    "average_pool2d_grad",
    "conv1d",
    "conv1d_weight_grad",
    "conv2d",
    "conv2d_weight_grad",
    "conv_transpose1d",
    "conv_transpose2d",
    "ctc_loss",
    "ctc_loss_grad",
    "ctc_loss_hvp",
    "global_average_pool1d",
    "global_average_pool2d",
    "global_max_pool1d",
    "global_max_pool2d",
    "max_pool1d",
    "max_pool1d_at",
    "max_pool1d_grad",
    "max_pool2d",
    "max_pool2d_at",
    "max_pool2d_grad",
]
