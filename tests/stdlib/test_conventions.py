"""The table of docs/conventions.md, row by row."""

from __future__ import annotations

import builtins
import math
import operator
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  registers
from pullback.stdlib import registry
from pullback.testing import cotangents
from tests.stdlib.test_matrix_conventions import ROWS as OF_MATRICES

DOCUMENT = Path(__file__).parents[2] / "docs" / "conventions.md"
NAN, INF = math.nan, math.inf

# row -> operation, operands, active operands, their derivatives (the cotangent is 1.0)
ROWS: dict[str, list[tuple[Any, tuple[Any, ...], tuple[int, ...], tuple[Any, ...]]]] = {
    "`abs(x)`, x = 0": [
        (builtins.abs, (0.0,), (0,), (0.0,)),
        (builtins.abs, (np.zeros(2),), (0,), (np.zeros(2),)),
        (np.abs, (np.zeros(2),), (0,), (np.zeros(2),)),
        (np.fabs, (0.0,), (0,), (0.0,)),
        (math.fabs, (-0.0,), (0,), (0.0,)),
        (np.copysign, (0.0, 1.0), (0,), (0.0,)),
        (math.copysign, (0.0, 1.0), (0,), (0.0,)),
    ],
    "`np.maximum(x, 0.0)`, x = 0": [
        (np.maximum, (np.array([-1.0, 0.0, 1.0]), 0.0), (0,), ([0.0, 0.0, 1.0],)),
        (np.maximum, (0.0, np.array([-1.0, 0.0, 1.0])), (1,), ([0.0, 0.0, 1.0],)),
        (np.minimum, (np.array([-1.0, 0.0, 1.0]), 0.0), (0,), ([1.0, 0.0, 0.0],)),
        (np.fmax, (np.array([-1.0, 0.0, np.nan]), 0.0), (0,), ([0.0, 0.0, 0.0],)),
    ],
    "`np.maximum(x, y)`, x = y": [
        (op, (np.ones(2), np.ones(2)), (0, 1), ([0.5, 0.5], [0.5, 0.5]))
        for op in (np.maximum, np.minimum, np.fmax, np.fmin)
    ]
    + [(np.maximum, (-INF, -INF), (0, 1), (0.5, 0.5))],
    "`max(x, y)`, x = y": [
        (builtins.max, (1.0, 1.0), (0, 1), (0.5, 0.5)),
        (builtins.max, (1.0, 1.0), (0,), (0.0,)),
        (builtins.min, (1.0, 1.0), (0, 1), (0.5, 0.5)),
        (builtins.min, (1.0, 1.0), (1,), (0.0,)),
    ],
    "`np.max(x)`, several largest": [
        (np.max, (np.array([1.0, 3.0, 3.0]),), (0,), ([0.0, 0.5, 0.5],)),
        (np.min, (np.array([1.0, 1.0, 3.0]),), (0,), ([0.5, 0.5, 0.0],)),
    ],
    "`np.clip(x, 0.0, 1.0)`, x on a bound": [
        (np.clip, (np.array([0.0, 0.5, 1.0]), 0.0, 1.0), (0,), ([0.0, 1.0, 0.0],)),
        (np.clip, (np.array([0.0]), 0.0, 1.0), (0, 1, 2), ([0.0], [1.0], [0.0])),
        (np.clip, (np.array([1.0]), 0.0, 1.0), (0, 1, 2), ([0.0], [0.0], [1.0])),
        (np.clip, (np.array([0.0]), 0.0, None), (0, 1), ([0.0], [1.0])),
        (np.clip, (np.array([1.0]), None, 1.0), (0, 2), ([0.0], [1.0])),
    ],
    "`np.hypot(x, y)`, both 0": [
        (np.hypot, (np.zeros(1), np.zeros(1)), (0, 1), ([0.0], [0.0])),
        (math.hypot, (0.0, 0.0), (0, 1), (0.0, 0.0)),
        (math.dist, ((1.0, 2.0), (1.0, 2.0)), (0, 1), ((0.0, 0.0), (0.0, 0.0))),
    ],
    "`np.std(x)`, all equal": [(np.std, (np.ones(3),), (0,), (np.zeros(3),))],
    "`x % y`": [
        (operator.mod, (6.0, 2.0), (0, 1), (1.0, -3.0)),
        (np.fmod, (np.array([-6.0]), 2.0), (0, 1), (1.0, [3.0])),
        (math.fmod, (6.0, 2.0), (0, 1), (1.0, -3.0)),
        (math.remainder, (6.0, 2.0), (0, 1), (1.0, -3.0)),
    ],
    "`np.heaviside(x, y)`": [(np.heaviside, (np.array([-1.0, 0.0]), 0.5), (0, 1), (0.0, [0.0, 1.0]))],
    "`np.copysign(x, y)`": [(np.copysign, (2.0, -1.0), (0, 1), (-1.0, 0.0))],
    "`np.nan_to_num(x)`": [(np.nan_to_num, (np.array([NAN, INF, 2.0]),), (0,), ([0.0, 0.0, 1.0],))],
    "`x ** 0`, x = 0": [
        (operator.pow, (0.0, 0), (0,), (0.0,)),
        (operator.pow, (0.0, 0.0), (0,), (0.0,)),
        (operator.pow, (np.zeros(2), np.array([0.0, 1.0])), (0,), ([0.0, 1.0],)),
        (operator.pow, (np.zeros(2), np.array([0.0, 1.0])), (0, 1), ([0.0, 1.0], [0.0, 0.0])),
        (np.power, (np.zeros(2), np.array([0, 1])), (0,), ([0.0, 1.0],)),
        (math.pow, (0.0, 0.0), (0,), (0.0,)),
    ],
    "`x ** y` in y, x = 0": [
        (operator.pow, (0.0, 2.0), (1,), (0.0,)),
        (np.power, (np.zeros(1), np.array([2.0])), (1,), ([0.0],)),
    ],
    "`x ** y` in y, x < 0": [
        (operator.pow, (-2.0, 2.0), (1,), (NAN,)),
        (np.power, (np.array([-2.0]), 2.0), (1,), ([NAN],)),
    ],
    "`x ** n`, x < 0": [
        (operator.pow, (-2.0, 3), (0,), (12.0,)),
        (np.power, (np.array([-2.0]), np.array([3.0])), (0,), ([12.0],)),
        (math.pow, (-2.0, 5.0), (0,), (80.0,)),
    ],
    "`np.prod(x)`, zeros among x": [
        (np.prod, (np.array([0.0, 2.0, 3.0]),), (0,), ([6.0, 0.0, 0.0],)),
        (np.prod, (np.array([0.0, 0.0, 3.0]),), (0,), ([0.0, 0.0, 0.0],)),
        (math.prod, ((0.0, 2.0, 3.0),), (0,), ((6.0, 0.0, 0.0),)),
    ],
    "`np.sinc(x)`, x = 0": [
        (np.sinc, (np.array([0.0, 1e-12]),), (0,), ([0.0, -(math.pi**2) / 3 * 1e-12],)),
    ],
    "`np.sqrt(x)`, x = 0": [
        (np.sqrt, (np.zeros(1),), (0,), ([INF],)),
        (np.cbrt, (np.zeros(1),), (0,), ([INF],)),
        (operator.pow, (np.zeros(1), 0.5), (0,), ([INF],)),
    ],
    "`np.arctan2(y, x)`, both 0": [(np.arctan2, (np.zeros(1), np.zeros(1)), (0, 1), ([NAN], [NAN]))],
    "`np.logaddexp(x, y)`, both -inf": [(np.logaddexp, (np.full(1, -INF), -INF), (0, 1), ([NAN], [NAN]))],
}

STEPS = [
    np.floor, np.ceil, np.trunc, np.rint, np.round, math.floor, math.ceil, math.trunc, builtins.round, builtins.int,
    operator.floordiv, np.floor_divide, np.sign, operator.lt, operator.eq, np.less, np.isnan, np.argmax, np.argsort,
]  # fmt: skip

CASES = [(row, *case) for row, cases in ROWS.items() for case in cases]


@pytest.mark.parametrize(("row", "op", "inputs", "active", "expected"), CASES, ids=[row for row, *_ in CASES])
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_row(row: str, op: Any, inputs: Any, active: tuple[int, ...], expected: Any) -> None:
    got = cotangents(op, inputs, active, 1.0)
    for i, value in zip(active, expected, strict=True):
        np.testing.assert_allclose(np.asarray(got[i], float), np.asarray(value, float), rtol=1e-12)


def test_steps_are_constants() -> None:
    """The row `np.floor(x)`."""
    assert [op for op in STEPS if not registry.is_constant(op)] == []


def test_where_keeps_the_other_branch_clean() -> None:
    """The row `np.where(c, x, y)`: not even an infinite cotangent gets through."""
    ct = np.array([INF, NAN])
    _, dx, dy = cotangents(np.where, (np.array([True, False]), np.ones(2), np.ones(2)), (1, 2), ct)
    np.testing.assert_array_equal(dx, [INF, 0.0])
    np.testing.assert_array_equal(dy, [0.0, NAN])


def test_every_row_of_the_document_is_tested() -> None:
    rows = set(re.findall(r"^\| (`.*?) \|", DOCUMENT.read_text(), re.MULTILINE))
    assert rows == set(ROWS) | {"`np.floor(x)`", "`np.where(c, x, y)`"} | set(OF_MATRICES)
