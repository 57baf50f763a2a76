"""Functions of `scipy.special` that are other ones under another name.

logsumexp(a, b=w)                ->      weighted_logsumexp(a, w), which is printed as it was written
"""

from __future__ import annotations

from typing import Any

from scipy.special import logsumexp

from pullback.stdlib.scipy_rules.operations import weighted_logsumexp
from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.infer.lengths import Shape
from pullback.transpile.lower.containers import as_operand
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value, static
from pullback.transpile.lower.writers import bound
from pullback.transpile.lower.written import FUNCTIONS, Keywords

OPTIONAL = frozenset({"axis", "b", "keepdims"})


def weighted(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value | None:
    """`logsumexp(a, axis, b, keepdims)`: the weights are an operand."""
    given = bound(scope, node, "a axis b keepdims return_sign", args, keywords, {"return_sign": False}, OPTIONAL)
    how: dict[str, Value] = {k: given[k] for k in given if k in ("axis", "keepdims")}
    if static(given.get("b", Lit(None))) is None:
        return None
    a, b = as_operand(scope, node, given["a"]), as_operand(scope, node, given["b"])
    if not _is_as_wide(ab.shape_of(a.type), ab.shape_of(b.type)):
        scope.refuse(node, "logsumexp with weights of another shape is not supported", "Use np.broadcast_to.")
    return scope.call(node, Lit(weighted_logsumexp), [a, b], how, hint)


def _is_as_wide(a: Shape | None, b: Shape | None) -> bool:
    """Has an array no axis that is repeated for another one?"""
    if a is None or b is None or len(b) > len(a):
        return b == ()
    return all(ab.never_one(m) or ab.same_length(m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


FUNCTIONS[logsumexp] = weighted
