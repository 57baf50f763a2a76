"""What is asked of one transpilation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    `of`: the derivative that is differentiated again, None for that of the function itself.
    """

    mode: Mode
    wrt: tuple[int, ...]
    bare: bool
    has_aux: bool = False
    optimise: bool = True
    check_finite: bool = False
    of: Request | None = None
