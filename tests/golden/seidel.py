# flags: --mode grad --wrt a --bare
# args: n(6, 6), 3
# input
import numpy as np


def seidel(a, sweeps):
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return (a * a).sum()
# output
import numpy as np


def seidel_grad(a, sweeps):
    """Gradient of `seidel` with respect to a."""
    a = np.copy(a)
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                t = a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]
                a[i, j] = 0.2 * t

    # return (a * a).sum()
    da = 2.0 * a
    for _ in range(sweeps):
        for i in reversed(range(1, n - 1)):
            for j in reversed(range(1, n - 1)):
                # a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] ...
                d = 0.2 * da[i, j]
                da[i, j] = d
                da[i, j + 1] += d
                da[i, j - 1] += d
                da[i + 1, j] += d
                da[i - 1, j] += d
    return da
