"""Types of discrete Fourier transforms."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile.abstract import Array, Length, Type
from pullback.transpile.core import Arg, Lit, OpFunction
from pullback.transpile.infer import lengths
from pullback.transpile.infer.sampling import sampled
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    axes_of,
    axis_of,
    integer,
    integers,
    known_shape,
    shape_function,
)

_LINES = (np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft)
_PLANES = (np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2)
_ALL = (np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn)
_TO_HALF = (np.fft.rfft, np.fft.ihfft, np.fft.rfft2, np.fft.rfftn)
_FROM_HALF = (np.fft.irfft, np.fft.hfft, np.fft.irfft2, np.fft.irfftn)
_OF_A_LINE: dict[OpFunction, OpFunction] = {
    np.fft.fft2: np.fft.fft, np.fft.fftn: np.fft.fft, np.fft.ifft2: np.fft.ifft, np.fft.ifftn: np.fft.ifft,
    np.fft.rfft2: np.fft.rfft, np.fft.rfftn: np.fft.rfft, np.fft.irfft2: np.fft.irfft, np.fft.irfftn: np.fft.irfft,
}  # fmt: skip


@cache
def _of_one(op: OpFunction) -> OpFunction:
    """The transform of one element."""

    def of_one(x: Any) -> Any:
        return _OF_A_LINE.get(op, op)(x, 1)

    return of_one


def _given(x: Arg) -> bool:
    return not (isinstance(x, Lit) and x.value is None)


@shape_function(*_LINES, *_PLANES, *_ALL)
def transform(call: Call) -> Type:
    """The transform along an axis, or several, which may get other lengths."""
    a = call.array(0, "a")
    shape = list(known_shape(a))
    size = call.arg(1, "n" if call.op in _LINES else "s", Lit(None))
    if call.op in _LINES:
        over: tuple[int, ...] = (axis_of(call.static(2, "axis", -1), len(shape)),)
        sizes = [integer(size)] if _given(size) else []
    else:
        axes = call.static(2, "axes", (-2, -1) if call.op in _PLANES else None)
        sizes = list(integers(size)) if _given(size) else []
        over = axes_of(axes, len(shape)) if axes is not None else tuple(range(len(shape)))[-len(sizes) or None :]
    if not over or sizes and len(sizes) != len(over):
        raise Undecided
    for k, n in zip(over, sizes, strict=False):
        shape[k] = n
    last = over[-1]
    if call.op in _TO_HALF:
        shape[last] = lengths.shift(lengths.floor_divide(shape[last], 2), 1)
    elif call.op in _FROM_HALF and not sizes:
        shape[last] = lengths.multiply(2, lengths.shift(shape[last], -1))
    t = sampled(_of_one(call.op), (("nd", a.dtype),))
    return Array(getattr(t, "dtype", None), tuple(shape))


@shape_function(np.fft.fftshift, np.fft.ifftshift)
def shifted(call: Call) -> Type:
    """The same elements in another order."""
    return call.array(0, "x")


@shape_function(np.fft.fftfreq, np.fft.rfftfreq)
def frequencies(call: Call) -> Type:
    """The frequencies of the terms of a transform of `n` of them."""
    n: Length = integer(call.arg(0, "n"))
    return Array("float64", (n if call.op is np.fft.fftfreq else lengths.shift(lengths.floor_divide(n, 2), 1),))


@shape_function(runtime.resized)
def resized(call: Call) -> Type:
    """An array cut, or filled with zeros, to the shape of another one."""
    return Array(call.array(0, "g").dtype, call.array(1, "like").shape)
