"""Layers with their parameters: dataclasses of arrays, thin over the functions of this package.

    key = random.key(0)
    first, second = random.split(key)
    model = nn.Sequential.of(nn.Dense.of(first, 64, 100), nn.relu, nn.Dense.of(second, 100, 10))

The gradient in a module is a module of the same class, with an array for each array, and None for integers, strings and
functions, which are parts of the program, on JAX too. `of` makes one from a key, sizes and a dtype. A call changes
nothing: what batch normalisation keeps is given to it, and got from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from pullback.stdlib import random
from pullback.stdlib.nn import attention, convolution, initializers, layers, normalization, recurrent

Initializer = Callable[..., Any]


@dataclass
class Dense:
    """`dense`: x (..., inputs) to (..., outputs)."""

    w: Any
    b: Any = None

    def __call__(self, x: Any) -> Any:
        return layers.dense(x, self.w, self.b)

    @classmethod
    def of(
        cls,
        key: Any,
        inputs: int,
        outputs: int,
        dtype: Any = np.float32,
        *,
        bias: bool = True,
        init: Initializer = initializers.glorot_uniform,
    ) -> Dense:
        """Kernels from `init`, biases 0."""
        return cls(init(key, (inputs, outputs), dtype), np.zeros(outputs, dtype) if bias else None)


@dataclass
class Embedding:
    """`embedding`: integers (...) to (..., features)."""

    table: Any

    def __call__(self, ids: Any) -> Any:
        return layers.embedding(self.table, ids)

    @classmethod
    def of(cls, key: Any, size: int, features: int, dtype: Any = np.float32) -> Embedding:
        """Normal numbers, of variance 1 / features."""
        return cls(random.normal(key, (size, features), dtype) * np.dtype(dtype).type(features**-0.5))


@dataclass
class Conv2d:
    """`conv2d` of images (N, C, H, W)."""

    w: Any
    b: Any
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    groups: int = 1

    def __call__(self, x: Any) -> Any:
        return convolution.conv2d(
            x, self.w, self.b, stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups
        )

    @classmethod
    def of(
        cls,
        key: Any,
        inputs: int,
        outputs: int,
        size: int,
        dtype: Any = np.float32,
        *,
        init: Initializer = initializers.glorot_uniform,
        groups: int = 1,
        **options: Any,
    ) -> Conv2d:
        """Kernels of `size` by `size` from `init`, biases 0; `options` are those of `conv2d`."""
        w = init(key, (outputs, inputs // groups, size, size), dtype)
        return cls(w, np.zeros(outputs, dtype), groups=groups, **options)


@dataclass
class BatchNorm:
    """`batch_norm`. What is kept of batches, the pair (mean, variance), is no parameter, and is given and got."""

    gamma: Any
    beta: Any
    axis: int = 1

    def __call__(self, x: Any, kept: Any, *, eps: float = 1e-5) -> Any:
        return normalization.batch_norm(x, self.gamma, self.beta, kept[0], kept[1], eps=eps, axis=self.axis)

    def train(self, x: Any, *, eps: float = 1e-5) -> Any:
        """`batch_norm_train`: the result, and the mean and variance of the batch for `running_statistics`."""
        return normalization.batch_norm_train(x, self.gamma, self.beta, eps=eps, axis=self.axis)

    @classmethod
    def of(cls, features: int, dtype: Any = np.float32, *, axis: int = 1) -> BatchNorm:
        """Scales 1, shifts 0."""
        return cls(np.ones(features, dtype), np.zeros(features, dtype), axis)


@dataclass
class LayerNorm:
    """`layer_norm` over the last axis."""

    gamma: Any
    beta: Any

    def __call__(self, x: Any, *, eps: float = 1e-5) -> Any:
        return normalization.layer_norm(x, self.gamma, self.beta, eps=eps)

    @classmethod
    def of(cls, features: int, dtype: Any = np.float32) -> LayerNorm:
        """Scales 1, shifts 0."""
        return cls(np.ones(features, dtype), np.zeros(features, dtype))


@dataclass
class LSTM:
    """`lstm` from states of zeros: x (T, N, inputs) to (T, N, H) and the last h and c."""

    w: Any
    u: Any
    b: Any

    def __call__(self, x: Any, *, lengths: Any = None, truncate: int | None = None) -> tuple[Any, Any, Any]:
        zeros = np.zeros((x.shape[1], self.u.shape[0]), x.dtype)
        return recurrent.lstm(x, zeros, zeros, self.w, self.u, self.b, lengths=lengths, truncate=truncate)

    @classmethod
    def of(cls, key: Any, inputs: int, features: int, dtype: Any = np.float32) -> LSTM:
        """Kernels as Keras has them, with a bias of 1 for the gate that forgets."""
        first, second = random.split(key)
        u = [initializers.orthogonal(k, (features, features), dtype) for k in random.split(second, 4)]
        b = np.repeat(np.asarray([0.0, 1.0, 0.0, 0.0], dtype), features)
        return cls(initializers.glorot_uniform(first, (inputs, 4 * features), dtype), np.concatenate(u, axis=1), b)


@dataclass
class GRU:
    """`gru` from a state of zeros: x (T, N, inputs) to (T, N, H) and the last state."""

    w: Any
    u: Any
    b: Any
    c: Any

    def __call__(self, x: Any, *, lengths: Any = None, truncate: int | None = None) -> tuple[Any, Any]:
        zeros = np.zeros((x.shape[1], self.u.shape[0]), x.dtype)
        return recurrent.gru(x, zeros, self.w, self.u, self.b, self.c, lengths=lengths, truncate=truncate)

    @classmethod
    def of(cls, key: Any, inputs: int, features: int, dtype: Any = np.float32) -> GRU:
        """Kernels as Keras has them, biases 0."""
        first, second = random.split(key)
        u = [initializers.orthogonal(k, (features, features), dtype) for k in random.split(second, 3)]
        w = initializers.glorot_uniform(first, (inputs, 3 * features), dtype)
        return cls(w, np.concatenate(u, axis=1), np.zeros(3 * features, dtype), np.zeros(features, dtype))


@dataclass
class MultiHeadAttention:
    """`multi_head_attention` of x (N, T, D) over y (N, S, D), which is x unless given."""

    wq: Any
    wk: Any
    wv: Any
    wo: Any
    heads: int = 1

    def __call__(self, x: Any, y: Any = None, *, mask: Any = None, causal: bool = False) -> Any:
        other = x if y is None else y
        return attention.multi_head_attention(
            x, other, self.wq, self.wk, self.wv, self.wo, heads=self.heads, mask=mask, causal=causal
        )

    @classmethod
    def of(cls, key: Any, features: int, heads: int, dtype: Any = np.float32) -> MultiHeadAttention:
        """Kernels by Glorot and Bengio."""
        wq, wk, wv, wo = (initializers.glorot_uniform(k, (features, features), dtype) for k in random.split(key, 4))
        return cls(wq, wk, wv, wo, heads)


@dataclass
class Function:
    """A function as a module, which a model can hold: it has no parameters."""

    f: Callable[[Any], Any]

    def __call__(self, x: Any) -> Any:
        return self.f(x)


@dataclass
class Sequential:
    """Modules one after the other."""

    layers: list[Any]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    @classmethod
    def of(cls, *parts: Any) -> Sequential:
        """Modules, and plain functions of one argument."""
        return cls([Function(part) if isinstance(part, FunctionType) else part for part in parts])


MODULES = (
    Dense,
    Embedding,
    Conv2d,
    BatchNorm,
    LayerNorm,
    LSTM,
    GRU,
    MultiHeadAttention,
    Function,
    Sequential,
)
