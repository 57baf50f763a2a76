"""Calls of the operations of `pullback.stdlib.nn`."""

from __future__ import annotations

from pullback.stdlib import nn
from tests.stdlib.samples import add, call, normal

add(
    nn.conv1d,
    samples=[
        call(normal(2, 3, 6), normal(4, 3, 3)), call(normal(2, 3, 6), normal(4, 3, 3), normal(4), padding="same"),
        call(normal(2, 7, 4), normal(3, 2, 6), normal(6), stride=2, dilation=2, groups=2, layout="NWC"),
    ],
)  # fmt: skip
add(
    nn.conv2d,
    samples=[
        call(normal(2, 3, 4, 5), normal(4, 3, 3, 2)), call(normal(1, 2, 3, 3), normal(2, 2, 1, 1), normal(2)),
        call(normal(2, 5, 6, 2), normal(2, 3, 1, 4), normal(4), stride=2, padding=1, groups=2, layout="NHWC"),
    ],
)  # fmt: skip
add(
    nn.conv_transpose1d,
    samples=[
        call(normal(2, 3, 4), normal(3, 2, 3)), call(normal(2, 3, 4), normal(3, 2, 3), normal(2), padding="same"),
        call(normal(2, 4, 6), normal(3, 2, 6), stride=2, output_padding=1, groups=2, dilation=2, layout="NWC"),
    ],
)  # fmt: skip
add(
    nn.conv_transpose2d,
    samples=[
        call(normal(2, 3, 2, 3), normal(3, 2, 3, 2)), call(normal(1, 2, 2, 2), normal(2, 2, 2, 2), normal(2), stride=2),
        call(normal(2, 2, 3, 4), normal(2, 3, 1, 4), stride=2, padding=1, groups=2, output_size=(3, 5), layout="NHWC"),
    ],
)  # fmt: skip
add(
    nn.conv1d_weight_grad,
    samples=[
        call(normal(2, 3, 6), normal(2, 4, 4), kernel_size=(3,)),
        call(normal(2, 6, 4), normal(2, 3, 2), kernel_size=(3,), stride=2, padding=1, groups=2, layout="NWC"),
    ],
)  # fmt: skip
add(
    nn.conv2d_weight_grad,
    samples=[
        call(normal(2, 3, 4, 4), normal(2, 4, 2, 3), kernel_size=(3, 2)),
        call(normal(2, 5, 6, 4), normal(2, 3, 3, 2), kernel_size=(2, 3), stride=2, padding=1, groups=2, layout="NHWC"),
    ],
)  # fmt: skip
