"""Lists, dicts, comprehensions and other expressions: value and gradient of each program, or its refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from tests import container_programs, iterator_programs, list_programs, sharing_programs
from tests.behaviour import assert_behaves, with_floats
from tests.container_programs import A, X
from tests.transpile.lowering import live, pointed_at

MODULES: tuple[Any, ...] = (container_programs, iterator_programs, list_programs, sharing_programs)
RIGHT = {name: program for m in MODULES for name, program in m.RIGHT.items()}
REFUSED = {name: program for m in MODULES for name, program in m.REFUSED.items()}


def test_programs_have_names_of_their_own() -> None:
    tables = [x for m in MODULES for x in (m.RIGHT, m.REFUSED)]
    assert len({*RIGHT, *REFUSED}) == sum(map(len, tables))


@pytest.mark.parametrize("name", RIGHT)
def test_program_differentiates(name: str) -> None:
    text, args = RIGHT[name]
    assert_behaves(live(text.lstrip("\n")), *args)


@pytest.mark.parametrize("name", REFUSED)
def test_program_is_refused(name: str) -> None:
    text, args, message, marked = REFUSED[name]
    with pytest.raises(errors.NotSupportedYet) as caught:
        pullback.vjp(live(text.lstrip("\n")), wrt=with_floats(args))(*args)
    assert message in str(caught.value)
    assert caught.value.hint
    assert pointed_at(caught.value) == marked


def written(text: str, *args: object) -> str:
    """The derivative of a program as text."""
    derivative = pullback.grad(live(text))
    derivative(*args)
    return derivative.source


def test_a_list_that_a_loop_builds_is_appended_to_and_popped_backwards() -> None:
    source = written(
        "def f(x):\n    ys = []\n    for v in x:\n        ys.append(v * v)\n    return np.sum(np.array(ys) ** 2)\n", X
    )
    assert "        ys.append(v * v)\n" in source
    assert "dys.pop()" in source
    assert "deepcopy" not in source


def test_a_comprehension_over_an_unknown_length_is_a_loop() -> None:
    source = written("def f(x):\n    ys = [v * v for v in x]\n    return np.sum(np.array(ys))\n", X)
    assert "    ys = []\n    for v in x:\n        ys.append(v * v)\n" in source


def test_any_of_a_generator_stops_at_the_first_that_holds() -> None:
    source = written("def f(x):\n    return np.sum(x) if any(v > 0.5 for v in x) else np.sum(x * x)\n", X)
    assert "        if v > 0.5:\n            found = True\n            break\n" in source


def test_a_list_of_each_row_is_copied_nowhere() -> None:
    source = written(
        "def f(a):\n    rows = []\n    for r in a:\n        row = []\n        for v in r:\n"
        "            row.append(v * v)\n        rows.append(row)\n    return np.sum(np.array(rows))\n",
        A,
    )
    forward = source.partition("# return")[0]
    assert "list(" not in forward


def of_a_list(use: str) -> str:
    """The derivative of a function that makes a list of vectors and uses it, as text."""
    return written(f"def f(x, n):\n    ys = [np.sin(x[i]) for i in range(n)]\n    return {use}\n", A, 2)


def test_the_cotangents_of_what_is_stacked_are_the_rows_of_one_array() -> None:
    source = of_a_list("np.sum(np.stack(ys) ** 2)")
    assert "    dys = list(2.0 * np.stack(ys))\n" in source
    assert "dys.pop()" in source
    assert "pullback" not in source


def test_the_cotangents_of_what_is_joined_are_cut_out_in_turn() -> None:
    source = of_a_list("np.sum(np.concatenate(ys) ** 2)")
    assert "dys.append(d[start:start + len(" in source
    assert "pullback" not in source


def test_methods_of_a_list_stay_what_they_are() -> None:
    source = written(
        "def f(x, n):\n    ys = [x[i] * x[i] for i in range(n)]\n    ys.insert(0, x[0])\n    v = ys.pop(1)\n"
        "    zs = ys[1:]\n    del zs[n - 2]\n    return np.sum(v * zs[0] * len(zs))\n",
        np.stack([X, X, X]),
        3,
    )
    for line in ("ys.insert(0, x[0])", "v = ys.pop(1)", "zs = ys[1:]"):
        assert f"    {line}\n" in source
    assert "[n - 2]\n" in source.partition("del ")[2]
