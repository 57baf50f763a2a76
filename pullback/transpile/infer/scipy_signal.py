"""Types of what `scipy.signal` gives."""

from __future__ import annotations

from scipy import signal

from pullback.transpile.abstract import Array, Length, Type
from pullback.transpile.infer import lengths
from pullback.transpile.infer.lengths import anonymous
from pullback.transpile.infer.linear import product_dtype
from pullback.transpile.infer.table import Call, Undecided, known_shape, shape_function


@shape_function(
    *(signal.convolve, signal.correlate, signal.fftconvolve, signal.oaconvolve, signal.convolve2d, signal.correlate2d)
)
def convolve(call: Call) -> Type:
    """A convolution of two arrays of one rank, or a part of it."""
    a, b = call.array(0, "in1"), call.array(1, "in2")
    one, other = known_shape(a), known_shape(b)
    mode = call.static(2, "mode", "full")
    if len(one) != len(other) or "axes" in call.kwargs:
        raise Undecided
    return Array(product_dtype(a, b), tuple(_length(n, m, mode) for n, m in zip(one, other, strict=True)))


def _length(n: Length, m: Length, mode: object) -> Length:
    if mode == "same":
        return n
    if mode == "full":
        return lengths.shift(lengths.add(n, m), -1)
    return max(n, m) - min(n, m) + 1 if isinstance(n, int) and isinstance(m, int) else anonymous()


@shape_function(signal.lfilter)
def lfilter(call: Call) -> Type:
    """A signal of the same shape."""
    if "zi" in call.kwargs:
        raise Undecided
    x = call.array(2, "x")
    return Array(product_dtype(product_of(call), x), x.shape)


def product_of(call: Call) -> Array:
    """An array of the dtype of both coefficients."""
    return Array(product_dtype(call.array(0, "b"), call.array(1, "a")), (1,))


@shape_function(signal.detrend)
def detrend(call: Call) -> Type:
    """A signal of the same shape."""
    data = call.array(0, "data")
    return Array(data.dtype if data.dtype in ("float32", "float64") else None, data.shape)
