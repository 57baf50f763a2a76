"""What is asked of one transpilation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pullback.transpile.optimise.remaking import BY_CALLS, FUSED, Remaking

Mode = Literal[
    "primal", "grad", "value_and_grad", "vjp", "jvp", "hvp", "linearize", "jacobian", "jacfwd", "jacrev",
    "hessian", "directions"
]

ALONG: tuple[Mode, ...] = ("jvp", "hvp")
"""Those that take tangents beside the arguments: functions of two parameters, `primals` and `tangents`."""


@dataclass(frozen=True)
class Request:
    """Which derivative: `wrt` are positions of parameters.

    `bare`: the one gradient itself rather than a tuple of them. `check_finite`: the first NaN is to name its line.
    `fused`: the target joins operations on elements. `of`: the derivative that is differentiated again, None for that
    of the function itself.
    """

    mode: Mode
    wrt: tuple[int, ...]
    bare: bool
    has_aux: bool = False
    optimise: bool = True
    check_finite: bool = False
    fused: bool = False
    of: Request | None = None

    @property
    def remaking(self) -> Remaking:
        """What backward code computes again."""
        return FUSED if self.fused else BY_CALLS

    def for_target(self, fused: bool) -> Request:
        """The same request for a target that joins operations on elements, or does not."""
        return replace(self, fused=fused, of=self.of and self.of.for_target(fused))
