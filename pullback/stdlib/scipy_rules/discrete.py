"""Discrete distributions and those of vectors, and the truncated normal one, of `scipy.stats`.

Where a probability is 0 its logarithm has no derivative, and what is given then is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats
from scipy.special import psi

from pullback.stdlib.registry import Unsupported, elementwise, known, refused, rule

IN_COUNTS = "There is a derivative in its real parameters only: pullback.stop_gradient makes the others constants."
refused(
    *(getattr(d, name) for d in (stats.poisson, stats.bernoulli, stats.binom, stats.geom, stats.nbinom)
      for name in ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")),
    way_round=IN_COUNTS,
)  # fmt: skip


def possible(out: Any, slope: Any) -> Any:
    """A slope of a logarithm, and 0 where it is that of 0."""
    return np.where(out > -np.inf, slope, 0.0)


def divisor(p: Any) -> Any:
    """What a count that is 0 where `p` is 0 is divided by."""
    return p + (p == 0.0)


def counted(k: Any, loc: Any) -> Any:
    """`k - loc`."""
    return k if known(loc) and loc == 0 else k - loc


@elementwise(stats.poisson.logpmf, active=(1,))
def poisson_logpmf(out: Any, k: Any, mu: Any, loc: Any = 0) -> Any:
    return None, possible(out, counted(k, loc) / divisor(mu) - 1.0), None


@elementwise(stats.poisson.pmf, active=(1,))
def poisson_pmf(out: Any, k: Any, mu: Any, loc: Any = 0) -> Any:
    return None, stats.poisson.pmf(k - 1, mu, loc) - out, None


@elementwise(stats.poisson.cdf, active=(1,))
def poisson_cdf(out: Any, k: Any, mu: Any, loc: Any = 0) -> Any:
    return None, -stats.poisson.pmf(np.floor(k), mu, loc), None


@elementwise(stats.bernoulli.logpmf, active=(1,))
def bernoulli_logpmf(out: Any, k: Any, p: Any, loc: Any = 0) -> Any:
    ones = counted(k, loc)
    return None, possible(out, ones / divisor(p) - (1.0 - ones) / divisor(1.0 - p)), None


@elementwise(stats.bernoulli.pmf, active=(1,))
def bernoulli_pmf(out: Any, k: Any, p: Any, loc: Any = 0) -> Any:
    ones = counted(k, loc)
    return None, (ones == 1.0) * 1.0 - (ones == 0.0) * 1.0, None


@elementwise(stats.binom.logpmf, active=(2,))
def binom_logpmf(out: Any, k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    ones = counted(k, loc)
    return None, None, possible(out, ones / divisor(p) - (n - ones) / divisor(1.0 - p)), None


@elementwise(stats.binom.pmf, active=(2,))
def binom_pmf(out: Any, k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    return None, None, n * (stats.binom.pmf(k - 1, n - 1, p, loc) - stats.binom.pmf(k, n - 1, p, loc)), None


@elementwise(stats.geom.logpmf, active=(1,))
def geom_logpmf(out: Any, k: Any, p: Any, loc: Any = 0) -> Any:
    return None, possible(out, 1.0 / p - (counted(k, loc) - 1.0) / divisor(1.0 - p)), None


@elementwise(stats.nbinom.logpmf, active=(2,))
def nbinom_logpmf(out: Any, k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    return None, None, possible(out, n / p - counted(k, loc) / divisor(1.0 - p)), None


@elementwise(stats.nbinom.logpmf, active=(1,))
def nbinom_logpmf_in_n(out: Any, k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    return None, possible(out, psi(np.maximum(counted(k, loc), 0) + n) - psi(n) + np.log(p)), None, None


@elementwise(stats.nbinom.logpmf, active=(1, 2))
def nbinom_logpmf_in_both(out: Any, k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    dn = psi(np.maximum(counted(k, loc), 0) + n) - psi(n) + np.log(p)
    return None, possible(out, dn), possible(out, n / p - counted(k, loc) / divisor(1.0 - p)), None


@elementwise(stats.truncnorm.logpdf)
def truncnorm_logpdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    z = (x - loc) / scale
    dx = possible(out, -z) / scale
    dscale = -z * dx - (out > -np.inf) / scale
    da, db = possible(out, stats.truncnorm.pdf(a, a, b)), possible(out, -stats.truncnorm.pdf(b, a, b))
    return dx, da, db, -dx, dscale


@elementwise(stats.truncnorm.pdf)
def truncnorm_pdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    z = (x - loc) / scale
    dx = -out * z / scale
    da, db = out * stats.truncnorm.pdf(a, a, b), -out * stats.truncnorm.pdf(b, a, b)
    return dx, da, db, -dx, -z * dx - out / scale


@elementwise(stats.truncnorm.cdf)
def truncnorm_cdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
    density = stats.truncnorm.pdf(x, a, b, loc, scale)
    da = np.where(out > 0.0, out - 1.0, 0.0) * stats.truncnorm.pdf(a, a, b)
    db = np.where(out < 1.0, -out, 0.0) * stats.truncnorm.pdf(b, a, b)
    return density, da, db, -density, -(x - loc) / scale * density


def through_solve(share: Any, x: Any, mean: Any, cov: Any, allow_singular: Any) -> Any:
    """Cotangents of the vectors, the mean and the covariance from that of the logarithm of each density."""
    if allow_singular or cov is None or np.ndim(cov) != 2:
        raise Unsupported("multivariate_normal without a regular matrix for the covariance", "Pass one: np.eye(n).")
    apart = x if mean is None else x - mean
    if x.ndim == 1:
        dmean = share * np.linalg.solve(cov, apart)
        dcov = 0.5 * (np.outer(dmean, np.linalg.solve(cov, apart)) - share * np.linalg.inv(cov))
        return -dmean, None if mean is None else dmean, dcov
    if x.ndim != 2:
        raise Unsupported("multivariate_normal of arrays of more than two axes", "Use np.reshape.")
    solved = np.linalg.solve(cov, apart.T).T
    weighted = share * solved if np.ndim(share) == 0 else np.reshape(share, (-1, 1)) * solved
    total = share * len(x) if np.ndim(share) == 0 else np.sum(share)
    dcov = 0.5 * (weighted.T @ solved - total * np.linalg.inv(cov))
    return -weighted, None if mean is None else np.sum(weighted, axis=0), dcov


@rule(stats.multivariate_normal.logpdf, ct="scalar")
def multivariate_normal_logpdf(
    ct: Any, out: Any, x: Any, mean: Any = None, cov: Any = None, *, allow_singular: Any = False
) -> Any:
    return through_solve(ct, x, mean, cov, allow_singular)


@rule(stats.multivariate_normal.pdf, ct="scalar")
def multivariate_normal_pdf(
    ct: Any, out: Any, x: Any, mean: Any = None, cov: Any = None, *, allow_singular: Any = False
) -> Any:
    return through_solve(ct * out, x, mean, cov, allow_singular)
