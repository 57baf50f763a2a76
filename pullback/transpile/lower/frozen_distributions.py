"""Distributions of SciPy with given parameters: a method of one is that of the distribution, with the parameters.

stats.norm(m, s).logpdf(x)       ->      stats.norm.logpdf(x, loc=m, scale=s)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from pullback.transpile.core import Lit
from pullback.transpile.lower.identity import owned
from pullback.transpile.lower.parameters import parameters_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Partial, Value


def is_distribution(obj: Any) -> bool:
    """Is this a distribution, of which one with given parameters can be made?"""
    return type(obj).__module__.startswith("scipy.stats") and hasattr(obj, "freeze") and callable(obj)


def freeze(scope: Scope, node: Any, dist: Any, args: list[Value], keywords: Mapping[str, Value]) -> Partial:
    """`dist(*args, **keywords)`."""
    density = getattr(dist, "logpdf", None) or dist.logpmf
    names = parameters_of(density).names[1:]
    if len(args) > len(names):
        scope.refuse(node, f"a distribution with more parameters than ({', '.join(names)})", "This raises TypeError.")
    given = {**dict(zip(names, args, strict=False)), **keywords}
    return Partial(Lit(dist), (), {k: owned(scope, x, k) for k, x in given.items()})


def of_module(scope: Scope, node: Any, obj: Any) -> Partial | None:
    """A distribution with given parameters that a module holds, if these are numbers; None for what is none."""
    dist = getattr(sys.modules.get("scipy.stats"), getattr(getattr(obj, "dist", None), "name", ""), None)
    if dist is None or type(obj).__module__.partition(".")[0] != "scipy" or not is_distribution(dist):
        return None
    if type(dist) is not type(obj.dist) or not all(type(x) in (int, float) for x in (*obj.args, *obj.kwds.values())):
        hint = "Make it in the function."
        scope.refuse(node, "a distribution whose parameters are no numbers is not supported yet", hint)
    return freeze(scope, node, dist, [*map(Lit, obj.args)], {k: Lit(x) for k, x in obj.kwds.items()})


def method(dist: Any, keywords: Mapping[str, Value], name: str) -> Partial | None:
    """A method of a distribution with given parameters, None if it has none of this name."""
    found = getattr(dist, name, None)
    return Partial(Lit(found, name), (), keywords) if callable(found) else None
