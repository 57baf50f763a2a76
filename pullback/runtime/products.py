"""Products that leave one factor out."""

from __future__ import annotations

from typing import Any

import numpy as np


def product_of_others(a: Any) -> Any:
    """For each element the product of the others along the last axis, without a division, so that zeros are welcome."""
    one = np.ones_like(a[..., :1])
    before = np.cumprod(np.concatenate((one, a[..., :-1]), axis=-1), axis=-1)
    after = np.cumprod(np.concatenate((one, a[..., :0:-1]), axis=-1), axis=-1)
    return before * after[..., ::-1]


def cofactors(a: Any) -> Any:
    """The cofactor of each element of each matrix: the determinant without its row and column, with its sign.

    That is the inverse, turned, times the determinant; where this is lost to rounding, singular vectors tell.
    """
    try:
        inverse = np.linalg.inv(a)
        size = np.linalg.norm(a, 1, (-2, -1)) * np.linalg.norm(inverse, 1, (-2, -1))
        if np.all(size * size * np.finfo(a.dtype).eps < 1.0):
            return np.linalg.det(a)[..., None, None] * np.swapaxes(inverse, -1, -2)
    except np.linalg.LinAlgError:
        pass
    u, s, vh = np.linalg.svd(a)
    one = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate((one, s[..., :-1]), axis=-1), axis=-1)
    after = np.cumprod(np.concatenate((one, s[..., :0:-1]), axis=-1), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return (u.conj() * (sign[..., None] * before * after[..., ::-1])[..., None, :]) @ vh.conj()
