"""What rules of `scipy.linalg` ask of their operands."""

from __future__ import annotations

from pullback.stdlib.registry import Unsupported, static


@static
def require_one(what: str, ndim: int) -> None:
    """Refuse a stack of matrices."""
    if ndim != 2:
        raise Unsupported(f"{what} of a stack of matrices", "Call it for each of them, or use numpy.linalg.")
