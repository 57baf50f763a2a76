"""What comes back to an array from the border that `np.pad` has put around it."""

from __future__ import annotations

from typing import Any

import numpy as np


def unpadded(g: Any, pad_width: Any, mode: str) -> Any:
    """The cotangent of an array from that of `np.pad(array, pad_width, mode)`, where its border repeats elements."""
    for axis, (before, after) in enumerate(np.broadcast_to(np.asarray(pad_width), (g.ndim, 2)).tolist()):
        n = g.shape[axis] - before - after
        if (before, after) == (0, 0) or n == 0:
            continue
        g = np.moveaxis(g, axis, 0)
        places = np.pad(np.arange(n), (before, after), mode)  # type: ignore[call-overload]
        out = g[before : before + n].copy()
        np.add.at(out, places[:before], g[:before])
        np.add.at(out, places[before + n :], g[before + n :])
        g = np.moveaxis(out, 0, axis)
    return g
