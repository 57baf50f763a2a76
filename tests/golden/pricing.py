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
