"""Discrete Fourier transforms: `numpy.fft`.

Each is linear, and the matrix of a whole one is symmetric: the cotangent of a transform is the same transform of the
cotangent, cut or filled with zeros where the transform filled or cut. Half a spectrum stands for the other half too, so
its inner terms count twice. A real number gets the real part, which is the engine's affair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import resized
from pullback.stdlib.registry import Unsupported, constant, linear, rule, static

constant(np.fft.fftfreq, np.fft.rfftfreq)
linear(
    *(np.fft.fft, np.fft.ifft, np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn, np.fft.rfft, np.fft.irfft),
    *(np.fft.rfft2, np.fft.irfft2, np.fft.rfftn, np.fft.irfftn, np.fft.hfft, np.fft.ihfft, np.fft.fftshift),
    *(np.fft.ifftshift, resized),
)


@rule(resized)
def resized_(ct: Any, out: Any, g: Any, like: Any) -> Any:
    return resized(ct, g), None


@static
def other_way(norm: str | None) -> Any:
    """The norm with which the opposite transform is the transpose of this one."""
    return {"forward": "backward", "ortho": "ortho"}.get(norm or "backward", "forward")


@static
def all_axes(s: Any, axes: Any, ndim: int) -> tuple[int, ...]:
    """The axes of a transform along several: all, or the last ones that there are lengths for, where none are given."""
    if axes is None:
        return tuple(range(0 if s is None else ndim - len(s), ndim))
    return tuple(k % ndim for k in axes)


@static
def is_repeated(axes: tuple[int, ...]) -> bool:
    """Is an axis transformed more than once?"""
    return len(set(axes)) < len(axes)


@static
def after(axis: int, ndim: int) -> tuple[int, ...]:
    """The axes to add to what lies along `axis`, so that it broadcasts."""
    return tuple(range(1, ndim - axis % ndim))


def checked(s: Any, axes: Any) -> Any:
    if s is not None and is_repeated(axes):
        raise Unsupported("a transform with lengths, twice along one axis", "Transform twice.")
    return axes


def weighted(half: Any, n: Any, axis: Any) -> Any:
    """Half a spectrum of `n` terms, the inner ones of which count twice."""
    k = np.arange(half.shape[axis])
    weights = np.where((k == 0) | (2 * k == n), 1.0, 2.0)
    more = after(axis, half.ndim)
    return half * (np.expand_dims(weights, more) if len(more) > 0 else weights)


def of_size(g: Any, a: Any, n: Any) -> Any:
    return g if n is None else resized(g, a)


@rule(np.fft.fft)
def fft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    return of_size(np.fft.fft(ct, axis=axis, norm=norm), a, n)


@rule(np.fft.ifft)
def ifft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    return of_size(np.fft.ifft(ct, axis=axis, norm=norm), a, n)


@rule(np.fft.rfft)
def rfft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    whole = np.fft.fft(ct, n=a.shape[axis] if n is None else n, axis=axis, norm=norm)
    return of_size(np.real(whole), a, n)


@rule(np.fft.irfft)
def irfft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    half = np.conj(np.fft.rfft(ct, axis=axis, norm=other_way(norm)))
    return of_size(weighted(half, ct.shape[axis], axis), a, n)


@rule(np.fft.hfft)
def hfft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    half = np.fft.rfft(ct, axis=axis, norm=norm)
    return of_size(weighted(half, ct.shape[axis], axis), a, n)


@rule(np.fft.ihfft)
def ihfft(ct: Any, out: Any, a: Any, *, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    return rfft(np.conj(ct), out, a, n=n, axis=axis, norm=other_way(norm))


@rule(np.fft.fftn)
def fftn(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    over = checked(s, all_axes(s, axes, a.ndim))
    return of_size(np.fft.fftn(ct, axes=over, norm=norm), a, s)


@rule(np.fft.ifftn)
def ifftn(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    over = checked(s, all_axes(s, axes, a.ndim))
    return of_size(np.fft.ifftn(ct, axes=over, norm=norm), a, s)


@rule(np.fft.rfftn)
def rfftn(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    over = all_axes(s, axes, a.ndim)
    if is_repeated(over):
        raise Unsupported("a transform of real numbers, twice along one axis", "Transform twice.")
    lengths = tuple([a.shape[k] for k in over]) if s is None else s
    return of_size(np.real(np.fft.fftn(ct, s=lengths, axes=over, norm=norm)), a, s)


@rule(np.fft.irfftn)
def irfftn(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    over = all_axes(s, axes, a.ndim)
    if is_repeated(over):
        raise Unsupported("a transform to real numbers, twice along one axis", "Transform twice.")
    half = np.conj(np.fft.rfftn(ct, axes=over, norm=other_way(norm)))
    return of_size(weighted(half, ct.shape[over[-1]], over[-1]), a, s)


@rule(np.fft.fft2)
def fft2(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return of_size(np.fft.fft2(ct, axes=checked(s, axes), norm=norm), a, s)


@rule(np.fft.ifft2)
def ifft2(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return of_size(np.fft.ifft2(ct, axes=checked(s, axes), norm=norm), a, s)


@rule(np.fft.rfft2)
def rfft2(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return rfftn(ct, out, a, s=s, axes=axes, norm=norm)


@rule(np.fft.irfft2)
def irfft2(ct: Any, out: Any, a: Any, *, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return irfftn(ct, out, a, s=s, axes=axes, norm=norm)


@rule(np.fft.fftshift, ct="passed")
def fftshift(ct: Any, out: Any, x: Any, *, axes: Any = None) -> Any:
    return np.fft.ifftshift(ct, axes=axes)


@rule(np.fft.ifftshift, ct="passed")
def ifftshift(ct: Any, out: Any, x: Any, *, axes: Any = None) -> Any:
    return np.fft.fftshift(ct, axes=axes)
