"""The models of the frameworks' figures, of functions of `pullback.stdlib.nn`; targets are rows of ones and zeros."""

from __future__ import annotations

from typing import Any

from pullback.stdlib import nn


def mlp(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, t: Any) -> Any:
    """Two hidden layers."""
    h = nn.relu(nn.dense(nn.relu(nn.dense(x, W1, b1)), W2, b2))
    return nn.softmax_cross_entropy(nn.dense(h, W3, b3), t)


def lenet(K1: Any, c1: Any, K2: Any, c2: Any, W3: Any, b3: Any, W4: Any, b4: Any, x: Any, t: Any) -> Any:
    """LeNet as Caffe has it."""
    h = nn.max_pool2d(nn.conv2d(nn.max_pool2d(nn.conv2d(x, K1, c1), 2), K2, c2), 2)
    h = nn.relu(nn.dense(nn.flatten(h), W3, b3))
    return nn.softmax_cross_entropy(nn.dense(h, W4, b4), t)


def bn_dropout(W1: Any, b1: Any, gamma: Any, beta: Any, W2: Any, b2: Any, x: Any, mask: Any, t: Any) -> Any:
    """A batch normalisation with Keras' epsilon, and a mask that is given."""
    y, _, _ = nn.batch_norm_train(nn.dense(x, W1, b1), gamma, beta, eps=1e-3)
    return nn.softmax_cross_entropy(nn.dense(nn.relu(y) * mask, W2, b2), t)
