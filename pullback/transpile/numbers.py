"""Complex numbers in derivatives: where they may be, and the real part that a real number gets."""

from __future__ import annotations

import numpy as np

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Lit, Op
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.builder import Builder
from pullback.transpile.traversal import variables

_COMPLEX_OR_NOT = (np.linalg.eig, np.linalg.eigvals)


def check_complex(s: Op) -> None:
    """Refuse the derivative of an operation on complex numbers, unless its rule is known to be right for them."""
    name = getattr(s.op, "__name__", "this")
    kinds = {ab.kind_of(v.type) for v in variables(s.args)}
    kinds |= {ab.kind_of(a.type) for a in s.args if isinstance(a, Lit)}
    if s.op in _COMPLEX_OR_NOT and "complex" not in kinds:
        message = f"the derivative of {name!r} of a real matrix, which gives real or complex numbers, is not supported"
        raise errors.at(errors.NotSupportedYet, s.origin, message, "Pass a complex one: a + 0j, or a.astype(complex).")
    if "complex" not in kinds and ab.kind_of(s.out.type) != "complex":
        return
    if not registry.takes_complex(s.op):
        message = f"the derivative of {name!r} of complex numbers is not supported yet"
        raise errors.at(errors.NotSupportedYet, s.origin, message, "Compute with the real and the imaginary part.")
    if ab.kind_of(s.out.type) is None and not isinstance(s.out.type, ab.Seq):
        message = f"whether {name!r} gives complex numbers here is not known"
        raise errors.at(errors.NotSupportedYet, s.origin, message, "Annotate the parameters with their dtypes.")


def in_kind(b: Builder, d: Arg, t: ab.Type) -> Arg:
    """A cotangent or tangent for a value of type `t`: of a real one it is the real part."""
    if ab.kind_of(type_of(d)) != "complex" or ab.kind_of(t) != "float":
        return d
    return Lit(d.value.real) if isinstance(d, Lit) and isinstance(d.value, complex) else b(np.real, d)
