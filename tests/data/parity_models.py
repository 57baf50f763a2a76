"""Model functions whose losses and gradients several frameworks agree on: files `.npz` of their names hold the figures."""

import numpy as np


def relu(a):
    return np.maximum(a, 0.0)


def logsumexp_rows(z):
    m = np.max(z, axis=1, keepdims=True)
    return m[:, 0] + np.log(np.sum(np.exp(z - m), axis=1))


def softmax_xent(z, onehot):
    """Mean softmax cross-entropy of logits z (N, C) against one-hot targets."""
    return np.mean(logsumexp_rows(z) - np.sum(z * onehot, axis=1))


def mlp(W1, b1, W2, b2, W3, b3, x, t):
    h1 = relu(np.dot(x, W1) + b1)
    h2 = relu(np.dot(h1, W2) + b2)
    return softmax_xent(np.dot(h2, W3) + b3, t)


def conv2d_valid(x, W, b):
    """Stride-1 'valid' cross-correlation, NCHW x OIHW, written as a loop over the kernel."""
    O, I, kh, kw = W.shape
    H = x.shape[2] - kh + 1
    Wd = x.shape[3] - kw + 1
    out = np.reshape(b, (1, O, 1, 1)) + np.zeros((x.shape[0], O, H, Wd), x.dtype)
    for i in range(kh):
        for j in range(kw):
            patch = x[:, :, i:i + H, j:j + Wd]
            out = out + np.einsum('nchw,oc->nohw', patch, W[:, :, i, j])
    return out


def maxpool2(x):
    N, C, H, Wd = x.shape
    return np.max(np.reshape(x, (N, C, H // 2, 2, Wd // 2, 2)), axis=(3, 5))


def lenet(K1, c1, K2, c2, W3, b3, W4, b4, x, t):
    p1 = maxpool2(conv2d_valid(x, K1, c1))
    p2 = maxpool2(conv2d_valid(p1, K2, c2))
    flat = np.reshape(p2, (x.shape[0], -1))
    h = relu(np.dot(flat, W3) + b3)
    return softmax_xent(np.dot(h, W4) + b4, t)


def bn_dropout(W1, b1, gamma, beta, W2, b2, x, mask, t):
    a = np.dot(x, W1) + b1
    mu = np.mean(a, axis=0)
    var = np.mean((a - mu) ** 2, axis=0)
    y = gamma * (a - mu) / np.sqrt(var + 1e-3) + beta
    h = relu(y) * mask  # mask already holds 1/(1-p)
    return softmax_xent(np.dot(h, W2) + b2, t)
