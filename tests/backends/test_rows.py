"""Which tapes are one array with a row for each round, how long these are, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.inplace.programs import tapes as p

X = np.array([0.5, 0.9, 0.3, 0.7])
ROWS = np.outer(X, X + 1.0)
HUGE = 1 << 30


def lines(f: Callable[..., Any], *args: Any, mode: Callable[..., Any] = pullback.value_and_grad) -> list[str]:
    """The statements of the derivative of `f` with respect to its first parameter."""
    source = mode(f).specialize(*args).source
    return [line.strip() for line in source.partition('"""\n')[2].splitlines()]


def made(found: list[str]) -> list[str]:
    """What the tapes are to begin with."""
    return [line for line in found if line.startswith("tape") and line.endswith((")", "[]")) and "= " in line]


def test_a_tape_has_a_row_for_each_round_and_is_walked_from_its_end() -> None:
    found = lines(p.squares_and_sums, X, 3)
    assert made(found) == ["tape = np.empty((max(n, 0), x.shape[0]))"]
    assert "for i in range(n):" in found
    assert "tape[i] = x" in found
    assert "for x in reversed(tape):" in found
    assert not any("copy()" in line for line in found[1:])


def test_two_tapes_are_read_by_the_index() -> None:
    found = lines(p.added_to_in_the_backward_pass, X, 3, mode=pullback.vjp)
    assert len(made(found)) == 2
    assert "for i in reversed(range(n)):" in found


def test_lists_of_numbers_stay_beside_them() -> None:
    found = made(lines(p.numbers_beside_arrays, np.ones(6), 3))
    rows = "np.empty((max(n, 0), x.shape[0]))"
    assert found == [f"tape = {rows}", f"tape2 = {rows}", "tape3 = []"]


@pytest.mark.parametrize(
    ("f", "args", "shape"),
    [
        (p.smooths, (X, 0.3, 2), "(max(n, 0), u.shape[0] - 2)"),
        (p.matrix, (ROWS, 2), "(max(n, 0), a.shape[0] - 1, a.shape[1])"),
        (p.from_the_second_row, (ROWS,), "(len(x), x.shape[1])"),
        (p.downwards, (ROWS,), "(n, x.shape[0], x.shape[1])"),
        (p.downwards_to_the_second, (ROWS, 2), "(max(k + 1, 0), x.shape[0], x.shape[1])"),
        (p.downwards_from_a_number, (np.ones(6), 2.0), "(5, x.shape[0])"),
        (p.walks_rows_by_number, (X, ROWS), "(ws.shape[0], ws.shape[1])"),
    ],
)
def test_the_shape_is_written_before_the_loop(f: Callable[..., Any], args: tuple[Any, ...], shape: str) -> None:
    assert f"tape = np.empty({shape})" in lines(f, *args, mode=pullback.vjp)


def test_rows_have_the_dtype_of_the_values() -> None:
    found = lines(p.mask_of_each_round, X.astype(np.float32), 2, mode=pullback.vjp)
    assert [line.partition("dtype=")[2] for line in made(found)] == ["np.float32)", "np.bool_)"]


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (p.while_it_is_small, (X, 3)),
        (p.until_it_is_large, (X, 3, 2.0)),
        (p.every_other, (X, 4)),
        (p.walks_rows, (X, ROWS)),
        (p.grows_and_shrinks, (X, 3)),
        (p.state_that_is_rebound, (X, 3)),
        (p.numbers, (X, 3)),
    ],
)
def test_a_list_stays_where_rounds_shapes_or_copies_are_not_known(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    found = lines(f, *args, mode=pullback.vjp)
    assert not any("np.empty" in line for line in found)
    assert any("append(" in line for line in found)


def test_the_pullback_leaves_the_rows_as_they_are() -> None:
    out, pull = pullback.vjp(p.added_to_in_the_backward_pass)(X, 3)
    first = pull(np.ones_like(out))
    assert np.array_equal(pull(np.ones_like(out)), first)
    assert np.array_equal(pull(2.0 * np.ones_like(out)), 2.0 * first)


def test_a_range_that_is_empty_takes_no_row() -> None:
    for n in (0, -1, -HUGE):
        value, gradient = pullback.value_and_grad(p.squares_and_sums)(X, n)
        assert value == p.squares_and_sums(X.copy(), n)
        assert np.array_equal(gradient, 2.0 * X)
