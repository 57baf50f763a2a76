"""Recurrent cells, and the loops over sequences that are made of them.

Sequences have time first: x (T, N, inputs); states are (N, H). Gates stand next to each other along the last axis of a
kernel: i, f, g, o of an LSTM, r, z, n of a GRU. `lengths` (N,): from its end on a sequence keeps its state, and what
comes out is zero. `truncate`: after every so many steps nothing of the derivative goes further back (truncated BPTT).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.control import stop_gradient
from pullback.stdlib.nn.checks import require_features
from pullback.stdlib.nn.normalised import sigmoid


def rnn_cell(x: Any, h: Any, w: Any, u: Any, b: Any) -> Any:
    """The next state tanh(x @ w + h @ u + b): w (inputs, H), u (H, H), b (H,)."""
    return np.tanh(x @ w + h @ u + b)


def lstm_cell(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any) -> tuple[Any, Any]:
    """The next (h, c) of an LSTM (Hochreiter and Schmidhuber, 1997): w (inputs, 4 H), u (H, 4 H), b (4 H,)."""
    return lstm_step(x @ w + b, h, c, u)


def gru_cell(x: Any, h: Any, w: Any, u: Any, b: Any, c: Any) -> Any:
    """The next state of a GRU (Cho and others, 2014): w (inputs, 3 H), u (H, 3 H), b (3 H,), c (H,).

    The reset gate acts after the product with `u`, and `c` is the bias of that product in n, as in Keras' default, in
    cuDNN and in PyTorch.
    """
    return gru_step(x @ w + b, h, u, c)


def rnn(x: Any, h: Any, w: Any, u: Any, b: Any, *, lengths: Any = None, truncate: int | None = None) -> tuple[Any, Any]:
    """`rnn_cell` along a sequence: the outputs (T, N, H), and the last state."""
    require_features("rnn", x, w)
    steps = x @ w + b
    out = np.zeros((x.shape[0], h.shape[0], h.shape[1]), steps.dtype)
    for t in range(x.shape[0]):
        if truncate is not None and t % truncate == 0:
            h = stop_gradient(h)
        new = np.tanh(steps[t] + h @ u)
        if lengths is None:
            h = new
            out[t] = new
        else:
            on = (t < lengths)[:, None]
            h = np.where(on, new, h)
            out[t] = np.where(on, new, 0.0)
    return out, h


def lstm(
    x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, *, lengths: Any = None, truncate: int | None = None
) -> tuple[Any, Any, Any]:
    """`lstm_cell` along a sequence: the outputs (T, N, H), and the last h and c."""
    require_features("lstm", x, w)
    steps = x @ w + b
    out = np.zeros((x.shape[0], h.shape[0], h.shape[1]), steps.dtype)
    for t in range(x.shape[0]):
        if truncate is not None and t % truncate == 0:
            h = stop_gradient(h)
            c = stop_gradient(c)
        new, cell = lstm_step(steps[t], h, c, u)
        if lengths is None:
            h = new
            c = cell
            out[t] = new
        else:
            on = (t < lengths)[:, None]
            h = np.where(on, new, h)
            c = np.where(on, cell, c)
            out[t] = np.where(on, new, 0.0)
    return out, h, c


def gru(
    x: Any, h: Any, w: Any, u: Any, b: Any, c: Any, *, lengths: Any = None, truncate: int | None = None
) -> tuple[Any, Any]:
    """`gru_cell` along a sequence: the outputs (T, N, H), and the last state."""
    require_features("gru", x, w)
    steps = x @ w + b
    out = np.zeros((x.shape[0], h.shape[0], h.shape[1]), steps.dtype)
    for t in range(x.shape[0]):
        if truncate is not None and t % truncate == 0:
            h = stop_gradient(h)
        new = gru_step(steps[t], h, u, c)
        if lengths is None:
            h = new
            out[t] = new
        else:
            on = (t < lengths)[:, None]
            h = np.where(on, new, h)
            out[t] = np.where(on, new, 0.0)
    return out, h


def lstm_step(step: Any, h: Any, c: Any, u: Any) -> tuple[Any, Any]:
    """The next (h, c), from what the input gives to the gates."""
    n = h.shape[-1]
    z = step + h @ u
    gates = sigmoid(z)
    g = np.tanh(z[:, 2 * n : 3 * n])
    c = gates[:, n : 2 * n] * c + gates[:, :n] * g
    return gates[:, 3 * n :] * np.tanh(c), c


def gru_step(step: Any, h: Any, u: Any, b: Any) -> Any:
    """The next state, from what the input gives to the gates."""
    n = h.shape[-1]
    z = h @ u
    gates = sigmoid(step[:, : 2 * n] + z[:, : 2 * n])
    new = np.tanh(step[:, 2 * n :] + gates[:, :n] * (z[:, 2 * n :] + b))
    return new + gates[:, n:] * (h - new)
