"""Arrays of zeros with a cotangent at some of their places."""

from __future__ import annotations

from typing import Any

import numpy as np


def scatter_add(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added at `indices` along `axis`, once for each time that an index occurs."""
    out = np.zeros(np.shape(like), np.result_type(g))
    if axis is None:
        np.add.at(out.reshape(-1), np.asarray(indices), g)
    else:
        np.add.at(out, (slice(None),) * (axis % out.ndim) + (indices,), g)
    return out


def scatter_add_along(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added where `np.take_along_axis` reads at `indices`."""
    out = np.zeros(np.shape(like), np.result_type(g))
    target = out.reshape(-1) if axis is None else np.moveaxis(out, axis, -1)
    g, indices = (np.moveaxis(np.broadcast_to(x, np.shape(g)), axis or 0, -1) for x in (g, indices))
    # an axis of `like` of length 1 is read by all
    rows = [
        np.expand_dims(k % n, -1) for k, n in zip(np.ogrid[tuple(map(slice, g.shape[:-1]))], target.shape, strict=False)
    ]
    np.add.at(target, (*rows, indices), g)
    return out


def place_diagonal(g: Any, like: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
    """Zeros shaped as `like` with `g` on a diagonal; the reverse of `np.diagonal`."""
    out = np.zeros(np.shape(like), np.result_type(g))
    matrices = np.moveaxis(out, (axis1, axis2), (-2, -1))
    places = np.arange(np.shape(g)[-1])
    matrices[..., places + max(-offset, 0), places + max(offset, 0)] = g
    return out
