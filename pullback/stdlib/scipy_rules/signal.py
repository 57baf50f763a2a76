"""Functions of `scipy.signal`: convolutions of arrays of any rank, filters, trends."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from pullback.stdlib.registry import Unsupported, fresh, rule, static

fresh(
    signal.convolve, signal.correlate, signal.fftconvolve, signal.oaconvolve, signal.convolve2d, signal.correlate2d,
    signal.lfilter, signal.detrend,
)  # fmt: skip


@static
def require_plain(mode: str, boundary: str = "fill", fillvalue: Any = 0) -> None:
    """Refuse what goes on beyond the border."""
    if mode not in ("full", "same", "valid"):
        raise Unsupported(f"a convolution with the mode {mode!r}", "Use full, same or valid.")
    if boundary != "fill" or fillvalue != 0:
        raise Unsupported("a convolution with another border than zeros", "Pad the array with np.pad before.")


def filled(ct: Any, in1: Any, in2: Any, mode: Any, later: Any = False) -> Any:
    """The cotangent of the full convolution from that of the part of it that a mode leaves, which begins `later`."""
    if mode == "full":
        return ct
    if mode == "valid":
        short = [min(in1.shape[k], in2.shape[k]) - 1 for k in range(in1.ndim)]
        return np.pad(ct, [(n, n) for n in short])
    ends = [((in2.shape[k] - 1) // 2, in2.shape[k] // 2) for k in range(in1.ndim)]
    return np.pad(ct, [(after, before) for before, after in ends] if later else ends)


@rule(signal.convolve, whole=True)
def convolve(ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full", method: Any = "auto") -> Any:
    require_plain(mode)
    whole = filled(ct, in1, in2, mode)
    one, two = np.flip(in1), np.flip(in2)
    return signal.convolve(whole, two, "valid", method), signal.convolve(whole, one, "valid", method)


@rule(signal.correlate, whole=True)
def correlate(ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full", method: Any = "auto") -> Any:
    require_plain(mode)
    whole, one = filled(ct, in1, in2, mode), np.flip(in1)
    return signal.convolve(whole, in2, "valid", method), np.flip(signal.convolve(whole, one, "valid", method))


@rule(signal.fftconvolve, whole=True)
def fftconvolve(ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full") -> Any:
    require_plain(mode)
    whole = filled(ct, in1, in2, mode)
    return signal.fftconvolve(whole, np.flip(in2), "valid"), signal.fftconvolve(whole, np.flip(in1), "valid")


@rule(signal.oaconvolve, whole=True)
def oaconvolve(ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full") -> Any:
    require_plain(mode)
    whole = filled(ct, in1, in2, mode)
    return signal.oaconvolve(whole, np.flip(in2), "valid"), signal.oaconvolve(whole, np.flip(in1), "valid")


@rule(signal.convolve2d, whole=True)
def convolve2d(
    ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0
) -> Any:
    require_plain(mode, boundary, fillvalue)
    whole = filled(ct, in1, in2, mode)
    return signal.convolve2d(whole, np.flip(in2), "valid"), signal.convolve2d(whole, np.flip(in1), "valid")


@rule(signal.correlate2d, whole=True)
def correlate2d(
    ct: Any, out: Any, in1: Any, in2: Any, *, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0
) -> Any:
    require_plain(mode, boundary, fillvalue)
    whole = filled(ct, in1, in2, mode, True)
    return signal.convolve2d(whole, in2, "valid"), np.flip(signal.convolve2d(whole, np.flip(in1), "valid"))


def backwards(b: Any, a: Any, ct: Any, axis: Any) -> Any:
    """What a filter gives of a signal that runs the other way."""
    return np.flip(signal.lfilter(b, a, np.flip(ct, axis), axis=axis), axis)


@rule(signal.lfilter, active=(2,))
def lfilter(ct: Any, out: Any, b: Any, a: Any, x: Any, *, axis: Any = -1) -> Any:
    return None, None, backwards(b, a, ct, axis)


@rule(signal.detrend, whole=True)
def detrend(ct: Any, out: Any, data: Any, *, axis: Any = -1, type: Any = "linear", bp: Any = 0) -> Any:
    return signal.detrend(ct, axis=axis, type=type, bp=bp)
