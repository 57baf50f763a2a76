"""Einstein summation: the cotangent of an operand is a sum over everything but that operand's own letters."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from pullback.stdlib.registry import rule, static


def _terms(subscripts: str) -> tuple[list[list[str]], list[str]]:
    """The letters of each operand and of the result, `...` as one of them."""
    text = subscripts.replace(" ", "").replace("...", ".")
    inputs, arrow, output = text.partition("->")
    if not arrow:
        letters = inputs.replace(",", "")
        output = "." * ("." in letters) + "".join(sorted(x for x in set(letters) - {"."} if letters.count(x) == 1))
    return [list(term) for term in inputs.split(",")], list(output)


@static
def transposed(subscripts: str, k: int) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """How operand `k` gets its cotangent: `ij,jk->ik` is `ik,jk->ij` for the operand 0.

    Also the axes of the operand that an identity ties to an earlier axis (`ii->`), and those along which the cotangent
    does not change.
    """
    inputs, output = _terms(subscripts)
    own, others = inputs[k], inputs[:k] + inputs[k + 1 :]
    unused = [x for x in string.ascii_letters if x not in subscripts]
    ties, target = [], list[str]()
    for axis, x in enumerate(own):
        if x in target:
            target.append(unused.pop())
            others.append([x, target[-1]])
            ties.append(_axis(own, axis))
        else:
            target.append(x)
    seen = {x for term in (output, *others) for x in term}
    constant = tuple(_axis(own, axis) for axis, x in enumerate(target) if x not in seen)
    target = [x for x in target if x in seen]
    if "." in seen and "." not in target:
        target.insert(0, ".")
    text = ",".join("".join(term) for term in (output, *others)) + "->" + "".join(target)
    return text.replace(".", "..."), tuple(ties), constant


def _axis(own: list[str], axis: int) -> int:
    """The axis counted from the side on which no `...` lies between."""
    return axis if "." in own[axis:] else axis - len(own)


def contribution(ct: Any, subscripts: Any, operands: Any, k: Any, optimize: Any) -> Any:
    """The cotangent of operand `k`."""
    text, ties, constant = transposed(subscripts, k)
    identities = [np.eye(operands[k].shape[axis], dtype=operands[k].dtype) for axis in ties]
    terms = (ct, *operands[:k], *operands[k + 1 :], *identities)
    g = np.einsum(text, *terms, optimize=optimize) if optimize else np.einsum(text, *terms)
    return np.expand_dims(g, constant) if constant else g


@rule(np.einsum)
def einsum(ct: Any, out: Any, subscripts: Any, *operands: Any, optimize: Any = False) -> Any:
    return None, *[contribution(ct, subscripts, operands, k, optimize) for k in range(len(operands))]
