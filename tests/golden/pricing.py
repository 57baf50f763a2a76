# flags: --mode grad --wrt s,sigma
# args: 100.0, 95.0, 0.2, 0.5
# args: 100.0, 95.0, 0.2, 0.0
# input
from math import erf, log, sqrt


def normal_cdf(z):
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def call_price(s, k, sigma, t):
    if t <= 0.0:
        return max(s - k, 0.0)
    d1 = (log(s / k) + 0.5 * sigma**2 * t) / (sigma * sqrt(t))
    d2 = d1 - sigma * sqrt(t)
    return s * normal_cdf(d1) - k * normal_cdf(d2)
# output
from math import exp, log, pi, sqrt

from pricing import normal_cdf


def normal_cdf_pullback(z, dout):
    t = sqrt(2.0)
    t2 = z / t

    # return 0.5 * (1.0 + erf(z / sqrt(2.0)))
    return dout * exp(-(t2 * t2)) / sqrt(pi) / t


def call_price_grad(s, k, sigma, t):
    """Gradient of `call_price` with respect to (s, sigma)."""
    if t <= 0.0:
        # return max(s - k, 0.0)
        return (1.0, 0.0) if s - k > 0.0 else (0.0, 0.0)

    t2 = s / k
    root_t = sqrt(t)
    t3 = sigma * root_t
    d1 = (log(t2) + 0.5 * sigma ** 2 * t) / t3
    d2 = d1 - t3

    # return s * normal_cdf(d1) - k * normal_cdf(d2)
    dd2 = normal_cdf_pullback(d2, -k)
    dd1 = normal_cdf_pullback(d1, s)
    # d2 = d1 - sigma * sqrt(t)
    dd1 += dd2
    # d1 = (log(s / k) + 0.5 * sigma**2 * t) / (sigma * sqrt(t))
    d = dd1 / t3
    dsigma = (-dd2 - d * d1) * root_t + d * t * sigma
    ds = normal_cdf(d1) + d / t2 / k
    return ds, dsigma
