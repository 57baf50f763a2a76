# flags: --mode grad --wrt gamma,beta,x
# args: n(4), n(4), n(6, 4), n(6, 4)
# input
import numpy as np


def loss(gamma, beta, x, weights):
    mean = np.mean(x, axis=0)
    variance = np.var(x, axis=0)
    normal = (x - mean) / np.sqrt(variance + 1e-5)
    return np.sum(weights * (gamma * normal + beta))
# output
