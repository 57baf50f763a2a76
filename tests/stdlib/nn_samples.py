"""Calls of the operations of `pullback.stdlib.nn`."""

from __future__ import annotations

import numpy as np

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
add(
    nn.max_pool1d,
    samples=[call(normal(2, 3, 7)), call(normal(2, 6, 3), window=3, stride=2, padding=1, layout="NWC")],
)
add(
    nn.max_pool2d,
    samples=[
        call(normal(2, 3, 4, 5)), call(normal(1, 2, 5, 5), window=(3, 2), stride=2, padding=((1, 0), (0, 1))),
        call(normal(2, 5, 6, 2), window=3, stride=1, padding="same", layout="NHWC"),
        call(normal(1, 1, 5, 4), window=2, cover_all=True), call(normal(1, 1, 2, 3), window=1),
    ],
)  # fmt: skip
for largest, largest_grad, at_largest, shape, pooled in (
    (nn.max_pool1d, nn.max_pool1d_grad, nn.max_pool1d_at, (2, 3, 7), (2, 3, 3)),
    (nn.max_pool2d, nn.max_pool2d_grad, nn.max_pool2d_at, (2, 3, 4, 5), (2, 3, 2, 2)),
):
    x = normal(*shape)
    add(largest_grad, samples=[call(normal(*pooled), x, largest(x, 2), window=2, only=(0,))])
    add(at_largest, samples=[call(normal(*shape), x, largest(x, 2), window=2, only=(0,))])
    y = largest(x, 3, stride=2, padding=1)
    how = {"window": 3, "stride": 2, "padding": 1}
    add(largest_grad, samples=[call(normal(*y.shape), x, y, only=(0,), **how)])
    add(at_largest, samples=[call(normal(*shape), x, y, only=(0,), **how)])
add(
    nn.average_pool1d,
    samples=[call(normal(2, 3, 7)), call(normal(2, 6, 3), window=3, stride=2, padding=1, layout="NWC")],
)
add(
    nn.average_pool2d,
    samples=[
        call(normal(2, 3, 4, 5)), call(normal(1, 2, 5, 5), window=(3, 2), stride=2, padding=((1, 0), (0, 1))),
        call(normal(2, 5, 6, 2), window=3, stride=1, padding="same", count_include_pad=False, layout="NHWC"),
        call(normal(1, 1, 5, 4), window=2, cover_all=True), call(normal(1, 1, 2, 3), window=1),
    ],
)  # fmt: skip
add(
    nn.average_pool1d_grad,
    samples=[
        call(normal(2, 3, 3), size=(7,)),
        call(normal(2, 4, 3), size=(7,), window=3, stride=2, padding=1, layout="NWC"),
    ],
)
add(
    nn.average_pool2d_grad,
    samples=[
        call(normal(2, 3, 2, 2), size=(4, 5)),
        call(normal(1, 3, 3, 1), size=(5, 4), cover_all=True, padding=(0, 1), layout="NHWC"),
        call(normal(1, 1, 3, 3), size=(3, 3), window=3, stride=1, padding="same", count_include_pad=False),
    ],
)  # fmt: skip
SEQUENCES = np.array([[1, 2], [1, 1], [2, 0]]), np.array([4, 3, 2]), np.array([2, 2, 1])
for op, more in ((nn.ctc_loss, ()), (nn.ctc_loss_grad, ()), (nn.ctc_loss_hvp, (normal(3, 4, 3),))):
    add(op, samples=[call(*more, normal(3, 4, 3), *SEQUENCES, only=(0,))])
add(nn.ctc_loss, samples=[call(normal(1, 3, 4), np.array([[0, 1]]), np.array([3]), np.array([2]), blank=3, only=(0,))])
add(nn.sigmoid, samples=[call(normal(3, 4)), call(normal(2, 1)), call(normal(3, 0))])
for op in (nn.softmax, nn.log_softmax):
    add(op, samples=[call(normal(3, 4)), call(normal(2, 3, 2), axis=1), call(normal(3, 1)), call(normal(2, 3), axis=0)])
