"""What rules of the user's return."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.raising import error_called


def require_cotangents(rule: str, given: Any, *inputs: Any) -> None:
    """Raise RuleError where a rule does not return one cotangent, or None, for each of some inputs.

    A cotangent has the shape of its input, or one that it is broadcast to or from, and is no complex number.
    """
    parts, wrong = (given,) if len(inputs) == 1 else given, ""
    if not isinstance(parts, list | tuple) or len(parts) != len(inputs):
        count = f"{len(parts)} values" if isinstance(parts, list | tuple) else f"one {type(parts).__name__}"
        wrong = f"{count} for {len(inputs)} inputs"
        parts = ()
    for k, (d, x) in enumerate(zip(parts, inputs, strict=False), 1):
        if isinstance(x, dict) and isinstance(d, dict):
            require_cotangents(rule, [None, *map(d.get, x)], None, *x.values())
        elif isinstance(x, list | tuple) and isinstance(d, list | tuple):
            require_cotangents(rule, [None, *d], None, *x)
        elif isinstance(x, dict | list | tuple) and d is not None:
            wrong = f"{type(d).__name__} for input {k}, which is {type(x).__name__}"
        elif d is not None:
            have, want = np.shape(d), np.shape(x)
            fits = all(1 in (n, m) or n == m for n, m in zip(have[::-1], want[::-1], strict=False))
            kind = getattr(d, "dtype", np.asarray(d).dtype).kind
            if not fits:
                wrong = f"an array of shape {have} for input {k}, of shape {want}"
            elif kind not in "fiub":
                wrong = f"{type(d).__name__} of {getattr(d, 'dtype', 'no dtype')} for input {k}"
    if wrong:
        error = error_called("RuleError", TypeError)
        raise error(f"the rule {rule!r} returned {wrong}")
