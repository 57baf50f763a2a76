"""Connectionist temporal classification: its second derivative is symmetric, so one product serves both modes."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.nn.ctc import ctc_loss, ctc_loss_grad, ctc_loss_hvp
from pullback.stdlib.registry import fresh, linear, rule

linear(ctc_loss_hvp)
fresh(ctc_loss, ctc_loss_grad, ctc_loss_hvp)


@rule(ctc_loss, whole=True)
def cotangent_of_ctc_loss(
    ct: Any, out: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0
) -> Any:
    each = ctc_loss_grad(log_probs, labels, input_lengths, label_lengths, blank=blank)
    return np.expand_dims(ct, (1, 2)) * each, None, None, None


@rule.forward(ctc_loss)
def tangent_of_ctc_loss(
    tangents: Any, out: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0
) -> Any:
    each = ctc_loss_grad(log_probs, labels, input_lengths, label_lengths, blank=blank)
    return np.sum(tangents[0] * each, axis=(1, 2))


@rule(ctc_loss_grad, whole=True)
def cotangent_of_ctc_loss_grad(
    ct: Any, out: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0
) -> Any:
    return ctc_loss_hvp(ct, log_probs, labels, input_lengths, label_lengths, blank=blank), None, None, None


@rule.forward(ctc_loss_grad)
def tangent_of_ctc_loss_grad(
    tangents: Any, out: Any, log_probs: Any, labels: Any, input_lengths: Any, label_lengths: Any, *, blank: Any = 0
) -> Any:
    return ctc_loss_hvp(tangents[0], log_probs, labels, input_lengths, label_lengths, blank=blank)


@rule(ctc_loss_hvp, active=(0,), whole=True)
def cotangent_of_ctc_loss_hvp(
    ct: Any,
    out: Any,
    v: Any,
    log_probs: Any,
    labels: Any,
    input_lengths: Any,
    label_lengths: Any,
    *,
    blank: Any = 0,
) -> Any:
    return ctc_loss_hvp(ct, log_probs, labels, input_lengths, label_lengths, blank=blank), None, None, None, None
