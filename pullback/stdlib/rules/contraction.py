"""Einstein summation."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule


def explicit(subscripts: str) -> str:
    """`ij,jk` as `ij,jk->ik`."""
    if "->" in subscripts:
        return subscripts.replace(" ", "")
    inputs = subscripts.replace(" ", "")
    letters = inputs.replace(",", "").replace(".", "")
    kept = "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    return f"{inputs}->{'...' if '...' in inputs else ''}{kept}"


def einsum_cotangent(ct: Any, subscripts: str, operands: tuple[Any, ...], k: int) -> Any:
    """The cotangent of operand `k`: the sum over everything but that operand's own letters."""
    inputs, output = explicit(subscripts).split("->")
    terms = inputs.split(",")
    others = [operands[j] for j in range(len(terms)) if j != k]
    other_terms = [term for j, term in enumerate(terms) if j != k]
    # a letter that this operand has twice: the second place gets a letter of its own, tied to the first by an identity
    own, identities = "", []
    for place, letter in enumerate(terms[k]):
        if letter != "." and letter in own:
            new = next(x for x in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if x not in inputs + own)
            identities.append(np.eye(operands[k].shape[place - len(terms[k])]))
            other_terms.append(letter + new)
            own += new
        else:
            own += letter
    seen = output + "".join(other_terms)
    found = "".join(x for x in own if x in seen and x != ".")
    dots = "..." if "..." in seen else ""
    if dots and "..." in own:
        target = own[: own.index(".")] + dots + own[own.index(".") + 3 :]
        target = "".join(x for x in target if x == "." or x in found)
    else:
        target = dots + found
    g = np.einsum(",".join([output, *other_terms]) + "->" + target, ct, *others, *identities)
    missing = [place for place, x in enumerate(own) if x != "." and x not in found]
    return np.expand_dims(g, tuple(place - len(own) for place in missing)) if missing else g


@rule(np.einsum)
def einsum(ct: Any, out: Any, subscripts: Any, *operands: Any) -> Any:
    return None, *[einsum_cotangent(ct, subscripts, operands, k) for k in range(len(operands))]
