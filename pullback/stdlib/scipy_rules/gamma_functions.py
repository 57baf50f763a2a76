"""The gamma function and its like, in `scipy.special`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special
from scipy.special import (
    beta,
    betainc,
    betaincc,
    betainccinv,
    betaincinv,
    betaln,
    binom,
    comb,
    factorial,
    gamma,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    gammaln,
    gammasgn,
    loggamma,
    multigammaln,
    poch,
    polygamma,
    psi,
    rgamma,
    xlog1py,
    xlogy,
    zeta,
    zetac,
)

from pullback.runtime import gammainc_in_a
from pullback.stdlib.registry import constant, elementwise, refused

constant(gammasgn, special.round)
refused(
    gammainc_in_a,
    way_round="There is no second derivative in a: pullback.stop_gradient makes it a constant.", computed=False,
)  # fmt: skip
refused(
    betainc, betaincc, betaincinv, betainccinv,
    way_round="There is a derivative in x only: pullback.stop_gradient makes the first two arguments constants.",
)  # fmt: skip
refused(polygamma, zeta, zetac, way_round="There is a derivative in the second argument only.")
refused(binom, comb, way_round="Write it as np.exp(-betaln(1 + n - k, 1 + k)) / (n + 1), of scipy.special.betaln.")
refused(factorial, way_round="Write it as scipy.special.gamma(n + 1).")


@elementwise(gamma)
def gamma_(out: Any, z: Any) -> Any:
    return out * psi(z)


@elementwise(gammaln, loggamma)
def gammaln_(out: Any, x: Any) -> Any:
    return psi(x)


@elementwise(psi)
def psi_(out: Any, z: Any) -> Any:
    return zeta(2.0, z)


@elementwise(polygamma, active=(1,))
def polygamma_(out: Any, n: Any, x: Any) -> Any:
    return None, polygamma(n + 1, x)


@elementwise(zeta, active=(1,))
def zeta_(out: Any, x: Any, q: Any) -> Any:
    return None, -x * zeta(x + 1.0, q)


@elementwise(rgamma)
def rgamma_(out: Any, z: Any) -> Any:
    # left of 1/2 by reflection, where the gamma function has its poles
    left, right = np.where(z > 0.5, 0.0, z), np.where(z > 0.5, z, 1.0)
    reflected = np.cos(math.pi * left) * gamma(1.0 - left) - out * psi(1.0 - left)
    return np.where(z > 0.5, -out * psi(right), reflected)


@elementwise(poch)
def poch_(out: Any, z: Any, m: Any) -> Any:
    return out * (psi(z + m) - psi(z)), out * psi(z + m)


@elementwise(beta)
def beta_(out: Any, a: Any, b: Any) -> Any:
    return out * (psi(a) - psi(a + b)), out * (psi(b) - psi(a + b))


@elementwise(betaln)
def betaln_(out: Any, a: Any, b: Any) -> Any:
    return psi(a) - psi(a + b), psi(b) - psi(a + b)


@elementwise(multigammaln)
def multigammaln_(out: Any, a: Any, *, d: Any) -> Any:
    return sum([psi(a - 0.5 * j) for j in range(d)])


def gamma_density(a: Any, x: Any) -> Any:
    """The density of the gamma distribution."""
    return np.exp(xlogy(a - 1.0, x) - x - gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """The density of the beta distribution."""
    return np.exp(xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b))


@elementwise(gammainc)
def gammainc_(out: Any, a: Any, x: Any) -> Any:
    return gammainc_in_a(a, x), gamma_density(a, x)


@elementwise(gammainc_in_a, active=(1,))
def gammainc_in_a_(out: Any, a: Any, x: Any) -> Any:
    return None, gamma_density(a, x) * (np.log(x) - psi(a))


@elementwise(gammaincc)
def gammaincc_(out: Any, a: Any, x: Any) -> Any:
    return -gammainc_in_a(a, x), -gamma_density(a, x)


@elementwise(gammaincinv)
def gammaincinv_(out: Any, a: Any, y: Any) -> Any:
    density = gamma_density(a, out)
    return -gammainc_in_a(a, out) / density, 1.0 / density


@elementwise(gammainccinv)
def gammainccinv_(out: Any, a: Any, y: Any) -> Any:
    density = gamma_density(a, out)
    return -gammainc_in_a(a, out) / density, -1.0 / density


@elementwise(betainc, active=(2,))
def betainc_(out: Any, a: Any, b: Any, x: Any) -> Any:
    return None, None, beta_density(a, b, x)


@elementwise(betaincc, active=(2,))
def betaincc_(out: Any, a: Any, b: Any, x: Any) -> Any:
    return None, None, -beta_density(a, b, x)


@elementwise(betaincinv, active=(2,))
def betaincinv_(out: Any, a: Any, b: Any, y: Any) -> Any:
    return None, None, 1.0 / beta_density(a, b, out)


@elementwise(betainccinv, active=(2,))
def betainccinv_(out: Any, a: Any, b: Any, y: Any) -> Any:
    return None, None, -1.0 / beta_density(a, b, out)
