"""The rows of docs/conventions.md about SciPy: on NumPy, and where JAX has the function also there, compiled."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest
from scipy import special, stats

import pullback
from pullback.backends.jax_scipy import form_of_scipy
from pullback.backends.scipy_names import is_in_jax, scipy_path
from tests.inplace.outcomes import import_text
from tests.stdlib.all_samples import Sample
from tests.stdlib.test_end_to_end import IMPORTS, Text

NAN, INF = math.nan, math.inf

# row -> operation, operands, active operands, their derivatives (those of the sum of what it gives)
ROWS: dict[str, list[tuple[Any, tuple[Any, ...], tuple[int, ...], tuple[Any, ...]]]] = {
    "`expit(x)`, x far from 0": [
        (special.expit, (np.array([-1000.0, 1000.0]),), (0,), ([0.0, 0.0],)),
        (special.log_expit, (np.array([-1000.0, 1000.0]),), (0,), ([1.0, 0.0],)),
        (special.log_softmax, (np.array([-1000.0, 1000.0]),), (0,), ([1.0, -1.0],)),
    ],
    "`logsumexp(x)`, x far from 0": [
        (special.logsumexp, (np.array([-1000.0, 1000.0, 1000.0]),), (0,), ([0.0, 0.5, 0.5],)),
        (special.logsumexp, (np.array([-INF, 3.0]),), (0,), ([0.0, 1.0],)),
        (special.logsumexp, (np.array([-1000.0, -1000.0]),), (0,), ([0.5, 0.5],)),
        (special.softmax, (np.array([-INF, 1000.0]),), (0,), ([0.0, 0.0],)),
    ],
    "`logsumexp(x)`, all -inf": [(special.logsumexp, (np.full(2, -INF),), (0,), ([NAN, NAN],))],
    "`log_ndtr(x)`, x far from 0": [
        (special.log_ndtr, (np.array([-1000.0, 1000.0, -1e10]),), (0,), ([1000.000999998, 0.0, 1e10],)),
        (stats.norm.logcdf, (np.array([-1000.0, 1000.0]), 0, 1), (0,), ([1000.000999998, 0.0],)),
        (stats.norm.logsf, (np.array([1e10]), 0, 1), (0,), ([-1e10],)),
    ],
    "`erfcx(x)`, x far from 0": [
        (special.erfcx, (np.array([1e8]),), (0,), ([-1e-16 / math.sqrt(math.pi)],)),
        (special.dawsn, (np.array([-1e8, 1e8]),), (0,), ([-0.5e-16, -0.5e-16],)),
    ],
    "`xlogy(x, y)`, x = 0": [
        (special.xlogy, (np.zeros(2), np.array([0.0, 2.0])), (1,), ([0.0, 0.0],)),
        (special.xlogy, (np.zeros(1), np.array([2.0])), (0,), ([math.log(2.0)],)),
        (special.xlogy, (np.zeros(1), np.zeros(1)), (0,), ([-INF],)),
        (special.xlog1py, (np.zeros(1), np.array([-1.0])), (1,), ([0.0],)),
        (special.rel_entr, (np.zeros(2), np.array([0.0, 2.0])), (1,), ([0.0, 0.0],)),
        (special.kl_div, (np.zeros(2), np.array([0.0, 2.0])), (1,), ([1.0, 1.0],)),
    ],
    "`entr(x)`, x = 0": [(special.entr, (np.zeros(1),), (0,), ([INF],))],
    "`i1(x)`, x = 0": [
        (special.i1, (np.array([0.0, 1e-12]),), (0,), ([0.5, 0.5],)),
        (special.i1e, (np.zeros(1),), (0,), ([0.5],)),
        (special.j1, (np.zeros(1),), (0,), ([0.5],)),
        (special.spence, (np.ones(1),), (0,), ([-1.0],)),
        (special.exprel, (np.zeros(1),), (0,), ([0.5],)),
        (special.boxcox, (np.array([2.0]), np.zeros(1)), (1,), ([0.5 * math.log(2.0) ** 2],)),
        (special.ellipe, (np.zeros(1),), (0,), ([-math.pi / 8.0],)),
    ],
    "`gammainc(a, x)`, x = 0": [
        (special.gammainc, (np.array([1.0, 1.5]), np.zeros(2)), (1,), ([1.0, 0.0],)),
        (special.betainc, (np.array([1.0, 1.5]), np.array([2.0, 2.0]), np.zeros(2)), (2,), ([2.0, 0.0],)),
    ],
    "`rgamma(x)`, x = 0, -1, …": [(special.rgamma, (np.array([0.0, -1.0, -3.0]),), (0,), ([1.0, -1.0, -6.0],))],
    "`huber(d, x)`, x = d": [(special.huber, (np.ones(1), np.ones(1)), (0, 1), ([0.0], [1.0]))],
    "`expon.logpdf(x)`, x outside of the support": [
        (stats.expon.logpdf, (np.array([-1.0]), np.zeros(1), np.ones(1)), (0, 1, 2), ([0.0], [0.0], [0.0])),
        (stats.uniform.logpdf, (np.array([-1.0, 2.0]), 0, np.ones(2)), (0, 2), ([0.0, 0.0], [0.0, 0.0])),
        (stats.gamma.logpdf, (np.array([-1.0]), np.ones(1), 0, 1), (0, 1), ([0.0], [0.0])),
        (stats.beta.pdf, (np.array([-1.0]), np.array([1.5]), np.array([2.5]), 0, 1), (0, 1, 2), ([0.0], [0.0], [0.0])),
        (stats.pareto.logcdf, (np.array([0.5]), 2.0, 0, 1), (0,), ([0.0],)),
    ],
    "`poisson.logpmf(k, mu)`, probability 0": [(stats.poisson.logpmf, (np.array([-1]), np.ones(1), 0), (1,), ([0.0],))],
}
if hasattr(special, "softplus"):  # SciPy 1.17
    far = (special.softplus, (np.array([-1000.0, 1000.0]),), (0,), ([0.0, 1.0],))
    ROWS["`expit(x)`, x far from 0"].append(far)
CASES = [(row, *case) for row, cases in ROWS.items() for case in cases]
TEXTS = [Text(op, Sample(inputs, {})) for _, op, inputs, _, _ in CASES]
ON_JAX = [k for k, (_, op, *_) in enumerate(CASES) if is_in_jax(scipy_path(op) or ("", "")) or form_of_scipy(op)]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each call."""
    file = tmp_path_factory.mktemp("conventions") / "calls_at_points.py"
    body = "\n\n".join(text.function(k) for k, text in enumerate(TEXTS))
    return import_text(f"{IMPORTS}\n\n{body}", file)


def cotangent(k: int) -> Any:
    """What is counted: the sum of what a call gives, of `log_softmax` its first element."""
    _, op, inputs, _, _ = CASES[k]
    out = np.ones(np.shape(op(*inputs)))
    return np.array([1.0, 0.0]) if op is special.log_softmax else out if out.shape else 1.0


def derivatives(functions: ModuleType, k: int, backend: Any) -> Any:
    wrt = tuple(TEXTS[k].owner.index(i) for i in CASES[k][3])
    return pullback.vjp(getattr(functions, f"f{k}"), wrt=wrt, backend=backend)(*TEXTS[k].values)[1](cotangent(k))


@pytest.mark.parametrize("k", range(len(CASES)), ids=[row for row, *_ in CASES])
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value", "ignore:overflow")
def test_row(functions: ModuleType, k: int) -> None:
    for found, wanted in zip(derivatives(functions, k, "numpy"), CASES[k][-1], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-7)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value", "ignore:overflow")
def test_jax_has_them_too(functions: ModuleType) -> None:
    found = jax.jit(lambda: [derivatives(functions, k, "jax") for k in ON_JAX])()
    for k, some in zip(ON_JAX, found, strict=True):
        for g, wanted in zip(some, CASES[k][-1], strict=True):
            np.testing.assert_allclose(g, wanted, rtol=1e-7, atol=1e-30, err_msg=CASES[k][0])
