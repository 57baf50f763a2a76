# flags: --mode grad --wrt logits,means,log_stds
# args: n(3), n(3, 2), 0.1 * n(3, 2), n(6, 2)
# input
import numpy as np


def gmm(logits, means, log_stds, x):
    z = (x[:, None, :] - means) / np.exp(log_stds)
    lp = -0.5 * np.sum(z * z, axis=2) - np.sum(log_stds, axis=1) + logits - np.log(np.sum(np.exp(logits)))
    m = np.max(lp, axis=1, keepdims=True)
    return -np.mean(m[:, 0] + np.log(np.sum(np.exp(lp - m), axis=1)))
# output
import numpy as np


def gmm_grad(logits, means, log_stds, x):
    """Gradient of `gmm` with respect to (logits, means, log_stds)."""
    t = np.exp(log_stds)
    z = (x[:, None, :] - means) / t
    t2 = np.exp(logits)
    t3 = np.sum(t2)
    lp = -0.5 * np.sum(z * z, axis=2) - np.sum(log_stds, axis=1) + logits - np.log(t3)
    m = np.max(lp, axis=1, keepdims=True)
    t4 = np.exp(lp - m)

    # return -np.mean(m[:, 0] + np.log(np.sum(np.exp(lp - m), axis=1)))
    d = -1.0 / x.shape[0]
    dlp = np.expand_dims(d / np.sum(t4, axis=1), axis=1) * t4
    dm = -np.sum(dlp, axis=1, keepdims=True)
    dm[:, 0] += d
    # m = np.max(lp, axis=1, keepdims=True)
    d = lp == m
    dlp += dm / np.sum(d, axis=1, dtype=np.float64, keepdims=True) * d
    # lp = -0.5 * np.sum(z * z, axis=2) - np.sum(log_stds, axis=1) + logits - np.log ...
    dlogits = -(np.sum(dlp) / t3 * t2)
    d = np.sum(dlp, axis=0)
    dlogits += d
    dlog_stds = np.expand_dims(-d, axis=1)
    dz = np.expand_dims(-0.5 * dlp, axis=2) * z
    dz += dz
    # z = (x[:, None, :] - means) / np.exp(log_stds)
    d = dz / t
    dlog_stds = dlog_stds - np.sum(d * z, axis=0) * t
    dmeans = -np.sum(d, axis=0)
    return dlogits, dmeans, dlog_stds
