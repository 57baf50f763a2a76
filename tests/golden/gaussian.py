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
from math import log


def negative_log_likelihood_value_and_grad(mu, sigma, x):
    """Value of `negative_log_likelihood` and its gradient with respect to (mu, sigma)."""
    z = (x - mu) / sigma
    t = 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * 3.141592653589793))

    # return 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * pi))
    dsigma = 1.0 * len(x) / sigma
    dz = 0.5 * z
    dz += dz
    # z = (x - mu) / sigma
    dsigma += np.sum(-(dz * z / sigma))
    dmu = np.sum(-(dz / sigma))
    dmu = float(dmu)
    dsigma = float(dsigma)
    return t, (dmu, dsigma)
