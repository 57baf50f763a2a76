"""Abstract evaluation: the type of what an operation gives, from the types of its operands.

    infer(np.sum, (x,), {"axis": Lit(0)})   # x: Array("float32", (Dim("x.0"), 3))  ->  Array("float32", (3,))

Kinds and dtypes are NumPy's own answer on operands of one element (`sampling`); shapes are computed on symbolic lengths
by the modules beside this one. What is not known is left open, and nothing that is not proven is said.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pullback.stdlib import registry
from pullback.transpile.abstract import UNKNOWN, Type
from pullback.transpile.core import Arg, OpFunction
from pullback.transpile.infer import (  # noqa: F401  these modules fill the table
    elementwise,
    fourier,
    grids,
    index,
    joined,
    layout,
    linear,
    make,
    matrices,
    nn,
    order,
    parts,
    random,
    reduce,
    runtime,
)
from pullback.transpile.infer.join import join
from pullback.transpile.infer.table import TABLE, Call, ShapeFunction, Undecided, type_of
from pullback.transpile.signature import signature_key, type_of_value

for subpackage in ("integrate", "linalg", "signal", "special", "stats"):
    registry.when_imported(f"scipy.{subpackage}", f"{__name__}.scipy_{subpackage}")

__all__ = ["infer", "is_known", "join", "signature_key", "type_of", "type_of_value"]


def infer(op: OpFunction, args: tuple[Arg, ...], kwargs: Mapping[str, Arg]) -> Type:
    """The type of `op(*args, **kwargs)`: what is proven of it, and Unknown where nothing is."""
    shape_function = _shape_function(op)
    if shape_function is None:
        return UNKNOWN
    try:
        return shape_function(Call(op, args, kwargs))
    except (Undecided, ArithmeticError, LookupError, TypeError, ValueError):  # a call that would raise has no type
        return UNKNOWN


def is_known(op: OpFunction) -> bool:
    """Can the result type of a call of `op` be found?"""
    return _shape_function(op) is not None


def _shape_function(op: OpFunction) -> ShapeFunction | None:
    try:
        found = TABLE.get(op)
    except TypeError:  # a callable that cannot be hashed
        return None
    if found is not None:
        return found
    if isinstance(op, np.ufunc):
        return elementwise.ufunc if op.signature is None else None
    if isinstance(op, type) and issubclass(op, np.generic):
        return elementwise.elementwise
    return None
