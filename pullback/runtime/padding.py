"""What comes back to an array from the border that `np.pad` has put around it."""

from __future__ import annotations

from typing import Any

import numpy as np


def border_widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    """How wide a border is before and after each axis."""
    given = pad_width.tolist() if hasattr(pad_width, "tolist") else pad_width
    rows = given if isinstance(given, list | tuple) else (given,)
    pairs = [(r[0], r[-1]) for r in rows] if isinstance(rows[0], list | tuple) else [(rows[0], rows[-1])]
    return pairs if len(pairs) == rank else pairs * rank


def border_places(n: int, width: Any, mode: str) -> Any:
    """The place of each element of a line of `n` elements with a border, among those."""
    return np.pad(np.arange(n), width, mode)  # type: ignore[call-overload]


def odd_shares(n: int, width: Any, mode: str) -> tuple[Any, Any, Any]:
    """How often each element of a line with an odd border has the element at its place, the first and the last one.

    Of what lines and parabolas become, three equations tell.
    """
    places, line = border_places(n, width, mode), np.arange(n)
    if n == 1:
        return 0 * places, 0 * places + 1, 0 * places
    once, twice = (np.pad(x, width, mode, reflect_type="odd") for x in (line, line * line))  # type: ignore[call-overload]
    at_end = (places == 0) | (places == n - 1)
    own = np.where(at_end, 0, (twice - (n - 1) * once) // np.where(at_end, 1, places * (places - (n - 1))))
    last = (once - own * places) // (n - 1)
    return own, 1 - own - last, last


def unpadded(g: Any, pad_width: Any, mode: str, *, reflect_type: str = "even") -> Any:
    """The cotangent of an array from that of `np.pad(array, pad_width, mode)`, where its border repeats elements."""
    for axis, (before, after) in enumerate(border_widths(pad_width, g.ndim)):
        n = g.shape[axis] - before - after
        if (before, after) == (0, 0) or n == 0:
            continue
        g = np.moveaxis(g, axis, 0)
        places = border_places(n, (before, after), mode)
        out = g[before : before + n].copy()
        for border in (slice(0, before), slice(before + n, None)):
            if reflect_type == "odd":
                own, first, last = (x[border].astype(g.dtype) for x in odd_shares(n, (before, after), mode))
                np.add.at(out, places[border], np.reshape(own, (-1,) + (1,) * (g.ndim - 1)) * g[border])
                out[0] += np.tensordot(first, g[border], 1)
                out[-1] += np.tensordot(last, g[border], 1)
            else:
                np.add.at(out, places[border], g[border])
        g = np.moveaxis(out, 0, axis)
    return g
