# flags: --mode vjp --wrt x --bare
# args: n(4, 3)
# input
import numpy as np


def log_sum_exp(x):
    m = np.max(x, axis=1)
    return m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))
# output
import numpy as np


def log_sum_exp_vjp(x):
    """Value of `log_sum_exp` and the function that pulls a cotangent back to x."""
    m = np.max(x, axis=1)
    t = np.exp(x - m[:, None])
    t2 = np.sum(t, axis=1)
    value = m + np.log(t2)
    x = np.copy(x)

    def pull(dout):
        # return m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))
        dx = np.expand_dims(dout / t2, axis=1) * t
        dm = dout - np.sum(dx, axis=1)
        # m = np.max(x, axis=1)
        d = x == np.expand_dims(m, axis=1)
        d2 = np.sum(d, axis=1, dtype=np.float64, keepdims=True)
        dx += np.expand_dims(dm, axis=1) / d2 * d
        return dx

    return value, pull
