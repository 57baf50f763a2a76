"""The table of docs/conventions.md, row by row."""

from __future__ import annotations

import builtins
import math
import operator
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.runtime import unbroadcast
from pullback.stdlib import registry
from pullback.testing import cotangents
from tests.inplace.outcomes import import_text
from tests.stdlib.all_samples import Sample
from tests.stdlib.test_end_to_end import Text
from tests.stdlib.test_matrix_conventions import ROWS as OF_MATRICES
from tests.stdlib.test_rules import name
from tests.stdlib.test_scipy_conventions import ROWS as OF_SCIPY

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
    "`np.median(x)`, equal elements in the middle": [
        (np.median, (np.array([1.0, 2.0, 2.0, 2.0, 5.0]),), (0,), ([0.0, 1 / 3, 1 / 3, 1 / 3, 0.0],)),
        (np.median, (np.array([1.0, 2.0, 3.0, 3.0]),), (0,), ([0.0, 0.5, 0.25, 0.25],)),
        (np.quantile, (np.array([4.0, 2.0, 2.0]), 0.5), (0,), ([0.0, 0.5, 0.5],)),
        (np.ptp, (np.array([1.0, 1.0, 3.0]),), (0,), ([-0.5, -0.5, 1.0],)),
        (np.ptp, (np.ones(3),), (0,), (np.zeros(3),)),
    ],
    "`np.quantile(x, q)` in q, on an element": [
        (np.quantile, (np.array([0.0, 1.0, 5.0]), 0.5), (1,), (8.0,)),
        (np.quantile, (np.array([0.0, 1.0, 5.0]), 1.0), (1,), (8.0,)),
        (np.percentile, (np.array([0.0, 1.0, 5.0]), 0.0), (1,), (0.02,)),
    ],
    "`np.interp(x, xp, fp)`, x on a point": [
        (np.interp, (np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), np.arange(3.0), np.array([0.0, 1.0, 4.0])), (0,),
         ([0.0, 1.0, 3.0, 3.0, 0.0],)),
    ],
    "`x % y`": [
        (operator.mod, (6.0, 2.0), (0, 1), (1.0, -3.0)),
        (np.fmod, (np.array([-6.0]), 2.0), (0, 1), (1.0, [3.0])),
        (math.fmod, (6.0, 2.0), (0, 1), (1.0, -3.0)),
        (math.remainder, (6.0, 2.0), (0, 1), (1.0, -3.0)),
    ],
    "`np.heaviside(x, y)`": [(np.heaviside, (np.array([-1.0, 0.0]), 0.5), (0, 1), (0.0, [0.0, 1.0]))],
    "`np.copysign(x, y)`": [(np.copysign, (2.0, -1.0), (0, 1), (-1.0, 0.0))],
    "`np.nan_to_num(x)`": [(np.nan_to_num, (np.array([NAN, INF, 2.0]),), (0,), ([0.0, 0.0, 1.0],))],
    "`np.nansum(x)`, NaN among x": [
        (op, (np.array([2.0, NAN, 3.0]),), (0,), (d,))
        for op, d in (
            (np.nansum, [1.0, 0.0, 1.0]), (np.nanmax, [0.0, 0.0, 1.0]), (np.nanprod, [3.0, 0.0, 2.0]),
            (np.nanmedian, [0.5, 0.0, 0.5]), (np.nancumsum, [3.0, 0.0, 1.0]), (np.nanvar, [-0.5, 0.0, 0.5]),
        )
    ],
    "`np.unwrap(x)`": [(np.unwrap, (np.array([0.0, 6.0, 0.5]),), (0,), (1.0,))],
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
        (np.cumprod, (np.array([2.0, 0.0, 3.0]),), (0,), ([1.0, 8.0, 0.0],)),
        (np.cumprod, (np.array([0.0, 2.0, 0.0]),), (0,), ([3.0, 0.0, 0.0],)),
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
    found = registry.find(op, active)
    whole = found is not None and found.kind == "reverse" and found.ct == "whole"
    got = cotangents(op, inputs, active, np.ones(np.shape(op(*inputs))) if whole else 1.0)
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


def test_equal_elements_stay_in_order_when_sorted() -> None:
    """The row `np.sort(x)`."""
    ct = np.array([1.0, 2.0, 3.0, 4.0])
    (dx,) = cotangents(np.sort, (np.array([3.0, 1.0, 3.0, 1.0]),), (0,), ct)
    np.testing.assert_array_equal(dx, [3.0, 1.0, 4.0, 2.0])
    x = np.array([3.0, 1.0, 3.0, 1.0])
    (dx,) = cotangents(np.partition, (x,), (0,), ct, kth=3)
    assert sorted(dx[x == 1.0]) == [1.0, 2.0]


def to_integers(x: Any) -> Any:
    return np.sum(x.astype(int) * 2.5 + x)


def to_single(x: Any) -> Any:
    return np.sum(x.astype(np.float32))


def summed(x: Any) -> Any:
    return np.sum(3.0 * x)


def products(x: Any) -> Any:
    return np.sum(np.cumsum(x)) + np.prod(x) + np.sum(np.reshape(x, (0, 2)) @ np.ones((2, 3)))


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.usefixtures("double_precision")
def test_kinds_and_shapes(backend: Any) -> None:
    """The rows `x.astype`, `x` and `np.sum(x)`."""

    def gradient(f: Any, x: Any) -> Any:
        return pullback.grad(f, backend=backend)(x)

    np.testing.assert_array_equal(gradient(to_integers, np.array([0.5, 2.5])), [1.0, 1.0])
    found = gradient(to_single, np.array([0.5, 2.5]))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [1.0, 1.0])
    with pytest.raises(pullback.WrtError):
        gradient(summed, np.array([1, 2]))
    with pytest.raises(pullback.WrtError):
        gradient(summed, np.array([True]))
    assert np.shape(gradient(summed, np.array(0.5))) == ()
    if backend == "numpy":
        assert type(gradient(summed, np.array(0.5))) is np.ndarray
        assert type(gradient(summed, np.float32(0.5))) is np.float32
    for f in (summed, products):
        assert gradient(f, np.zeros(0)).shape == (0,)


def test_every_row_of_the_document_is_tested() -> None:
    rows = set(re.findall(r"^\| (`.*?) \|", DOCUMENT.read_text(), re.MULTILINE))
    others = {
        "`np.floor(x)`", "`np.where(c, x, y)`", "`np.sort(x)`, equal elements", "`x.astype(int)`",
        "`x.astype(np.float32)`", "`x`, an argument of integers or bools", "`x`, an array of 0 axes",
        "`np.sum(x)`, x empty",
    }  # fmt: skip
    assert rows == set(ROWS) | others | set(OF_MATRICES) | set(OF_SCIPY)


WITH_NUMPY = [case for case in CASES if name(case[1]).startswith(("numpy.", "_operator."))]
"""Those that can be told from a text: of operators and of functions of NumPy."""
TEXTS = [Text(op, Sample(inputs, {})) for _, op, inputs, _, _ in WITH_NUMPY]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a sum of each call."""
    file = tmp_path_factory.mktemp("conventions") / "sums_at_points.py"
    body = "\n\n".join(
        text.function(k).replace("return ", "return np.sum(").rstrip() + ")\n" for k, text in enumerate(TEXTS)
    )
    return import_text(f"import operator\n\nimport numpy as np\n\n\n{body}", file)


@pytest.mark.parametrize("k", range(len(WITH_NUMPY)), ids=[row for row, *_ in WITH_NUMPY])
@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.usefixtures("double_precision")
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_both_backends_have_it(functions: ModuleType, k: int, backend: Any) -> None:
    *_, active, expected = WITH_NUMPY[k]
    text = TEXTS[k]
    places = [text.owner.index(i) for i in active if i in text.owner]
    wanted = [e for i, e in zip(active, expected, strict=True) if i in text.owner]
    if not places:
        return
    found = pullback.grad(getattr(functions, f"f{k}"), wrt=tuple(places), backend=backend)(*text.values)
    for g, e, place in zip(found, wanted, places, strict=True):
        x = text.values[place]
        e = np.broadcast_to(np.asarray(e, float), np.broadcast_shapes(np.shape(e), np.shape(x)))
        np.testing.assert_allclose(g, unbroadcast(e, x), rtol=1e-9, atol=1e-12)
