"""Loops that are left early: the primal's value bit for bit and a right gradient, with and without the optimiser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pullback import errors
from pullback.transpile.abstract import UNKNOWN, Type
from tests.behaviour import assert_behaves
from tests.inplace.checks import STEPS, assert_right_from, pullback_of, types_of
from tests.jumps import CASES, breaks, endless, returns, skips  # noqa: F401  registers the programs

Derivatives = dict[tuple[Type, ...], list[Callable[..., Any]]]


@pytest.mark.parametrize("name", CASES)
def test_program_differentiates(name: str) -> None:
    f, calls = CASES[name]
    assert_behaves(f, *calls[0], steps=STEPS)
    made: Derivatives = {}
    for args in calls:
        types = tuple(types_of(f, args))
        if types not in made:
            made[types] = [pullback_of(f, types, args, optimise=optimise) for optimise in (True, False)]
        for derivative in made[types]:
            assert_right_from(derivative, f, args)


@pytest.mark.parametrize("name", CASES)
def test_code_for_any_types_is_right_or_refused(name: str) -> None:
    f, calls = CASES[name]
    try:
        derivative = pullback_of(f, [UNKNOWN for _ in calls[0]], calls[0])
    except errors.PullbackError:
        return
    for args in calls:
        try:
            assert_right_from(derivative, f, args, typed=False)
        except errors.PullbackError:
            continue
