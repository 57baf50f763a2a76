"""Train the model on scikit-learn's digits with the gradient that pullback wrote into `loss_value_and_grad.py`.

    python train.py [momentum|adam]

`loss_value_and_grad.py` needs NumPy and nothing else. This is how it was written, in this folder:

    pullback transpile model.py:loss --mode value-and-grad --standalone \\
        --wrt w1,b1,w2,b2,w3,b3 -o loss_value_and_grad.py \\
        --signature 'w1: f64[:,:], b1: f64[:], w2: f64[:,:], b2: f64[:], w3: f64[:,:], b3: f64[:],
                     x: f64[:,:], labels: i64[:]'
"""

import sys
from itertools import pairwise

import numpy as np
from loss_value_and_grad import loss_value_and_grad
from model import predict
from optimisers import adam, momentum

OPTIMISERS = {"momentum": momentum, "adam": adam}
BATCH = 32


def load():
    """Images (rows of 64 numbers from 0 to 1) and labels: 1437 to train on, then 360 to test on."""
    from sklearn.datasets import load_digits

    data, labels = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(data))
    return data[order] / 16.0, labels[order]


def initial_weights(rng, sizes=(64, 100, 100, 10)):
    """Random matrices scaled for ReLU, and biases of zero."""
    weights = []
    for inputs, outputs in pairwise(sizes):
        weights += [rng.standard_normal((inputs, outputs)) * np.sqrt(2.0 / inputs), np.zeros(outputs)]
    return weights


def batches(rng, rows, epochs):
    """Index arrays of whole batches, in a new order each epoch."""
    for _ in range(epochs):
        order = rng.permutation(rows)
        for start in range(0, rows - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def train(weights, step, data, labels, order):
    """The losses, one per batch of `order`; `weights` are changed in place by `step`."""
    losses = []
    for rows in order:
        value, gradients = loss_value_and_grad(*weights, data[rows], labels[rows])
        step(gradients)
        losses.append(value)
    return losses


def accuracy(weights, data, labels):
    """The share of rows whose label is predicted."""
    return float(np.mean(np.argmax(predict(*weights, data), axis=1) == labels))


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "momentum"
    data, labels = load()
    rng = np.random.default_rng(0)
    weights = initial_weights(rng)
    losses = train(weights, OPTIMISERS[name](weights), data[:1437], labels[:1437], batches(rng, 1437, epochs=10))
    share = accuracy(weights, data[1437:], labels[1437:])
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, accuracy {share:.4f}")


if __name__ == "__main__":
    main()
