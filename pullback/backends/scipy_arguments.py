"""Arguments of SciPy's functions that those of JAX do not have, or of which they do not know every value."""

from __future__ import annotations

from pullback.transpile.core import Arg, Kwargs, Lit

LOOKS = frozenset({"check_finite"})
"""What says only how SciPy looks at its operands: JAX looks at no value."""
_ASSUMED: dict[Arg, str] = {Lit(x): x for x in ("gen", "sym", "her", "pos")}


def refused_in_jax(path: tuple[str, str], kwargs: Kwargs) -> tuple[str, str] | None:
    """What JAX does not take in a call of a function of SciPy, and the way round it; None if it takes everything."""
    if path != ("scipy.linalg", "solve"):
        return None
    given = dict(kwargs)
    if "transposed" in given:
        return "the argument 'transposed' of scipy.linalg.solve", "give it a.T"
    if given.get("assume_a", Lit("gen")) not in _ASSUMED:
        return "this value of 'assume_a' of scipy.linalg.solve", f"write one of {', '.join(_ASSUMED.values())}"
    return None
