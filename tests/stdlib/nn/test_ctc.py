"""Connectionist temporal classification against the sum over all ways, and all modes against each other."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import nn
from tests.stdlib.nn.cases import assert_all_modes_agree, assert_jax_agrees, close, normal, written

LABELS = np.array([[1, 2, 0], [1, 1, 0], [2, 0, 0], [3, 1, 3], [0, 0, 0]])
LENGTHS, LABEL_LENGTHS = np.array([4, 5, 2, 5, 3]), np.array([2, 2, 1, 3, 0])
BLANK_LAST = np.where(LABELS == 3, 0, LABELS), LENGTHS, np.array([2, 2, 1, 2, 0])


def log_softmax(x: Any) -> Any:
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


PROBS = log_softmax(normal(5, 5, 4))
CALLS = [
    (f"nn.ctc_loss(x, np.array({LABELS.tolist()}), np.array({LENGTHS.tolist()}), np.array([2, 2, 1, 3, 0]))", [PROBS]),
    ("nn.ctc_loss(x, np.array([[0, 1]]), np.array([4]), label_lengths=np.array([2]), blank=3)", [normal(1, 4, 4)]),
]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return written(tmp_path_factory.mktemp("calls"), CALLS)


def over_all_ways(p: Any, label: list[int], blank: int) -> float:
    """The probability of a sequence, as the sum over whatever makes it when repeats and blanks are taken out."""
    total = 0.0
    for way in itertools.product(range(p.shape[1]), repeat=len(p)):
        if [k for k, _ in itertools.groupby(way) if k != blank] == label:
            total += np.exp(sum(p[t, k] for t, k in enumerate(way)))
    return total


@pytest.mark.parametrize("blank", [0, 3])
def test_it_is_the_sum_over_all_ways(blank: int) -> None:
    labels, lengths, counts = (LABELS, LENGTHS, LABEL_LENGTHS) if blank == 0 else BLANK_LAST
    found = nn.ctc_loss(PROBS, labels, lengths, counts, blank)
    with np.errstate(divide="ignore"):
        rows = zip(PROBS, labels, lengths, counts)
        close(found, [-np.log(over_all_ways(p[:n], label[:m].tolist(), blank)) for p, label, n, m in rows])


@pytest.mark.parametrize("k", range(len(CALLS)))
def test_all_modes_agree(functions: ModuleType, k: int) -> None:
    assert_all_modes_agree(getattr(functions, f"f{k}"), getattr(functions, f"loss{k}"), CALLS[k][1])


@pytest.mark.usefixtures("double_precision")
def test_jax_gives_the_same(functions: ModuleType) -> None:
    jax = pytest.importorskip("jax")
    from pullback.runtime.jax import ctc_loss_hvp

    assert_jax_agrees(functions, CALLS, [0], ())
    how = LABELS, LENGTHS, LABEL_LENGTHS
    close(jax.jit(ctc_loss_hvp)(np.cos(PROBS), PROBS, *how), nn.ctc_loss_hvp(np.cos(PROBS), PROBS, *how))


def test_the_derivative_is_how_probable_a_symbol_is() -> None:
    d = nn.ctc_loss_grad(PROBS, LABELS, LENGTHS, LABEL_LENGTHS)
    within = np.arange(5) < LENGTHS[:, None]
    close(-np.sum(d, axis=2), within.astype(float))


def test_what_does_not_fit_into_the_time_is_infinite_and_has_the_derivative_zero() -> None:
    labels, lengths, counts = np.array([[1, 1], [1, 2]]), np.array([2, 2]), np.array([2, 2])
    p = log_softmax(normal(2, 2, 3))

    def loss(p: Any) -> Any:
        return np.sum(nn.ctc_loss(p, labels, lengths, counts))

    assert np.isinf(nn.ctc_loss(p, labels, lengths, counts)).tolist() == [True, False]
    value, d = pullback.value_and_grad(loss)(p)
    assert np.isinf(value)
    assert (d[0] == 0.0).all()
    assert (d[1] != 0.0).any()
    d2 = pullback.hvp(loss)((p,), np.ones_like(p))
    assert np.isfinite(d2).all()


def test_long_sequences_stay_finite_in_single_precision() -> None:
    p = (20.0 * normal(2, 300, 7)).astype(np.float32)
    p = (p - np.log(np.sum(np.exp(p), axis=2, keepdims=True))).astype(np.float32)
    labels = np.random.default_rng(0).integers(1, 7, (2, 40))
    how = labels, np.array([300, 250]), np.array([40, 30])
    for found in (nn.ctc_loss(p, *how), nn.ctc_loss_grad(p, *how), nn.ctc_loss_hvp(p, p, *how)):
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
    exact = nn.ctc_loss(p.astype(float), *how)
    np.testing.assert_allclose(nn.ctc_loss(p, *how), exact, rtol=1e-5)
    np.testing.assert_allclose(nn.ctc_loss_grad(p, *how), nn.ctc_loss_grad(p.astype(float), *how), atol=5e-3)
    assert np.isnan(nn.ctc_loss(np.full((1, 2, 3), np.nan), np.array([[1]]), np.array([2]), np.array([1]))).all()


def test_a_batch_of_nothing_has_a_gradient_of_nothing() -> None:
    none = np.zeros(0, int)
    found = pullback.grad(lambda p: np.sum(nn.ctc_loss(p, np.zeros((0, 2), int), none, none)))(np.zeros((0, 4, 3)))
    assert found.shape == (0, 4, 3)


def test_a_sequence_without_labels_is_all_blanks() -> None:
    found = nn.ctc_loss(PROBS, np.zeros((5, 0), int), LENGTHS, np.zeros(5, int))
    close(found, [-np.sum(p[:n, 0]) for p, n in zip(PROBS, LENGTHS)])


def test_a_third_derivative_is_refused() -> None:
    labels, lengths, counts = np.array([[1, 2]]), np.array([3]), np.array([2])

    def loss(p: Any) -> Any:
        return np.sum(nn.ctc_loss(p, labels, lengths, counts))

    twice = pullback.hvp(loss)

    def product(p: Any) -> Any:
        return np.sum(twice((p,), np.cos(p)) ** 2)

    with pytest.raises(pullback.NotSupportedYet, match="ctc_loss_hvp"):
        pullback.grad(product)(log_softmax(normal(1, 3, 3)))


BAD = [
    (
        (2, 4, 3),
        [[1, 2]],
        [4],
        [2],
        r"ctc_loss: log_probs has the shape \(2, 4, 3\), labels \(1, 2\), the lengths \(1,\)",
    ),
    ((1, 4, 3), [[1, 2]], [5], [2], r"ctc_loss: input_lengths are from 1 to 4, not \[5\]"),
    ((1, 4, 3), [[1, 2]], [4], [3], r"ctc_loss: label_lengths are from 0 to 2, not \[3\]"),
    ((1, 4, 3), [[1, 3]], [4], [2], "ctc_loss: labels are from 0 to 2 and not the blank 0"),
    ((1, 4, 3), [[1, 0]], [4], [2], "not the blank 0"),
]


@pytest.mark.parametrize(("shape", "labels", "lengths", "counts", "message"), BAD)
def test_what_does_not_fit_is_named(shape: Any, labels: Any, lengths: Any, counts: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.ctc_loss(normal(*shape), np.array(labels), np.array(lengths), np.array(counts))
