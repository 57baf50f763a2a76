"""Calls of the plain functions of `pullback.stdlib.nn`, as text, with arguments, and those to differentiate in."""

from __future__ import annotations

from typing import Any

import numpy as np

RNG = np.random.default_rng(0)
T, N, D, H = 5, 3, 4, 2


def n(*shape: int) -> Any:
    return RNG.normal(size=shape)


LABELS = np.array([0, 2, 1, 2])
LENGTHS = np.array([2, 5, 0])
ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "softplus", "log_sigmoid", "softsign", "silu", "mish", "gelu"),
    *("hard_sigmoid", "hard_silu", "hard_tanh", "sigmoid", "softmax", "log_softmax"),
)
SEQUENCES = {
    "rnn": (n(T, N, D), n(N, H), n(D, H), n(H, H), n(H)),
    "lstm": (n(T, N, D), n(N, H), n(N, H), n(D, 4 * H), n(H, 4 * H), n(4 * H)),
    "gru": (n(T, N, D), n(N, H), n(D, 3 * H), n(H, 3 * H), n(3 * H), n(H)),
}


def _along_sequences() -> list[tuple[str, tuple[Any, ...], int]]:
    made: list[tuple[str, tuple[Any, ...], int]] = []
    for name, args in SEQUENCES.items():
        names = ", ".join("abcdef"[: len(args)])
        last = "abcdefg"[len(args)]
        total = f"np.sum(y[0] ** 2) + np.sum(y[-1]) for y in [nn.{name}({names}"
        made.append((f"sum({total})])", args, len(args)))
        made.append((f"sum({total}, lengths={last}, truncate=3)])", (*args, LENGTHS), len(args)))
    return made


CALLS: list[tuple[str, tuple[Any, ...], int]] = [
    *((f"np.sum(nn.{f}(3.0 * a) * b)", (n(4, 6), n(4, 6)), 2) for f in ACTIVATIONS),
    ("np.sum(nn.glu(a) * b)", (n(4, 6), n(4, 3)), 2),
    ("np.sum(nn.prelu(a, b) ** 2)", (n(4, 6), n(6)), 2),
    ("np.sum(nn.softmax(a, axis=0) ** 2) + np.sum(nn.log_softmax(a, axis=-2) * a)", (n(4, 3),), 1),
    ("np.sum(nn.dense(a, b, c) ** 2)", (n(4, 6), n(6, 2), n(2)), 3),
    ("np.sum(nn.dense(a, b) ** 2)", (n(2, 4, 6), n(6, 2)), 2),
    ("np.sum(nn.embedding(a, b) ** 2)", (n(5, 3), np.array([[0, 1], [1, 4]])), 1),
    ("np.sum(nn.flatten(a) @ b)", (n(2, 3, 2), n(6)), 2),
    ("np.sum(nn.one_hot(b, 3, a.dtype) * a)", (n(4, 3), LABELS), 1),
    ("np.sum(nn.dropout(a, 0.3, random.key(1)) ** 2)", (n(5, 3),), 1),
    ("np.sum(nn.batch_norm(a, b, c, d, e) ** 3)", (n(4, 3, 2), n(3), n(3), n(3), np.abs(n(3))), 5),
    ("sum(np.sum(y ** 3) for y in nn.batch_norm_train(a, b, c))", (n(4, 3, 2), n(3), n(3)), 3),
    ("np.sum(nn.batch_norm_train(a, b, c, axis=-1)[0] ** 3)", (n(4, 3, 2), n(2), n(2)), 3),
    ("np.sum(nn.running_statistics((a, b), c, d, 5, unbiased=True)[1] ** 2)", (n(3), n(3), n(3), n(3)), 4),
    ("np.sum(nn.layer_norm(a, b, c) ** 3)", (n(4, 3, 5), n(5), n(5)), 3),
    ("np.sum(nn.layer_norm(a) ** 3)", (n(3, 5),), 1),
    ("np.sum(nn.rms_norm(a, b) ** 3)", (n(4, 3, 5), n(5)), 2),
    ("np.sum(nn.group_norm(a, 2, b, c) ** 3)", (n(3, 4, 5), n(4), n(4)), 3),
    ("nn.softmax_cross_entropy(a, b)", (n(4, 3), LABELS), 1),
    ('nn.softmax_cross_entropy(a, b, reduction="sum")', (n(4, 3), np.eye(3)[LABELS]), 2),
    ("np.sum(nn.softmax_cross_entropy(a, b, reduction=None) ** 2)", (n(2, 2, 3), LABELS.reshape(2, 2)), 1),
    ("nn.binary_cross_entropy(a, b)", (n(4, 3), RNG.random((4, 3))), 2),
    *(
        (f"nn.{f}(2.0 * a, b)", (n(4, 3), n(4, 3)), 2)
        for f in ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "cosine_distance")
    ),
    ("nn.kl_divergence(nn.log_softmax(a), b)", (n(4, 3), np.abs(n(4, 3))), 2),
    ("nn.hinge(a, b)", (n(4, 3), np.sign(n(4, 3))), 1),
    ("nn.multi_class_hinge(a, b)", (n(4, 3), LABELS), 1),
    ("nn.poisson(a, b)", (n(4, 3), RNG.integers(0, 5, (4, 3)).astype(float)), 1),
    *_along_sequences(),
    ("np.sum(nn.rnn_cell(a, b, c, d, e) ** 2)", (n(N, D), n(N, H), n(D, H), n(H, H), n(H)), 5),
    ("np.sum(nn.lstm_cell(a, b, b, c, d, e)[0] ** 2)", (n(N, D), n(N, H), n(D, 4 * H), n(H, 4 * H), n(4 * H)), 5),
    ("np.sum(nn.gru_cell(a, b, c, d, e, e[:2]) ** 2)", (n(N, D), n(N, H), n(D, 3 * H), n(H, 3 * H), n(3 * H)), 5),
    ("np.sum(nn.dot_product_attention(a, b, c) ** 2)", (n(2, T, H), n(2, 4, H), n(2, 4, 3)), 3),
    ("np.sum(nn.dot_product_attention(a, b, c, causal=True) ** 2)", (n(2, T, H), n(2, T, H), n(2, T, 3)), 3),
    (
        "np.sum(nn.multi_head_attention(a, a, b, c, d, e, heads=2, mask=f) ** 2)",
        (n(2, T, 4), n(4, 4), n(4, 4), n(4, 4), n(4, 4), RNG.random((2, T, T)) > 0.3),
        5,
    ),
    ("np.sum((a + nn.sinusoidal_positions(5, 4, a.dtype)) ** 2)", (n(2, T, 4),), 1),
    ("np.sum(nn.rotary_positions(a) * b)", (n(2, T, 4), n(2, T, 4)), 2),
]
"""Text of a number, arguments a, b, …, and how many of these it is differentiated in."""

MODULE = "import numpy as np\n\nfrom pullback.stdlib import nn, random\n\n\n" + "\n\n".join(
    f"def f{k}({', '.join('abcdefg'[: len(args)])}):\n    return {text}\n" for k, (text, args, _) in enumerate(CALLS)
)
