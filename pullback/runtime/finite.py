"""Where the first number was born that is none."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.raising import error_called


def require_finite(x: Any, what: str, *operands: Any) -> None:
    """Raise NotFinite where `x`, which is `what`, has a NaN, or an infinity that none of its operands has."""

    found = np.asarray(x) if isinstance(x, float | np.ndarray | np.generic) else np.zeros(0)
    if found.dtype.kind not in "fc" or np.isfinite(found).all():
        return
    born = "NaN" if np.isnan(found).any() else "inf"
    for y in operands:
        if born == "inf" and isinstance(y, float | np.ndarray | np.generic) and np.asarray(y).dtype.kind in "fc":
            if np.isinf(y).any():
                return
    error = error_called("NotFinite", FloatingPointError)
    raise error(f"{born} in {what}")
