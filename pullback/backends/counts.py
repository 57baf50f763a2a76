"""Which arguments of an operation say of what shape its result is: JAX has to know these while it traces."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from pullback.stdlib import random
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Op, OpFunction, Var

_TRACED_OPTIONS = frozenset(
    "shift via initial where left right nan posinf neginf constant_values discont base".split()
)
_POSITIONS: Mapping[OpFunction, Collection[int]] = {
    **dict.fromkeys((np.zeros, np.ones, np.full, np.empty), (0,)),
    **dict.fromkeys((np.eye, np.identity, np.tri, np.arange), (0, 1, 2)),
    **dict.fromkeys((np.round, np.around), (1,)),
}
_DRAWN: Mapping[OpFunction, tuple[int, str]] = {
    **dict.fromkeys((random.bits, random.uniform, random.normal, random.exponential, random.gumbel), (1, "shape")),
    random.randint: (1, "shape"),
    random.bernoulli: (2, "shape"),
    random.choice: (2, "shape"),
    random.truncated_normal: (3, "shape"),
    random.categorical: (3, "shape"),
    random.split: (1, "num"),
    random.permutation: (1, "x"),
}
"""Of operations that draw numbers, the position and the name of the one argument that does."""


def counts(s: Op) -> Iterator[Arg]:
    """The numbers among the arguments that are shapes, axes, places behind the point: all options of NumPy's are."""
    if s.op in _DRAWN:
        position, name = _DRAWN[s.op]
        given: list[Arg] = [dict(s.kwargs).get(name, s.args[position] if position < len(s.args) else ())]
    else:
        given = [x for key, x in s.kwargs if key not in _TRACED_OPTIONS]
        given += [x for k, x in enumerate(s.args) if k in _POSITIONS.get(s.op, ())]
    for x in given:
        yield from (part for part in (x if isinstance(x, tuple) else (x,)) if _is_number(part))


def _is_number(x: object) -> bool:
    return isinstance(x, Var) and ab.rank(x.type) == 0
