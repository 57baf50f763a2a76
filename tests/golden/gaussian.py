# flags: --mode value-and-grad --wrt mu,sigma
# args: 0.3, 1.7, n(8)
# input
import numpy as np
from math import log, pi


def negative_log_likelihood(mu, sigma, x):
    z = (x - mu) / sigma
    return 0.5 * np.sum(z * z) + len(x) * (log(sigma) + 0.5 * log(2.0 * pi))
# output
