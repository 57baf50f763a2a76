"""Lists that loops make longer are what these collect: the same values, and no list goes round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pullback.transpile.core import Block, For
from pullback.transpile.derive import derive
from pullback.transpile.interpret import run
from pullback.transpile.lower import lower
from pullback.transpile.optimise.gathered import gathered
from pullback.transpile.parse.live import from_function
from pullback.transpile.show import core_text
from pullback.transpile.signature import type_of_value
from pullback.transpile.traversal import blocks
from pullback.transpile.verify import verify
from tests.backends import jax_lists as lists

X = np.array([0.3, -1.2])
GATHERED: list[tuple[Any, tuple[Any, ...]]] = [
    (lists.the_last_one, (X, 4)),
    (lists.the_last_one, (X, 0)),
    (lists.the_last_two, (0.3, 4)),
    (lists.by_their_number, (0.3, 4)),
    (lists.comprehension, (X, 4)),
    (lists.two_in_an_iteration, (X, 4)),
    (lists.two_in_an_iteration, (0.3, 4)),
    (lists.in_nested_loops, (X, 4)),
    (lists.on_both_sides, (X + 2.0, 4)),
    (lists.from_the_end, (X, 4)),
    (lists.of_a_call, (X, 4)),
    (lists.of_parameters, ([X, X * 2.0], 4)),
    (lists.added_up, (X, 4)),
]


@pytest.mark.parametrize(("f", "args"), GATHERED, ids=[c[0].__name__ for c in GATHERED])
def test_a_program_does_the_same(f: Any, args: tuple[Any, ...]) -> None:
    types = [type_of_value(x, name) for x, name in zip(args, f.__code__.co_varnames)]
    before = lower(from_function(f), types, derive)
    after = gathered(before)
    verify(after)
    assert "appended" not in core_text(after)
    np.testing.assert_array_equal(run(after, *args), run(before, *args))


def reads_while_it_grows(x, n):
    out = [x]
    for k in range(n):
        out.append(out[0] * k)
    return np.sum(np.stack(out))


def by_another_number(x, n):
    out = [x, x]
    for k in range(n):
        out.append(out[k] * 0.5)
    return np.sum(np.stack(out)) if n > 2 else np.sum(out[-1])


def another_name(x, n):
    out = []
    for k in range(n):
        same = out
        out.append(x * k)
        x = x * len(same)
    return np.sum(np.stack(out))


@pytest.mark.parametrize("f", [reads_while_it_grows, another_name, lists.in_some_iterations, lists.in_a_while_loop])
def test_what_is_read_in_other_ways_stays_as_it_is(f: Any) -> None:
    types = [type_of_value(x, name) for x, name in zip((X, 4), f.__code__.co_varnames[: f.__code__.co_argcount])]
    before = lower(from_function(f), types, derive)
    assert core_text(gathered(before)) == core_text(before)


def test_an_item_that_is_not_the_last_is_found_by_its_number() -> None:
    before = lower(from_function(by_another_number), [type_of_value(X, "x"), type_of_value(4, "n")], derive)
    after = gathered(before)
    verify(after)
    assert [len(s.inits) for s in loops(after.entry.block)] == [2]  # the last two go round
    np.testing.assert_array_equal(run(after, X, 4), run(before, X, 4))


def loops(b: Block) -> list[For]:
    inner = [x for s in b.body for each in blocks(s) for x in loops(each)]
    return [s for s in b.body if isinstance(s, For)] + inner
