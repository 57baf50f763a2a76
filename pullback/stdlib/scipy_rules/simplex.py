"""Distributions of shares that sum to one, and of counts that are drawn with such: `dirichlet`, `multinomial`.

Derivatives in shares that sum to one are those of the formula, in each share alone; along a change that keeps the sum,
which is the only one that there is, they are those of the function.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats
from scipy.special import psi

from pullback.stdlib.registry import Unsupported, rule
from pullback.stdlib.scipy_rules.discrete import divisor, possible


def column(a: Any, x: Any) -> Any:
    """A line of parameters as a column, where `x` has several columns."""
    return a if x.ndim == 1 else np.expand_dims(a, 1)


def slopes(x: Any, alpha: Any) -> Any:
    """The slopes of the logarithm of the density in shares, of which the last one may be left out, and parameters."""
    if x.ndim > 2:
        raise Unsupported("dirichlet of arrays of more than two axes", "Use np.reshape.")
    from_sum = column(psi(np.sum(alpha)) - psi(alpha), x)
    if len(x) == len(alpha):
        return column(alpha - 1.0, x) / x, np.log(x) + from_sum
    rest = 1.0 - np.sum(x, axis=0)
    slope = column(alpha[:-1] - 1.0, x) / x - (alpha[-1] - 1.0) / rest
    return slope, np.log(np.concatenate((x, np.expand_dims(rest, 0)))) + from_sum


def of_shares(ct: Any, x: Any, alpha: Any) -> Any:
    """The cotangents of shares and of their parameters from that of the logarithm of the density."""
    dx, dalpha = slopes(x, alpha)
    return ct * dx, ct * dalpha if x.ndim == 1 else np.sum(ct * dalpha, axis=1)


def moved_shares(tangents: Any, x: Any, alpha: Any) -> Any:
    """The tangent of the logarithm of the density."""
    dx, dalpha = slopes(x, alpha)
    by_shares = None if tangents[0] is None else np.sum(dx * tangents[0], axis=0)
    if tangents[1] is None:
        return by_shares
    by_parameters = np.sum(dalpha * column(tangents[1], x), axis=0)
    return by_parameters if by_shares is None else by_shares + by_parameters


@rule(stats.dirichlet.logpdf, ct="scalar")
def dirichlet_logpdf(ct: Any, out: Any, x: Any, alpha: Any) -> Any:
    return of_shares(ct, x, alpha)


@rule.forward(stats.dirichlet.logpdf)
def moved_dirichlet_logpdf(tangents: Any, out: Any, x: Any, alpha: Any) -> Any:
    return moved_shares(tangents, x, alpha)


@rule(stats.dirichlet.pdf, ct="scalar")
def dirichlet_pdf(ct: Any, out: Any, x: Any, alpha: Any) -> Any:
    return of_shares(ct * out, x, alpha)


@rule.forward(stats.dirichlet.pdf)
def moved_dirichlet_pdf(tangents: Any, out: Any, x: Any, alpha: Any) -> Any:
    return out * moved_shares(tangents, x, alpha)


@rule(stats.multinomial.logpmf, active=(2,))
def multinomial_logpmf(ct: Any, out: Any, x: Any, n: Any, p: Any) -> Any:
    if np.ndim(out) == 0:
        return None, None, ct * possible(out, x / divisor(p))
    return None, None, np.expand_dims(ct, -1) * possible(np.expand_dims(out, -1), x / divisor(p))


@rule(stats.multivariate_normal.entropy)
def multivariate_normal_entropy(ct: Any, out: Any, mean: Any = None, cov: Any = 1) -> Any:
    if np.ndim(cov) != 2:
        raise Unsupported("multivariate_normal without a regular matrix for the covariance", "Pass one: np.eye(n).")
    return None, 0.5 * ct * np.linalg.inv(cov).T
