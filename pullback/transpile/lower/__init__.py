"""Lower: a function as text becomes Core.

    def f(x, n):                       f(x, n):
        for _ in range(n):        ->       x2 = for _, x1 = x in range(0, n, 1): (sin(x1),)
            x = sin(x)                     return x2
        return x

Everything dynamic or imperative about Python is taken away here, or refused with its place: names become values that
are bound once, tuples and dicts made in the function become their items, conditions that types decide disappear, loops
say what they carry. `lower` does so for a function of the user's and all that it calls, `lower_rule` for the body of a
derivative rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pullback.transpile import abstract as ab
from pullback.transpile.core import Program
from pullback.transpile.lower.functions import Unit, no_derivatives, reachable
from pullback.transpile.lower.lowering import lower_function
from pullback.transpile.lower.states import Changing, NotATemplate
from pullback.transpile.lower.template import lower_rule
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.request import Request

__all__ = ["NotATemplate", "lower", "lower_rule"]


def lower(
    source: FunctionSource, types: Sequence[ab.Type], derive: Callable[[Program, Request], Program] = no_derivatives
) -> Program:
    """The program of a function whose parameters have these types, with the functions that it calls.

    `derive` gives the program of a derivative, where the function takes one itself.
    Raises a PullbackError with the user's place for what is not supported.
    """
    changing: frozenset[type] = frozenset()
    while True:
        unit = Unit(derive, changing=changing)
        unit.key_for(source.name)
        try:
            entry, _ = lower_function(unit, source, types)
        except Changing as found:
            changing |= {found.cls}
            continue
        return Program(entry, reachable(entry, unit.functions))
