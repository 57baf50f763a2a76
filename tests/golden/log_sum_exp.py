# flags: --mode vjp --wrt x --bare
# args: n(4, 3)
# input
import numpy as np


def log_sum_exp(x):
    m = np.max(x, axis=1)
    return m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))
# output
