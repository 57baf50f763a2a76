"""Statements that are neither assignments nor loops: what they do, once, and the gradient through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests import statement_programs as p
from tests.statements import assert_like_primal, seen

Program = Callable[..., Any]
Args = tuple[Any, ...]
X = np.array([0.5, 1.0, 2.0])
ZERO = np.array([0.0, 1.0, 2.0])


def ids(value: Any) -> str:
    return value.__name__ if callable(value) else "-".join(map(str, value))


def table(*rows: tuple[Program, list[Args]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("f", "args"), [(f, args) for f, calls in rows for args in calls], ids=ids)


@table(
    (p.silenced, [(X,)]),
    (p.silenced_in_a_loop, [(X, 3)]),
    (p.silenced_in_a_branch, [(X, 1.0), (X, -1.0)]),
    (p.two_at_once, [(X,)]),
    (p.the_same_outside, [(X,)]),
    (p.silenced_in_a_call, [(X,)]),
    (p.silenced_in_a_costly_call, [(X, 3)]),
    (p.returned_inside, [(X,)]),
    (p.returned_early, [(X, 2.0), (X, 0.5), (X, -1.0)]),
    (p.left_by_break, [(X, 0), (X, 1), (X, 2), (X, 5)]),
    (p.divided_in_a_loop, [(X, 3)]),
    (p.written_inside, [(X,)]),
    (p.raised_inside, [(X, 1.0), (X, -1.0)]),
    (p.errors_on_purpose, [(X,)]),
    (p.of_no_context, [(X, 3.0)]),
    (p.filtered, [(X,)]),
    (p.filtered_at_once, [(X,)]),
    (p.printed_shortly, [(X,)]),
)
def test_with(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


@table(
    (p.silenced, [(ZERO,)]),
    (p.silenced_in_a_loop, [(X * 400.0, 3)]),
    (p.silenced_in_a_branch, [(ZERO - 1.0, 1.0)]),
    (p.two_at_once, [(ZERO,)]),
    (p.the_same_outside, [(ZERO,)]),
    (p.silenced_in_a_call, [(ZERO,)]),
    (p.silenced_in_a_costly_call, [(ZERO, 3)]),
    (p.returned_inside, [(ZERO,)]),
    (p.returned_early, [(ZERO, 2.0), (ZERO, 0.5), (ZERO, -1.0)]),
    (p.left_by_break, [(X * 400.0, 5)]),
    (p.divided_in_a_loop, [(ZERO, 3)]),
    (p.filtered, [(ZERO,)]),
    (p.filtered_at_once, [(ZERO,)]),
    (p.in_a_generator, [(ZERO,)]),
)
def test_what_a_context_silences_is_silent_forwards_and_backwards(f: Program, args: Args) -> None:
    assert_like_primal(f, *args, gradient=False)
    assert seen(f, args).warned == ()


def test_a_context_inside_another_warns_as_it_says() -> None:
    assert_like_primal(p.silenced_in_part, ZERO, gradient=False, warns_more=True)
    assert seen(p.silenced_in_part, (ZERO,)).warned == ("divide by zero encountered in divide",)


def test_an_error_that_numpy_is_to_raise_is_raised() -> None:
    assert_like_primal(p.errors_on_purpose, ZERO)
    assert isinstance(seen(p.errors_on_purpose, (ZERO,)).error, FloatingPointError)


def test_a_context_around_forward_code_is_one_with_that_around_its_adjoint() -> None:
    source = pullback.value_and_grad(p.returned_inside).specialize(X).source
    assert source.count("np.errstate(") == 1


@table(
    (p.in_a_generator, [(X,)]),
    (p.told, [(X,)]),
    (p.told_and_returned, [(X, 2.0), (X, 0.5), (X, -1.0)]),
    (p.told_in_a_loop, [(X, 0), (X, 1), (X, 4)]),
    (p.written_by_a_generator, [(X, 3.0)]),
)
def test_context_manager_of_the_user(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


@table(
    (p.counted, [(X,)]),
    (p.finally_told, [(X, 1.0), (X, 3.0), (X, -1.0)]),
    (p.finally_told_on_every_way, [(X, 2.0), (X, 0.5)]),
    (p.finally_in_a_loop, [(X, 0), (X, 1), (X, 3), (X, 6)]),
    (p.finally_twice, [(X,)]),
    (p.undone, [(X,)]),
)
def test_finally(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


def test_finally_happens_also_after_an_error_that_nobody_raised_on_purpose() -> None:
    assert_like_primal(p.finally_after_an_error_of_python, X, 2.0)
    assert_like_primal(p.finally_after_an_error_of_python, X, 0.0)
    assert isinstance(seen(p.finally_after_an_error_of_python, (X, 0.0)).error, ZeroDivisionError)


@table(
    (p.by_name, [(2.0, "square"), (2.0, "cube"), (2.0, "third"), (2.0, "none")]),
    (p.by_literal_name, [(2.0,)]),
    (p.by_number, [(2.0, k) for k in (0, 1, 2, 3, 7, -1, -2)]),
    (
        p.by_length,
        [(2.0, q) for q in ((), (3.0,), (0.0, 4.0), (3.0, 4.0), (6.0, 3.0, 2.0), (4.0, 3.0), (4.0, 3.0, 1.0))],
    ),
    (p.by_nesting, [(2.0, ((3.0, (4.0, 5.0)), 1.0)), (2.0, (3.0, 4.0)), (2.0, ((3.0,), 1.0, 2.0)), (2.0, 1.0)]),
    (p.by_keys, [(2.0, o) for o in ({"scale": 3.0, "shift": {"by": 1.0}}, {"scale": 3.0}, {"scale": 2.0}, {})]),
    (p.by_run, [(2.0, xs) for xs in ([3.0], [1.0], [3.0, 4.0], [1.0, 2.0, 3.0], [2.0, 2.0, 3.0])]),
    (p.by_value_of_the_run, [(3.0,), (1.0,)]),
    (p.by_none, [(2.0, None), (2.0, 3.0)]),
    (p.in_a_loop, [(2.0, n) for n in (1, 4, 8)]),
    (p.with_subject_of_a_call, [(2.0, 1), (2.0, 2), (2.0, 0)]),
    (p.captured_before_a_guard, [(2.0, (0.0, 3.0)), (2.0, (0.0, 0.5)), (2.0, (1.0, 0.5))]),
)
def test_match(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


def test_match_of_the_value_that_is_differentiated() -> None:
    assert pullback.value_and_grad(p.by_value_of_the_run)(2.0) == (14.0, 7.0)


@table(
    (p.asserted, [(2.0, c) for c in (1.0, -1.0, 3.0, 6.0)]),
    (p.message_only_if_needed, [(2.0, 3.0), (-1.0, 2.0), (2.0, 2.0)]),
    (p.raised, [(2.0, c) for c in (4.0, 3.0, 2.0, 1.0)]),
    (p.raised_in_a_call, [(2.0, c) for c in (4.0, 3.0, 2.0, 1.0)]),
)
def test_assert_and_raise(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


@table((p.nothing, [(2.0, 1.0), (2.0, -1.0)]), (p.deleted, [(2.0, 0), (2.0, 1), (2.0, 4)]))
def test_pass_and_del(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


@table((p.told_everywhere, [(1.2, 0), (1.2, 3)]), (p.told_of_arrays, [(2.0,)]))
def test_print(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


@table((p.chosen_with_effects, [(2.0, c) for c in (-1.0, 0.5, 1.5, 2.2, 3.0)]))
def test_conditional_expressions_with_effects(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


BOTH = [(X, 2.0), (X, 0.0)]


@table(
    (p.caught, BOTH),
    (p.kept_where_it_raises, BOTH),
    (p.suppressed, BOTH),
    (p.told_and_caught, BOTH),
    (p.caught_and_returned, BOTH),
    (p.returned_where_it_raises, BOTH),
    (p.returned_where_it_does_not, BOTH),
    (p.raised_again, BOTH),
    (p.raised_from, [*BOTH, (X, 3.0)]),
    (p.several, [(X, c, [2.0, 0.0]) for c in (0.0, 1.0, 5.0)]),
    (p.anything, [*BOTH, (X, 1.0)]),
    (p.caught_in_a_loop, [(X, [1.0, *cs]) for cs in ([], [2.0], [0.0, 2.0], [0.1, 3.0], [0.0, 0.0, 0.0, 1.0])]),
    (p.tried_again, [(X, 2.5), (X, 1.0), (X, 4.0)]),
    (p.caught_inside, [*BOTH, (X, -1.0)]),
    (p.caught_from_a_call, [(X, n) for n in (0, 2, 4)]),
    (p.caught_in_a_call, [(X, [1.0, 0.0, 2.0])]),
    (p.of_numpy, [(X,)]),
    (p.named_like_another, BOTH),
    (p.before_and_after, BOTH),
)
def test_try(f: Program, args: Args) -> None:
    assert_like_primal(f, *args)


def test_an_error_that_numpy_is_to_raise_is_caught() -> None:
    assert_like_primal(p.of_numpy, ZERO, gradient=False)
    assert seen(p.of_numpy, (ZERO,)).printed == "divide by zero encountered in log\n"
