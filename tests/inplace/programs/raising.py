"""Programs that raise in the middle, for some arguments."""

import numpy as np


def raises_in_the_middle(x, limit):
    for i in range(x.shape[0]):
        x[i] *= 2.0
        if x[i] > limit:
            raise ValueError(f"element {i} is too large")
    return np.sum(x * x)


def asserts_in_the_middle(x, limit):
    y = np.zeros(4)
    for i in range(x.shape[0]):
        y[i] = x[i] * x[i - 1]
        x[i] = y[i]
        assert x[i] < limit, "too large"
    return np.sum(x * y)


def divides_in_the_middle(x, limit):
    x[0] *= 2.0
    x[1] = 1.0 / limit
    x[2] = x[0] * x[1]
    return np.sum(x * x)


def writes_beyond_the_end(x, limit):
    x[0] *= 2.0
    x[int(limit)] = x[0] * x[1]
    return np.sum(x * x)
