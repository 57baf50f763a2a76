"""For JAX: lists that loops make longer are what these collect, other lists are Python's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_lists as lists

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

from tests.backends.jax_checks import agrees  # noqa: E402  which needs JAX

RNG = np.random.default_rng(5)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (lists.the_last_one, (0,), (n(3), 4)),
    (lists.the_last_one, (0,), (0.3, 0)),
    (lists.the_last_two, (0,), (0.3, 4)),
    (lists.by_their_number, (0,), (0.3, 4)),
    (lists.comprehension, (0,), (n(3), 4)),
    (lists.comprehension, (0,), (0.3, 4)),
    (lists.comprehension_over_rows, (0,), (n(4, 3),)),
    (lists.added_up, (0,), (n(3), 4)),
    (lists.walked, (0,), (n(3), 4)),
    (lists.walked, (0,), (n(3), 0)),
    (lists.walked_as_tuples, (0,), (n(3), 4)),
    (lists.two_in_an_iteration, (0,), (n(3), 4)),
    (lists.two_in_an_iteration, (0,), (0.3, 4)),
    (lists.in_nested_loops, (0,), (n(1), 4)),
    (lists.on_both_sides, (0,), (np.ones(2), 4)),
    (lists.from_the_end, (0,), (n(3), 4)),
    (lists.of_a_call, (0,), (n(3), 4)),
    (lists.taken_out, (0,), (n(3), 4)),
    (lists.of_parameters, (0,), ([n(3), n(3)], 3)),
    (lists.stacked, (0,), ([n(3), n(3)],)),
    (lists.in_a_loop_of_python, (0, 1), ([n(3), n(3)], n(3))),
    (lists.items_that_change, (0,), ([n(3), n(3)], 3)),
    (lists.each_item_changed, (0,), ([n(3), n(3), n(3)],)),
    (lists.keys_that_change, (0,), ({"h": n(3), "w": n(3)}, 3)),
    (lists.numbers_in_a_list, (0,), (0.3, 4)),
    (lists.one_of_the_items, (0, 1, 2, 3), (0.7, n(4), n(3, 4), [n(4), n(3)])),
    (lists.one_of_the_items, (0, 1, 2, 3), (2.7, 0.1 * n(4), n(3, 4), [n(4), n(3)])),
    (lists.stacked_in_loops, (0, 1, 2), (0.7, n(4), [n(4), n(4)])),
    (lists.parts_of_lists, (0, 1, 2), (0.7, n(4), [n(4), n(4)])),
    (lists.of_different_lengths, (0, 1), (0.7, [n(4), n(2), n(3)])),
    (lists.walked_beside_a_tape, (0, 1, 2, 3), (0.7, n(4), n(4), n(3, 4))),
    (lists.with_nothing_to_read, (0,), (0.3, 2)),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    agrees(f, wrt, args)


def test_a_list_is_what_the_loop_collects() -> None:
    text = pullback.grad(lists.comprehension, backend="jax").specialize(np.ones(3), 4).source
    assert "append" not in text
    assert "stack" not in text
    assert text.count("lax.scan") == 2


def test_a_list_that_is_an_array_is_read_by_its_numbers() -> None:
    text = pullback.grad(lists.by_their_number, backend="jax").specialize(0.3, 4).source
    assert "for k in" not in text
    assert "dout.at[k].add" in text


def test_a_function_gives_lists() -> None:
    x, cts = n(3), [n(3) for _ in range(4)]
    out, pull = pullback.vjp(lists.waves, backend="jax")(x, 4)
    wanted, pull_wanted = pullback.vjp(lists.waves)(x, 4)
    assert type(out) is list
    np.testing.assert_allclose(np.array(out), wanted)
    np.testing.assert_allclose(pull(cts), pull_wanted(cts))


@pytest.mark.parametrize(
    ("f", "args", "line", "words"),
    [
        (lists.in_some_iterations, (n(3), 4), 2, "the list 'out' longer or shorter"),
        (lists.in_a_while_loop, (n(3),), 2, "the list 'out' longer or shorter"),
        (lists.in_a_triangle, (n(3), 4), 2, "the list 'out' longer or shorter"),
        (lists.under_a_condition, (n(3),), 2, "a branch that makes the list 'out' longer or shorter"),
        (lists.until_one_is_large, (0.3, [n(3), n(3)]), 2, "a Python list that stops where only the run knows"),
        (lists.at_a_traced_place, ([n(3), n(3)], 4), 4, "indexed by a traced number"),
    ],
)
def test_refuses_with_the_users_line(f: Any, args: tuple[Any, ...], line: int, words: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line == f.__code__.co_firstlineno + line
    assert caught.value.hint
