# flags: --mode value-and-grad --wrt mu,sigma
# args: 0.3, 1.7, n(8)
# input
import numpy as np
from math import log, pi


def negative_log_likelihood(mu, sigma, x):
    z = (x - mu) / sigma
    return 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * pi))
# output
import numpy as np
from math import log, pi


def negative_log_likelihood_value_and_grad(mu, sigma, x):
    """Value and gradient of `negative_log_likelihood`."""
    z = (x - mu) / sigma
    value = 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * pi))

    # return 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * pi))
    dsigma = 1.0 * len(x) / sigma
    dz = 0.5 * z
    dz += dz
    # z = (x - mu) / sigma
    d = dz / sigma
    dmu = float(-np.sum(d))
    dsigma = float(dsigma - np.sum(d * z))
    return value, (dmu, dsigma)
