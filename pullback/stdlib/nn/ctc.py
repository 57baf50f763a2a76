"""Connectionist temporal classification: how probable a sequence of labels is, whichever way it is spread over time.

Graves et al. (2006): labels may last, and blanks stand between them. Sums over all ways are made by one pass over time,
forward for the loss, and forward and backward for its gradient, in logarithms, for the whole batch at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def ctc_loss(log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, blank: int = 0) -> Any:
    """Minus the logarithm of the probability of each sequence of labels of a batch, as an array of one axis.

    `log_probs`: (N, T, C), logarithms of the probabilities of C symbols at T times, as `log_softmax` makes them, of
    which the first `input_lengths` count; `labels`: (N, L) integers, of which the first `label_lengths` count. `blank`
    is the symbol that stands for no label.

    A sequence that does not fit into the time has an infinite loss, and the derivative 0. Raises ValueError, with the
    shapes, for what does not fit together.
    """
    emitted, _, may_skip, last = ways("ctc_loss", log_probs, labels, input_lengths, label_lengths, blank)
    ends = sums_at_end(sums_until(emitted, may_skip, input_lengths), last)
    return np.where(ends < -1e29, np.inf, -ends).astype(log_probs.dtype)


def ctc_loss_grad(log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, blank: int = 0) -> Any:
    """The derivative of each loss in `log_probs`: minus how probable it is that a symbol stands at a time."""
    emitted, symbols, may_skip, last = ways("ctc_loss_grad", log_probs, labels, input_lengths, label_lengths, blank)
    until, after = sums_until(emitted, may_skip, input_lengths), sums_after(emitted, may_skip, input_lengths, last)
    return of_symbols(-shares(until, after, sums_at_end(until, last)), symbols, log_probs, blank)


def ctc_loss_hvp(v: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, blank: int = 0) -> Any:
    """The product of the second derivative of each loss in `log_probs` with `v`: how `ctc_loss_grad` moves along it."""
    how = labels, input_lengths, label_lengths, blank
    emitted, symbols, may_skip, last = ways("ctc_loss_hvp", log_probs, *how)
    moved = np.moveaxis(np.take_along_axis(v, symbols[:, None, :], 2), 1, 0)
    until, after = sums_until(emitted, may_skip, input_lengths), sums_after(emitted, may_skip, input_lengths, last)
    ends = sums_at_end(until, last)
    share = shares(until, after, ends)
    d_until = until_moved(until, emitted, moved, may_skip, input_lengths)
    d_after = after_moved(after, emitted, moved, may_skip)
    d_end = np.sum(share[:1] * (d_until + d_after)[:1], axis=2, keepdims=True)
    return of_symbols(-share * (d_until + d_after - d_end), symbols, log_probs, blank)


def ways(
    name: str, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, blank: int
) -> tuple[Any, Any, Any, Any]:
    """What is emitted, (T, N, S), by the labels with blanks between and around them, (N, S), and how they go on.

    That is where a blank may be left out, between two labels that differ, and where each sequence ends.
    """
    shape, rows = log_probs.shape, np.shape(labels)
    if (
        len(shape) != 3
        or len(rows) != 2
        or not np.shape(input_lengths) == np.shape(label_lengths) == rows[:1] == shape[:1]
    ):
        lengths = f"{np.shape(input_lengths)} and {np.shape(label_lengths)}"
        raise ValueError(f"{name}: log_probs has the shape {shape}, labels {rows}, the lengths {lengths}")
    input_lengths, label_lengths = np.asarray(input_lengths), np.asarray(label_lengths)
    counts = np.arange(rows[1]) < label_lengths[:, None]
    given = np.where(counts, labels, blank)
    if np.any(input_lengths < 1) or np.any(input_lengths > shape[1]):
        raise ValueError(f"{name}: input_lengths are from 1 to {shape[1]}, not {input_lengths}")
    if np.any(label_lengths < 0) or np.any(label_lengths > rows[1]):
        raise ValueError(f"{name}: label_lengths are from 0 to {rows[1]}, not {label_lengths}")
    if np.any(given < 0) or np.any(given >= shape[2]) or np.any((given == blank) & counts):
        raise ValueError(f"{name}: labels are from 0 to {shape[2] - 1} and not the blank {blank}")
    symbols = np.full((rows[0], 2 * rows[1] + 1), blank)
    symbols[:, 1::2] = given
    may_skip = np.zeros(symbols.shape, bool)
    may_skip[:, 3::2] = given[:, 1:] != given[:, :-1]
    emitted = np.moveaxis(np.take_along_axis(log_probs, symbols[:, None, :], 2), 1, 0)
    emitted = np.maximum(emitted, -1e30, dtype=np.result_type(log_probs, np.float32))
    return np.ascontiguousarray(emitted), symbols, may_skip, 2 * label_lengths


def log_of_sum(a: Any, b: Any, c: Any) -> Any:
    """The logarithm of the sum of three numbers, of which there are the logarithms; -1e30 is that of 0."""
    m = np.maximum(np.maximum(a, b), c)
    return m + np.log(np.exp(a - m) + np.exp(b - m) + np.exp(c - m))


def sums_until(emitted: Any, may_skip: Any, input_lengths: Any) -> Any:
    """For each time and place in a sequence the ways that have come there; after the last time as they were."""
    out = np.empty_like(emitted)
    wide = np.full((len(may_skip), may_skip.shape[1] + 2), -1e30, emitted.dtype)
    wide[:, 2:4] = emitted[0, :, :2]
    out[0] = wide[:, 2:]
    goes_on = np.arange(len(emitted))[:, None, None] < np.asarray(input_lengths)[:, None]
    for t in range(1, len(emitted)):
        came = log_of_sum(wide[:, 2:], wide[:, 1:-1], np.where(may_skip, wide[:, :-2], wide.dtype.type(-1e30)))
        out[t] = np.where(goes_on[t], came + emitted[t], wide[:, 2:])
        wide[:, 2:] = out[t]
    return out


def sums_after(emitted: Any, may_skip: Any, input_lengths: Any, last: Any) -> Any:
    """For each time and place the ways that go on from there, to the last label or the blank after it."""
    out = np.full_like(emitted, -1e30)
    places = np.arange(may_skip.shape[1])
    ends = np.where((places == last[:, None]) | (places == last[:, None] - 1), 0.0, -1e30).astype(emitted.dtype)
    wide = np.full((len(may_skip), may_skip.shape[1] + 2), -1e30, emitted.dtype)
    final = np.asarray(input_lengths)[:, None] - 1
    for t in range(len(emitted) - 1, -1, -1):
        skipped = np.where(may_skip[:, 2:], wide[:, 2:-2], wide.dtype.type(-1e30))
        skipped = np.concatenate([skipped, wide[:, -2:]], axis=1)[:, : len(places)]
        goes = log_of_sum(wide[:, :-2], wide[:, 1:-1], skipped)
        out[t] = np.where(t == final, ends, np.where(t < final, goes, ends.dtype.type(-1e30)))
        wide[:, :-2] = out[t] + emitted[t]
    return out


def sums_at_end(until: Any, last: Any) -> Any:
    """All ways of each sequence: those that have come to the last label, and to the blank after it."""
    rows = np.arange(len(last))
    at_label = np.where(last > 0, until[-1, rows, np.maximum(last - 1, 0)], until.dtype.type(-1e30))
    return log_of_sum(until[-1, rows, last], at_label, until.dtype.type(-1e30))


def shares(until: Any, after: Any, ends: Any) -> Any:
    """How probable each place in a sequence is at each time; 0 for sequences that are not possible."""
    possible = ~(ends < -1e29)
    return np.exp(until + after - np.where(possible, ends, 0.0)[:, None].astype(until.dtype)) * possible[:, None]


def until_moved(until: Any, emitted: Any, moved: Any, may_skip: Any, input_lengths: Any) -> Any:
    """How `sums_until` moves with what is emitted: each by the mean over the ways that come there."""
    out = np.zeros_like(until)
    out[0, :, :2] = moved[0, :, :2]
    goes_on = np.arange(len(until))[:, None, None] < np.asarray(input_lengths)[:, None]
    for t in range(1, len(until)):
        counts = (until[t] > -1e29) & goes_on[t]
        for k in range(3):
            n, here = until.shape[2] - k, (slice(None), slice(k, None))
            weight = np.exp(np.minimum(until[t - 1, :, :n] + emitted[t][here] - until[t][here], 0.0)) * counts[here]
            weight = weight * may_skip[:, 2:] if k == 2 else weight
            out[t][here] += weight * (out[t - 1, :, :n] + moved[t][here])
    return out


def after_moved(after: Any, emitted: Any, moved: Any, may_skip: Any) -> Any:
    """How `sums_after` moves with what is emitted: each by the mean over the ways that go on from there."""
    out = np.zeros_like(after)
    for t in range(len(after) - 2, -1, -1):
        counts = (after[t] > -1e29) & (after[t + 1] > -1e29).any(axis=1, keepdims=True)
        for k in range(3):
            n, there = after.shape[2] - k, (slice(None), slice(k, None))
            weight = after[t + 1][there] + emitted[t + 1][there] - after[t, :, :n]
            weight = np.exp(np.minimum(weight, 0.0)) * counts[:, :n]
            weight = weight * may_skip[:, 2:] if k == 2 else weight
            out[t, :, :n] += weight * (out[t + 1][there] + moved[t + 1][there])
    return out


def of_symbols(share: Any, symbols: Any, log_probs: Any, blank: int) -> Any:
    """What the places of sequences, (T, N, S), have, added up for each symbol: (N, T, C)."""
    out = np.zeros(log_probs.shape, share.dtype)
    out[:, :, blank] = np.sum(share[:, :, ::2], axis=2).T
    rows = np.arange(len(symbols))
    for s in range(1, symbols.shape[1], 2):
        out[rows, :, symbols[:, s]] += share[:, :, s].T
    return out.astype(log_probs.dtype)
