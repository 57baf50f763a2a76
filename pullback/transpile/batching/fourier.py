"""Discrete Fourier transforms of values for several directions."""

from __future__ import annotations

import numpy as np

from pullback.transpile.batching.axes import NONE, shifted
from pullback.transpile.batching.values import Batch, NotBatched, rank_of
from pullback.transpile.core import Lit, Op, Var

ALONG_AXES = (
    np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft,
    np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2,
)  # fmt: skip
ALONG_ALL = (np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn, np.fft.fftshift, np.fft.ifftshift)


def transform(b: Batch, s: Op) -> Var:
    """A transform along axes that come one later."""
    given = dict(s.kwargs)
    if s.op in ALONG_ALL and given.get("axes", NONE) == NONE:
        if "s" in given:
            raise NotBatched
        given["axes"] = tuple(Lit(k) for k in range(1, rank_of(s.args[0]) + 1))
        return b.emit(s.op, (b.each(s.args[0]),), tuple(given.items()), s.out)
    kwargs = tuple((k, shifted(x) if k in ("axis", "axes") else x) for k, x in given.items())
    return b.emit(s.op, (b.each(s.args[0]),), kwargs, s.out)


def resized(b: Batch, s: Op) -> Var:
    """An array cut or filled, for each direction."""
    g, like = s.args
    return b.emit(s.op, (b.each(g), b.shaped(like)), (), s.out)
