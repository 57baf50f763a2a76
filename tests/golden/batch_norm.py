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
import numpy as np


def loss_grad(gamma, beta, x, weights):
    """Gradient of `loss` with respect to (gamma, beta, x)."""
    mean = np.mean(x, axis=0)
    variance = np.var(x, axis=0)
    t = np.sqrt(variance + 1e-05)
    normal = (x - mean) / t

    # return np.sum(weights * (gamma * normal + beta))
    dbeta = np.sum(weights, axis=0)
    dgamma = np.sum(weights * normal, axis=0)
    dnormal = weights * gamma
    # normal = (x - mean) / np.sqrt(variance + 1e-5)
    dx = dnormal / t
    dmean = -np.sum(dx, axis=0)
    # variance = np.var(x, axis=0)
    d = 2.0 * -(0.5 * np.sum(dx * normal, axis=0) / t) / x.shape[0]
    dx += d * (x - np.mean(x, axis=0, keepdims=True))
    # mean = np.mean(x, axis=0)
    dx += dmean / x.shape[0]
    return dgamma, dbeta, dx
