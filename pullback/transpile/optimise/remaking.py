"""How targets differ in what backward code computes again rather than reads from a tape."""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np

from pullback.transpile import prims
from pullback.transpile.core import OpFunction

# these cost nothing: a view, a number, an item
FREE: frozenset[OpFunction] = frozenset(
    {np.transpose, np.size, np.ndim, len, prims.dim, prims.item, prims.alias, prims.stopped, prims.watched}
)
CHEAP: frozenset[OpFunction] = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg})


@dataclass(frozen=True)
class Remaking:
    """What is made again rather than kept: by which operations, and how many of them in a row.

    Those beyond `CHEAP` only give arrays; of a number a call costs more than a place on the tape.
    """

    ops: frozenset[OpFunction]
    steps: int


BY_CALLS = Remaking(FREE | CHEAP | {np.sqrt}, 3)
"""For a target in which each operation is a pass over memory."""
_UFUNCS = (f for f in vars(np).values() if isinstance(f, np.ufunc) and f.signature is None)
FUSED = Remaking(FREE | CHEAP | {operator.pow, abs, np.where, *_UFUNCS}, 12)
"""For one that joins operations on elements, to which a tape is what costs."""
