"""The smallest set of values from which others can be made."""

from __future__ import annotations

import itertools
import random

import pytest

from pullback.transpile import abstract as ab
from pullback.transpile.core import Var
from pullback.transpile.optimise.cuts import smallest_cut

Parts = dict[Var, list[Var] | None]


def named(names: str) -> list[Var]:
    return [Var(name, ab.FLOAT) for name in names.split()]


def test_a_common_source_is_less_than_what_is_made_of_it() -> None:
    x, h, p, q, r = named("x h p q r")
    parts: Parts = {x: None, h: [x], p: [h], q: [x], r: [x]}
    assert smallest_cut([p, q, r], parts.get, lambda v: 1, 3) == [x]


def test_of_two_that_are_as_small_what_is_wanted_is_kept() -> None:
    x, y, p, q = named("x y p q")
    parts: Parts = {x: None, y: None, p: [x], q: [x, y]}
    assert smallest_cut([p], parts.get, lambda v: 1, 3) == [p]
    assert smallest_cut([p, q], parts.get, lambda v: 1, 3) == [p, q]


def test_sizes_count() -> None:
    x, y, p = named("x y p")
    parts: Parts = {x: None, y: None, p: [x, y]}
    assert smallest_cut([p], parts.get, {x: 1, y: 1, p: 10}.__getitem__, 3) == [x, y]


def test_what_is_far_away_is_not_asked_for_its_parts() -> None:
    x, a, b, p, q = named("x a b p q")
    parts: Parts = {x: None, a: [x], b: [x], p: [a], q: [b]}
    assert smallest_cut([p, q], parts.get, lambda v: 1, 2) == [x]
    assert smallest_cut([p, q], parts.get, lambda v: 1, 1) == [p, q]


def made(v: Var, kept: set[Var], parts: Parts) -> bool:
    """Can a value be made of those that are kept?"""
    if v in kept:
        return True
    of = parts[v]
    return of is not None and all(made(u, kept, parts) for u in of)


@pytest.mark.parametrize("seed", range(60))
def test_no_other_set_is_smaller(seed: int) -> None:
    rng = random.Random(seed)
    values = named("a b c d e f g h")
    parts: Parts = {}
    for k, v in enumerate(values):
        parts[v] = rng.sample(values[:k], min(k, rng.randint(1, 3))) if k > 1 and rng.random() < 0.8 else None
    size = {v: rng.choice([1, 1, 2, 5]) for v in values}
    wanted = rng.sample(values, 3)
    cut = smallest_cut(wanted, parts.get, size.__getitem__, 99)
    assert all(made(v, set(cut), parts) for v in wanted)
    sets = itertools.chain.from_iterable(itertools.combinations(values, n) for n in range(9))
    best = min(sum(size[v] for v in kept) for kept in sets if all(made(v, set(kept), parts) for v in wanted))
    assert sum(size[v] for v in cut) == best
