# flags: --mode grad --wrt a --bare
# args: (lambda m: m @ m.T + 5.0 * np.eye(5))(n(5, 5))
# input
import numpy as np


def log_det(a):
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - a[j, :j] @ a[j, :j])
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]
    return 2.0 * np.sum(np.log(np.diagonal(a)))
# output
import numpy as np

from pullback.runtime import place_diagonal


def log_det_grad(a):
    """Gradient of `log_det` with respect to a."""
    a = np.copy(a)
    n = a.shape[0]
    for j in range(n):
        t = a[j, :j]
        a[j, j] = np.sqrt(a[j, j] - t @ t)
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]

    # return 2.0 * np.sum(np.log(np.diagonal(a)))
    da = place_diagonal(2.0 / np.diagonal(a), a, 0, 0, 1)
    for j in reversed(range(n)):
        t = a[j, j]
        t2 = a[j, :j]
        for i in reversed(range(j + 1, n)):
            # a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]
            d = da[i, j] / t
            da[i, j] = d
            da[j, j] -= d * a[i, j]
            da[j, :j] -= d * a[i, :j]
            da[i, :j] -= d * t2
        # a[j, j] = np.sqrt(a[j, j] - a[j, :j] @ a[j, :j])
        d = 0.5 * da[j, j] / t
        da[j, j] = d
        da[j, :j] -= 2.0 * (d * t2)
    return da
