"""Densities, distribution functions and their inverses, of `scipy.stats`, from slopes of logarithms of densities.

With `z = (x - loc) / scale` every continuous distribution has `logpdf(x) = log f(z) - log(scale)`. A function here
gives the derivatives of `log f` in `z` and in the parameters of shape. Where the density is 0 or infinite its logarithm
has no derivative, and what is given then is 0: `bounded` says of a distribution that there are such places.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import erfcx, i0e, i1e, psi

from pullback.runtime import gammainc_in_a
from pullback.stdlib.registry import elementwise, refused

Slopes = Callable[..., Any]

CUMULATIVE = ("cdf", "sf", "logcdf", "logsf", "ppf", "isf")
IN_SHAPE = "There is a derivative in x, loc and scale only: pullback.stop_gradient makes the shape a constant."


def subsets(*positions: int) -> Iterator[tuple[int, ...]]:
    """All choices of some operands."""
    for size in range(1, len(positions) + 1):
        yield from itertools.combinations(positions, size)


def without_shape(
    dist: Any, slope: Slopes, bounded: bool = False, below: Slopes | None = None, above: Slopes | None = None
) -> None:
    """The rules of a distribution without parameters of shape."""

    @elementwise(dist.logpdf)
    def logpdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        if bounded:
            inside = np.isfinite(out)
            dx = np.where(inside, slope(z), 0.0) / scale
            return dx, -dx, -z * dx - inside / scale
        dx = slope(z) / scale
        return dx, -dx, -z * dx - 1.0 / scale

    @elementwise(dist.pdf)
    def pdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        dx = out * slope(z) / scale
        return dx, -dx, -z * dx - out / scale

    distribution_without_shape(dist, below, above)


def distribution_without_shape(dist: Any, below: Slopes | None = None, above: Slopes | None = None) -> None:
    """The rules of distribution functions.

    `below` and `above` are what the density is divided by what is below, or above: where logarithms are too large for
    their difference to tell.
    """

    @elementwise(dist.cdf)
    def cdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        density = dist.pdf(x, loc, scale)
        return density, -density, -(x - loc) / scale * density

    @elementwise(dist.sf)
    def sf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        density = dist.pdf(x, loc, scale)
        return -density, density, (x - loc) / scale * density

    @elementwise(dist.logcdf)
    def logcdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        if below is None:
            hazard = np.exp(dist.logpdf(x, loc, scale) - finite(out))
        else:
            hazard = below(z) / scale
        return hazard, -hazard, -z * hazard

    @elementwise(dist.logsf)
    def logsf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        if above is None:
            hazard = np.exp(dist.logpdf(x, loc, scale) - finite(out))
        else:
            hazard = above(z) / scale
        return -hazard, hazard, z * hazard

    @elementwise(dist.ppf)
    def ppf(out: Any, q: Any, loc: Any = 0, scale: Any = 1) -> Any:
        return 1.0 / dist.pdf(out, loc, scale), 1.0, (out - loc) / scale

    @elementwise(dist.isf)
    def isf(out: Any, q: Any, loc: Any = 0, scale: Any = 1) -> Any:
        return -1.0 / dist.pdf(out, loc, scale), 1.0, (out - loc) / scale


def finite(log: Any) -> Any:
    """A logarithm, and 0 where it is that of 0."""
    return np.where(log > -np.inf, log, 0.0)


def one_shape(
    dist: Any, slopes: Slopes, bounded: bool = False, above: Slopes | None = None, in_shape: Slopes | None = None
) -> None:
    """The rules of a distribution with one parameter of shape. `in_shape`: the slope of what is below in that."""
    density_of_shape(dist, slopes, bounded)
    refused(*(getattr(dist, name) for name in CUMULATIVE), way_round=IN_SHAPE)
    for active in subsets(0, 2, 3):
        logarithms_of_shape(dist, above, active)
    for some in subsets(0, 2, 3) if in_shape is None else (None,):
        cumulative_of_shape(dist, in_shape, some)


def density_of_shape(dist: Any, slopes: Slopes, bounded: bool) -> None:
    """The rules of a density and of its logarithm. `bounded`: it is 0 somewhere."""

    @elementwise(dist.logpdf)
    def logpdf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        dz, da = slopes(z, a)
        if bounded:
            inside = np.isfinite(out)
            dx = np.where(inside, dz, 0.0) / scale
            return dx, np.where(inside, da, 0.0), -dx, -z * dx - inside / scale
        dx = dz / scale
        return dx, da, -dx, -z * dx - 1.0 / scale

    @elementwise(dist.pdf)
    def pdf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        dz, da = slopes(z, a)
        dx = out * dz / scale
        return dx, out * da, -dx, -z * dx - out / scale


def logarithms_of_shape(dist: Any, above: Slopes | None, active: tuple[int, ...]) -> None:
    """The rules of the logarithms of what is below and above; `above`: the slope of the latter, if there is one."""

    @elementwise(dist.logcdf, active=active)
    def logcdf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        hazard = np.exp(dist.logpdf(x, a, loc, scale) - finite(out))
        return hazard, None, -hazard, -(x - loc) / scale * hazard

    @elementwise(dist.logsf, active=active)
    def logsf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        if above is None:
            hazard = np.exp(dist.logpdf(x, a, loc, scale) - finite(out))
        else:
            hazard = above(z, a) / scale
        return -hazard, None, hazard, z * hazard


def cumulative_of_shape(dist: Any, in_shape: Slopes | None, active: tuple[int, ...] | None) -> None:
    """The rules of what is below and above, and of their inverses."""

    @elementwise(dist.cdf, active=active)
    def cdf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z, density = (x - loc) / scale, dist.pdf(x, a, loc, scale)
        return density, None if in_shape is None else in_shape(z, a), -density, -z * density

    @elementwise(dist.sf, active=active)
    def sf(out: Any, x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z, density = (x - loc) / scale, dist.pdf(x, a, loc, scale)
        return -density, None if in_shape is None else -in_shape(z, a), density, z * density

    @elementwise(dist.ppf, active=active)
    def ppf(out: Any, q: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z, density = (out - loc) / scale, dist.pdf(out, a, loc, scale)
        return 1.0 / density, None if in_shape is None else -in_shape(z, a) / density, 1.0, z

    @elementwise(dist.isf, active=active)
    def isf(out: Any, q: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z, density = (out - loc) / scale, dist.pdf(out, a, loc, scale)
        return -1.0 / density, None if in_shape is None else -in_shape(z, a) / density, 1.0, z


def two_shapes(dist: Any, slopes: Slopes) -> None:
    """The rules of a density with two parameters of shape, where it is not 0 everywhere."""

    @elementwise(dist.logpdf)
    def logpdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        inside = np.isfinite(out)
        dz, da, db = slopes(z, a, b)
        dx = np.where(inside, dz, 0.0) / scale
        return dx, np.where(inside, da, 0.0), np.where(inside, db, 0.0), -dx, -z * dx - inside / scale

    @elementwise(dist.pdf)
    def pdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
        z = (x - loc) / scale
        dz, da, db = slopes(z, a, b)
        dx = out * dz / scale
        return dx, out * da, out * db, -dx, -z * dx - out / scale

    refused(*(getattr(dist, name) for name in CUMULATIVE), way_round=IN_SHAPE)
    for active in subsets(0, 3, 4):

        @elementwise(dist.cdf, active=active)
        def cdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            density = dist.pdf(x, a, b, loc, scale)
            return density, None, None, -density, -(x - loc) / scale * density

        @elementwise(dist.sf, active=active)
        def sf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            density = dist.pdf(x, a, b, loc, scale)
            return -density, None, None, density, (x - loc) / scale * density

        @elementwise(dist.logcdf, active=active)
        def logcdf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            hazard = np.exp(dist.logpdf(x, a, b, loc, scale) - finite(out))
            return hazard, None, None, -hazard, -(x - loc) / scale * hazard

        @elementwise(dist.logsf, active=active)
        def logsf(out: Any, x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            hazard = np.exp(dist.logpdf(x, a, b, loc, scale) - finite(out))
            return -hazard, None, None, hazard, (x - loc) / scale * hazard

        @elementwise(dist.ppf, active=active)
        def ppf(out: Any, q: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            return 1.0 / dist.pdf(out, a, b, loc, scale), None, None, 1.0, (out - loc) / scale

        @elementwise(dist.isf, active=active)
        def isf(out: Any, q: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Any:
            return -1.0 / dist.pdf(out, a, b, loc, scale), None, None, 1.0, (out - loc) / scale


# the slopes of the logarithms of standard densities


def positive(z: Any) -> Any:
    """What is divided by, or whose logarithm is taken, where only what is positive counts."""
    return np.where(z > 0.0, z, 1.0)


def norm(z: Any) -> Any:
    return -z


def above_norm(z: Any) -> Any:
    return math.sqrt(2.0 / math.pi) / erfcx(math.sqrt(0.5) * z)


def below_norm(z: Any) -> Any:
    return above_norm(-z)


def above_halfnorm(z: Any) -> Any:
    return np.where(z >= 0.0, above_norm(z), 0.0)


def expon(z: Any) -> Any:
    return -1.0


def above_expon(z: Any) -> Any:
    return np.where(z >= 0.0, 1.0, 0.0)


@elementwise(stats.uniform.logpdf)
def uniform_logpdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    return 0.0, 0.0, np.isfinite(out) / -scale


@elementwise(stats.uniform.pdf)
def uniform_pdf(out: Any, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    return 0.0, 0.0, -out / scale


def cauchy(z: Any) -> Any:
    return -2.0 * z / (1.0 + z * z)


def laplace(z: Any) -> Any:
    return -np.sign(z)


def logistic(z: Any) -> Any:
    return -np.tanh(0.5 * z)


MOST = 700.0
"""An exponent that does not overflow: where it would, the density is 0."""


def gumbel_r(z: Any) -> Any:
    return np.exp(np.minimum(-z, MOST)) - 1.0


def gumbel_l(z: Any) -> Any:
    return 1.0 - np.exp(np.minimum(z, MOST))


def below_gumbel_r(z: Any) -> Any:
    return np.exp(-z)


def rayleigh(z: Any) -> Any:
    return 1.0 / positive(z) - z


def above_rayleigh(z: Any) -> Any:
    return np.maximum(z, 0.0)


def gamma(z: Any, a: Any) -> Any:
    w = positive(z)
    return (a - 1.0) / w - 1.0, np.log(w) - psi(a)


def below_gamma(z: Any, a: Any) -> Any:
    return np.where(z > 0.0, gammainc_in_a(a, positive(z)), 0.0)


def chi2(z: Any, df: Any) -> Any:
    w = positive(z)
    return (0.5 * df - 1.0) / w - 0.5, 0.5 * (np.log(0.5 * w) - psi(0.5 * df))


def below_chi2(z: Any, df: Any) -> Any:
    return np.where(z > 0.0, 0.5 * gammainc_in_a(0.5 * df, 0.5 * positive(z)), 0.0)


def invgamma(z: Any, a: Any) -> Any:
    w = positive(z)
    return (1.0 / w - a - 1.0) / w, -np.log(w) - psi(a)


def below_invgamma(z: Any, a: Any) -> Any:
    return np.where(z > 0.0, -gammainc_in_a(a, 1.0 / positive(z)), 0.0)


def t(z: Any, df: Any) -> Any:
    u = df + z * z
    inner = psi(0.5 * df + 0.5) - psi(0.5 * df) - 1.0 / df - np.log1p(z * z / df)
    return -(df + 1.0) * z / u, 0.5 * (inner + (df + 1.0) / df * (z * z / u))


def lognorm(z: Any, s: Any) -> Any:
    w = positive(z)
    q = np.log(w) / s
    return -(1.0 + q / s) / w, (q * q - 1.0) / s


def pareto(z: Any, b: Any) -> Any:
    w = positive(z)
    return -(b + 1.0) / w, 1.0 / b - np.log(w)


def above_pareto(z: Any, b: Any) -> Any:
    return np.where(z >= 1.0, b / positive(z), 0.0)


def weibull_min(z: Any, c: Any) -> Any:
    w = positive(z)
    power = w**c
    return (c - 1.0 - c * power) / w, 1.0 / c + (1.0 - power) * np.log(w)


def above_weibull_min(z: Any, c: Any) -> Any:
    return np.where(z > 0.0, c * positive(z) ** (c - 1.0), 0.0)


def vonmises(z: Any, kappa: Any) -> Any:
    return -kappa * np.sin(z), np.cos(z) - i1e(kappa) / i0e(kappa)


def skewnorm(z: Any, a: Any) -> Any:
    mills = below_norm(a * z)
    return a * mills - z, z * mills


def beta(z: Any, a: Any, b: Any) -> Any:
    w, v, both = positive(z), positive(1.0 - z), psi(a + b)
    return (a - 1.0) / w - (b - 1.0) / v, np.log(w) - psi(a) + both, np.log(v) - psi(b) + both


def f(z: Any, dfn: Any, dfd: Any) -> Any:
    w = positive(z)
    u, total, both = dfd + dfn * w, dfn + dfd, psi(0.5 * (dfn + dfd))
    dz = (0.5 * dfn - 1.0) / w - 0.5 * total * dfn / u
    ddfn = 0.5 * (1.0 + np.log(dfn * w / u) - total * w / u - psi(0.5 * dfn) + both)
    return dz, ddfn, 0.5 * (1.0 + np.log(dfd / u) - total / u - psi(0.5 * dfd) + both)


without_shape(stats.norm, norm, below=below_norm, above=above_norm)
without_shape(stats.cauchy, cauchy)
without_shape(stats.laplace, laplace)
without_shape(stats.logistic, logistic)
without_shape(stats.gumbel_r, gumbel_r, below=below_gumbel_r)
without_shape(stats.gumbel_l, gumbel_l, above=np.exp)
distribution_without_shape(stats.uniform)
without_shape(stats.expon, expon, bounded=True, above=above_expon)
without_shape(stats.halfnorm, norm, bounded=True, above=above_halfnorm)
without_shape(stats.rayleigh, rayleigh, bounded=True, above=above_rayleigh)
one_shape(stats.t, t)
one_shape(stats.vonmises, vonmises)
one_shape(stats.skewnorm, skewnorm)
one_shape(stats.gamma, gamma, bounded=True, in_shape=below_gamma)
one_shape(stats.chi2, chi2, bounded=True, in_shape=below_chi2)
one_shape(stats.invgamma, invgamma, bounded=True, in_shape=below_invgamma)
one_shape(stats.lognorm, lognorm, bounded=True)
one_shape(stats.pareto, pareto, bounded=True, above=above_pareto)
one_shape(stats.weibull_min, weibull_min, bounded=True, above=above_weibull_min)
two_shapes(stats.beta, beta)
two_shapes(stats.f, f)
