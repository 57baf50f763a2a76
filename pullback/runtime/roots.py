"""What solvers have found."""

from __future__ import annotations

from typing import Any


def root_of(found: Any) -> Any:
    """The root that a solver of SciPy has found; raises RuntimeError if it has not: then there is no derivative."""
    if isinstance(found, tuple):
        x, success, message = found[0], found[2] == 1, found[3]
    elif "root" in found:
        x, success, message = found["root"], found["converged"], found["flag"]
    else:
        x, success, message = found["x"], found["success"], found["message"]
    if not success:
        raise RuntimeError(f"no root was found: {message}")
    return x
