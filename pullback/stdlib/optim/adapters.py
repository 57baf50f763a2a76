"""Optimisers of others, with `init` and `update` as here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pullback.stdlib.optim.base import gradient_of, is_moved
from pullback.stdlib.optim.structures import aligned, leaves, parts_of, with_leaves
from pullback.stdlib.optim.twins import as_before


@dataclass(frozen=True)
class Optax:
    """A gradient transformation of optax, for JAX: `Optax(optax.adam(1e-3))`.

    It sees objects as dicts of their attributes, and None for what is no parameter. Further arguments of `update`,
    such as `value=`, go to the transformation.
    """

    transformation: Any

    def init(self, params: Any) -> Any:
        """The state before the first step."""
        return self.transformation.init(_seen(params, iter([w if is_moved(w) else None for w in leaves(params)])))

    def update(self, params: Any, grads: Any, state: Any, **further: Any) -> tuple[Any, Any]:
        """The parameters and the state after a step along these gradients."""
        places = list(aligned(params, grads, "the gradients"))
        found = [gradient_of(name, w, g) for name, w, g in places]
        moved = [w if is_moved(w) else None for _, w, _ in places]
        if missing := [name for (name, w, _), g in zip(places, found, strict=True) if g is None and is_moved(w)]:
            raise ValueError(f"{missing[0]} has no gradient: optax takes one for each parameter")
        changes, state = self.transformation.update(
            _seen(params, iter(found)), state, _seen(params, iter(moved)), **further
        )
        new = [
            w if change is None else as_before(w + change, w)
            for _, w, change in aligned(params, changes, "the changes")
        ]
        return with_leaves(params, iter(new)), state


def _seen(x: Any, found: Any) -> Any:
    """A structure of dicts, lists and tuples with these leaves."""
    parts = parts_of(x)
    if parts is None:
        return next(found)
    seen = {key: _seen(part, found) for key, part in parts.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*seen.values())
    return type(x)(seen.values()) if isinstance(x, list | tuple) else seen
