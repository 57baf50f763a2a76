"""Gradients kept small: by value, by the norm of each array, or by the norm of all together."""

from __future__ import annotations

from typing import Any

from pullback.stdlib.optim import norms
from pullback.stdlib.optim.structures import is_float, leaves, map_leaves
from pullback.stdlib.optim.twins import as_before, fitting, plain


def clip_by_value(grads: Any, limit: float) -> Any:
    """Each entry between `-limit` and `limit`."""
    limit = _positive(limit)

    def clipped(g: Any) -> Any:
        return as_before(fitting([g])(norms.between)(g, limit), g) if is_float(g) else g

    return map_leaves(clipped, grads)


def clip_by_norm(grads: Any, limit: float) -> Any:
    """Each array scaled down to this norm if its own is larger."""
    limit = _positive(limit)

    def clipped(g: Any) -> Any:
        if not is_float(g):
            return g
        run = fitting([g])
        return as_before(g * plain(run(norms.scale_for)(run(norms.squared)(g), limit)), g)

    return map_leaves(clipped, grads)


def clip_by_global_norm(grads: Any, limit: float) -> Any:
    """All arrays scaled down alike if the norm of all together is larger than this."""
    scale = fitting(leaves(grads))(norms.scale_for)(_squared(grads), _positive(limit))
    return map_leaves(lambda g: as_before(g * plain(scale), g) if is_float(g) else g, grads)


def global_norm(grads: Any) -> Any:
    """The Euclidean norm of all arrays together."""
    return plain(fitting(leaves(grads))(norms.root)(_squared(grads)))


def _squared(grads: Any) -> Any:
    run = fitting(leaves(grads))
    return sum((plain(run(norms.squared)(g)) for g in leaves(grads) if is_float(g)), start=0.0)


def _positive(limit: float) -> float:
    if isinstance(limit, int | float) and not limit > 0:
        raise ValueError(f"gradients are clipped at {limit}: it must be positive")
    return limit
