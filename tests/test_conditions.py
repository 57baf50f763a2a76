"""Conditions of many operands."""

from __future__ import annotations

import pytest

from tests.behaviour import assert_behaves
from tests.transpile.lowering import live


@pytest.mark.parametrize("x", [-1.5, 0.5, 200.5])
@pytest.mark.parametrize("word", ["and", "or"])
def test_operands_of_a_condition_may_be_many(word: str, x: float) -> None:
    tests = f" {word} ".join(f"x > {k}.0" for k in range(150))
    assert_behaves(live(f"def f(x):\n    if {tests}:\n        return x * x\n    return x\n"), x)


def test_operands_of_a_condition_that_set_names_may_be_many() -> None:
    tests = " and ".join(f"(y{k} := x + {k}.0) > 0.0" for k in range(150))
    assert_behaves(live(f"def f(x):\n    if {tests}:\n        return y3 * y149\n    return x\n"), 0.5)


@pytest.mark.parametrize("word", ["and", "or"])
def test_operands_that_give_a_value_may_be_many(word: str) -> None:
    operands = f" {word} ".join(f"x * {k}.0" for k in range(1, 200))
    assert_behaves(live(f"def f(x):\n    y = {operands}\n    return x * y\n"), 0.5)
