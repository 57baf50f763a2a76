"""Calls of functions of SciPy at which rules are tested: few of each, because there are many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special, stats

from pullback import runtime
from pullback.stdlib import registry
from pullback.stdlib.scipy_rules.operations import weighted_logsumexp
from tests.stdlib.samples import ANY, POSITIVE, Sample, add, call, normal, uniform

UNIT = (0.05, 0.95)


def of_one(low: float, high: float) -> Iterator[Sample]:
    """An array and a number."""
    yield call(uniform(low, high, 2, 3))
    yield call(float(uniform(low, high)))


def of_two(*bounds: tuple[float, float], only: tuple[int, ...] | None = None) -> Iterator[Sample]:
    """Arrays that broadcast, and numbers."""
    shapes = ((2, 1), (3,), (1, 3), (2, 1))
    yield call(*(uniform(*b, *shape) for b, shape in zip(bounds, shapes, strict=False)), only=only)
    yield call(*(float(uniform(*b)) for b in bounds), only=only)


def of_last(*before: Any, low: float, high: float) -> Iterator[Sample]:
    """What has a derivative in its last argument only."""
    yield call(*(np.array([x]) for x in before), uniform(low, high, 2, 3), only=(len(before),))
    yield call(*before, float(uniform(low, high)), only=(len(before),))


def add_each(names: str, *bounds: tuple[float, float]) -> None:
    """Samples of functions between bounds."""
    for name in names.split():
        if hasattr(special, name):
            made = of_one(*bounds[0]) if len(bounds) == 1 else of_two(*bounds)
            add(getattr(special, name), samples=made)


# gamma functions
add_each("gamma gammaln psi rgamma loggamma", POSITIVE)
add(special.gamma, special.gammaln, special.psi, samples=[call(np.array([-0.5, -2.3, 0.3, 7.5]))])
add(special.rgamma, samples=[call(np.array([-3.0, 0.0, -1.3, 0.4, 0.6, 2.0, 5.0]))])
add_each("poch beta betaln", POSITIVE, POSITIVE)
add(special.multigammaln, samples=[call(uniform(2.0, 5.0, 2, 3), d=3), call(4.5, d=2)])
add(special.polygamma, samples=[call(1, uniform(0.5, 3.0, 3)), call(np.array([0, 1, 2]), uniform(0.5, 3.0, 2, 1))])
add(special.zeta, samples=of_last(2.5, low=0.5, high=4.0))
for name in ("gammainc", "gammaincc"):
    add(getattr(special, name), samples=of_last(1.5, low=0.3, high=3.0))
for name in ("gammaincinv", "gammainccinv"):
    add(getattr(special, name), samples=of_last(1.5, low=0.1, high=0.9))
for name in ("gammainc", "gammaincc"):
    add(getattr(special, name), samples=[call(uniform(0.3, 3.0, 2, 1), uniform(0.3, 5.0, 3)), call(1.5, 7.0)])
for name in ("gammaincinv", "gammainccinv"):
    add(getattr(special, name), samples=[call(uniform(0.3, 3.0, 2, 1), uniform(0.1, 0.9, 3))])
add(runtime.gammainc_in_a, samples=of_last(1.5, low=0.3, high=5.0))
for name in ("betainc", "betaincc", "betaincinv", "betainccinv"):
    add(getattr(special, name), samples=of_last(1.5, 2.5, low=0.1, high=0.9))

# error functions
add_each("erf erfc erfi erfcx dawsn ndtr log_ndtr", ANY)
add(special.erfcx, special.dawsn, samples=[call(np.array([-2.0, 0.0, 49.0, 51.0, 200.0]))])
add(special.log_ndtr, samples=[call(np.array([-100.0, -30.0, 0.0, 5.0]))])
add_each("erfinv", (-0.9, 0.9))
add_each("erfcinv", (0.1, 1.9))
add_each("ndtri", UNIT)
add_each("ndtri_exp", (-5.0, -0.1))
add_each("owens_t", ANY, ANY)

# logistic functions
add_each("expit log_expit softplus exp2 exp10 expm1 cosm1 exprel", (-3.0, 3.0))
add(special.exprel, samples=[call(np.array([-1e-3, 0.0, 1e-9, 0.019, 0.021]))])
add_each("logit", UNIT)
add_each("log1p", (-0.5, 3.0))
add_each("cbrt", POSITIVE)
add_each("sindg cosdg tandg", (-60.0, 60.0))
add_each("powm1 boxcox boxcox1p", POSITIVE, ANY)
add(special.boxcox, special.boxcox1p, samples=[call(uniform(0.3, 3.0, 3), np.array([0.0, 1e-3, -1.0]))])
add_each("inv_boxcox inv_boxcox1p", (0.1, 0.4), (0.2, 1.5))
add(
    special.logsumexp,
    samples=[
        call(normal(5)), call(normal(2, 3)), call(normal(2, 3), axis=1), call(normal(2, 3, 2), axis=(0, -1)),
        call(normal(3, 4), axis=0, keepdims=True), call(normal(3, 1), axis=1),
    ],
)  # fmt: skip
add(
    weighted_logsumexp,
    samples=[
        call(normal(5), uniform(*POSITIVE, 5)), call(normal(2, 3), uniform(*POSITIVE, 3), axis=1),
        call(normal(2, 3), uniform(*POSITIVE, 2, 3), axis=0, keepdims=True),
    ],
)  # fmt: skip
add(
    special.softmax,
    special.log_softmax,
    samples=[call(normal(5)), call(normal(2, 3), axis=1), call(normal(2, 3, 2), axis=(0, -1)), call(normal(3, 1))],
)

# entropies and losses
add_each("xlogy xlog1py rel_entr kl_div", POSITIVE, POSITIVE)
add(special.xlogy, special.xlog1py, samples=[call(np.array([0.0, 0.0, 1.5]), np.array([0.5, 2.0, 1.0]))])
add_each("entr", POSITIVE)
add_each("huber pseudo_huber", (0.4, 0.6), ANY)

# Bessel functions
add_each("j0 j1 i0 i0e i1 i1e", (0.3, 3.0))
add(special.i0, special.i0e, special.i1, special.i1e, special.j1, samples=[call(np.array([-2.0, -0.3, 40.0]))])
add(special.i1, special.j1, samples=[call(np.array([0.0, 1e-9]))])
add_each("y0 y1 k0 k0e k1 k1e", POSITIVE)
for name in ("jv", "jve", "yv", "yve", "iv", "ive", "kv", "kve", "struve", "modstruve"):
    add(getattr(special, name), samples=of_last(1.5, low=0.5, high=4.0))
    add(getattr(special, name), samples=[call(0, 1.3 if "struve" in name else uniform(0.5, 3.0, 2))])
for name in ("yn", "kn"):
    add(getattr(special, name), samples=[call(n, uniform(0.5, 3.0, 2)) for n in (0, 2)])
for name in ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"):
    add(getattr(special, name), samples=[call(n, uniform(0.5, 3.0, 2, 3)) for n in (0, 2)])
    add(getattr(special, name), samples=[call(1, uniform(0.5, 3.0, 3), derivative=True)])
add_each("airy", ANY)

# integrals
add_each("expi exp1 sici shichi fresnel spence", POSITIVE)
add(special.spence, samples=[call(np.array([1.0, 1.0 + 1e-9, 0.2]))])
add(special.expn, samples=[call(n, uniform(0.5, 3.0, 2)) for n in (0, 1, 3)])
add(special.expn, samples=[call(np.array([0, 1, 2]), uniform(0.5, 3.0, 3))])

# elliptic integrals and hypergeometric functions
add_each("ellipk ellipe", (0.1, 0.8))
add_each("ellipkm1", (0.2, 0.9))
add(special.ellipk, special.ellipe, samples=[call(np.array([-1.5]))])
add_each("elliprf elliprd", (0.2, 0.8), (1.0, 2.0), (2.5, 3.0))
for name in ("ellipkinc", "ellipeinc"):
    add(getattr(special, name), samples=[call(uniform(-1.0, 4.0, 2, 1), np.array([0.3, 0.7]), only=(0,))])
add(special.hyp0f1, samples=of_last(1.5, low=-2.0, high=2.0))
for name in ("hyp1f1", "hyperu"):
    add(getattr(special, name), samples=of_last(1.5, 2.5, low=0.3, high=2.0))
add(special.hyp2f1, samples=of_last(1.5, 0.5, 2.5, low=-0.8, high=0.8))

# distributions, all of which test_distributions.py has at many places
for distribution in vars(stats).values():
    if isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
        for name in "pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf".split():
            if hasattr(distribution, name) and registry.has_rule(getattr(distribution, name)):
                add(getattr(distribution, name), samples=[])
for name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"):
    add(getattr(stats.norm, name), samples=[call(uniform(*ANY, 2, 1), uniform(*ANY, 3), 1.5)])
add(stats.gamma.logpdf, samples=[call(uniform(0.5, 3.0, 3), uniform(*POSITIVE, 3), 0, uniform(*POSITIVE, 2, 1))])
add(stats.beta.pdf, samples=[call(uniform(*UNIT, 3), 1.5, uniform(*POSITIVE, 2, 1), 0, 1)])
add(stats.t.cdf, samples=[call(uniform(*ANY, 3), np.array([1.5]), -0.2, 1.5, only=(0, 2, 3))])
add(stats.poisson.logpmf, samples=[call(np.array([0, 1, 3]), uniform(0.5, 3.0, 2, 1), 0, only=(1,))])
COVARIANCE = np.array([[2.0, 0.3, -0.2], [0.3, 1.5, 0.4], [-0.2, 0.4, 1.0]])
add(
    stats.multivariate_normal.logpdf,
    stats.multivariate_normal.pdf,
    samples=[call(normal(*s, 3), normal(3), COVARIANCE, only=(0, 1)) for s in ((4,), ())],
)
SHARES = np.array([[0.1, 0.2, 0.5], [0.3, 0.05, 0.4]]).T
add(
    stats.dirichlet.logpdf,
    stats.dirichlet.pdf,
    samples=[call(x, np.array([1.5, 2.5, 0.8, 3.0])) for x in (SHARES[:, 0], SHARES)],
)
add(stats.multivariate_normal.entropy, stats.multinomial.logpmf, samples=[])  # tests/stdlib/test_distributions.py
