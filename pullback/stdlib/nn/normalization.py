"""Normalisation over batches, features and groups of channels.

Means and variances over a batch are returned, not kept: what keeps them is a function of these too.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, *, eps: float = 1e-5, axis: int = 1) -> Any:
    """`x` normalised by a mean and a variance for each place along `axis`, as in use: all four of that length.

    (Ioffe and Szegedy, 2015.) Keras calls for `eps=1e-3`, Chainer for 2e-5, Caffe and MXNet for 1e-5.
    """
    scale = gamma / np.sqrt(var + eps)
    return np.moveaxis(np.moveaxis(x, axis, -1) * scale + (beta - mean * scale), -1, axis)


def batch_norm_train(x: Any, gamma: Any, beta: Any, *, eps: float = 1e-5, axis: int = 1) -> Any:
    """`x` normalised by its own mean and variance for each place along `axis`; these too: (y, mean, variance).

    The variance is the mean of squares, which is what `x` is divided by in every framework; `running_statistics` knows
    of the other one.
    """
    x = np.moveaxis(x, axis, -1)
    others = tuple([k - x.ndim for k in range(x.ndim - 1)])
    mean = np.mean(x, axis=others)
    centred = x - mean
    var = np.mean(centred * centred, axis=others)
    y = centred * (gamma / np.sqrt(var + eps)) + beta
    return np.moveaxis(y, -1, axis), mean, var


def running_statistics(
    kept: Any, mean: Any, var: Any, count: int, *, momentum: float = 0.9, unbiased: bool = False
) -> Any:
    """The pair (mean, variance) that is kept, moved towards those of a batch: `momentum` times the old one.

    `count`: over how many elements each variance was taken. `unbiased`: it counts times count / (count - 1), as Chainer
    and Caffe have it; Keras and MXNet do without. Chainer's and MXNet's momentum is 0.9, Keras' 0.99, Caffe's 0.999.
    """
    if unbiased:
        var = var * (count / max(count - 1, 1))
    return momentum * kept[0] + (1.0 - momentum) * mean, momentum * kept[1] + (1.0 - momentum) * var


def layer_norm(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
    """Each vector along the last axis with mean 0 and variance 1, times `gamma`, plus `beta` (Ba and others, 2016)."""
    centred = x - np.mean(x, axis=-1, keepdims=True)
    y = centred / np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + eps)
    return scaled(y, gamma, beta)


def rms_norm(x: Any, gamma: Any = None, *, eps: float = 1e-6) -> Any:
    """Each vector along the last axis divided by the root of its mean square (Zhang and Sennrich, 2019)."""
    return scaled(x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps), gamma, None)


def group_norm(x: Any, groups: int, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
    """Each group of channels of (N, C, ...) with mean 0 and variance 1 (Wu and He, 2018).

    With as many groups as channels it is instance normalisation, with one it is over whole images.
    """
    if x.shape[1] % groups != 0:
        raise ValueError(f"group_norm: {groups} groups do not divide the {x.shape[1]} channels of x {x.shape}")
    parts = np.reshape(x, (x.shape[0], groups, -1))
    centred = parts - np.mean(parts, axis=-1, keepdims=True)
    y = centred / np.sqrt(np.mean(centred * centred, axis=-1, keepdims=True) + eps)
    y = np.reshape(y, (x.shape[0], x.shape[1], -1))
    if gamma is not None:
        y = y * gamma[:, None]
    if beta is not None:
        y = y + beta[:, None]
    return np.reshape(y, x.shape)


def scaled(y: Any, gamma: Any, beta: Any) -> Any:
    """`y * gamma + beta`, of what there is of these."""
    if gamma is not None:
        y = y * gamma
    return y if beta is None else y + beta
