"""Are linear inequalities between integers enough to prove another one? By Fourier-Motzkin elimination.

A term is a map from symbols, which are numbers, to coefficients, with the constant under `ONE`. An inequality says that
a term is >= 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd

ONE = 0
Term = Mapping[int, int]
_MOST = 200  # inequalities; where more would be needed, nothing is proven


def constant(n: int) -> Term:
    """The term of a number."""
    return {ONE: n}


def symbol(s: int) -> Term:
    """The term of a symbol."""
    return {s: 1}


def plus(a: Term, b: Term, times: int = 1) -> Term:
    """`a + times * b`."""
    out = dict(a)
    for s, n in b.items():
        out[s] = out.get(s, 0) + times * n
    return {s: n for s, n in out.items() if n}


def minus(a: Term, b: Term) -> Term:
    """`a - b`."""
    return plus(a, b, -1)


def proves(known: Iterable[Term], wanted: Term) -> bool:
    """Does it follow from `known` >= 0 that `wanted` >= 0? False where that is not shown."""
    return _contradictory([*known, minus(constant(-1), wanted)])


def _contradictory(terms: list[Term]) -> bool:
    """Have these inequalities no common solution?"""
    rows = {_normal(t) for t in terms}
    while True:
        if any(n < 0 for row in rows for s, n in row if len(row) == 1 and s == ONE):
            return True
        symbols = {s for row in rows for s, _ in row if s != ONE}
        if not symbols or len(rows) > _MOST:
            return False
        rows = _without(rows, min(symbols, key=lambda s: _cost(rows, s)))


Row = frozenset[tuple[int, int]]


def _cost(rows: set[Row], s: int) -> tuple[int, int]:
    signs = [n for row in rows for t, n in row if t == s]
    return sum(n > 0 for n in signs) * sum(n < 0 for n in signs), s


def _without(rows: set[Row], s: int) -> set[Row]:
    """What the inequalities say of the other symbols alone."""
    above = [dict(row) for row in rows if dict(row).get(s, 0) > 0]
    below = [dict(row) for row in rows if dict(row).get(s, 0) < 0]
    rest = {row for row in rows if all(t != s for t, _ in row)}
    for a in above:
        for b in below:
            scaled = plus({t: n * -b[s] for t, n in a.items()}, b, a[s])
            rest.add(_normal(scaled))
    return rest


def _normal(t: Term) -> Row:
    """With coefficients as small as they can be; the constant is rounded down, as the symbols are integers."""
    t = {s: n for s, n in t.items() if n}
    divisor = gcd(*(n for s, n in t.items() if s != ONE))
    if divisor > 1:
        t = {s: n // divisor for s, n in t.items()}
    return frozenset((s, n) for s, n in t.items() if n)
