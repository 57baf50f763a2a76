"""The plain functions of `pullback.stdlib.nn`: values, gradients, dtypes, and the same of JAX."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import nn
from tests.inplace.outcomes import import_text
from tests.stdlib.nn.calls import ACTIVATIONS, CALLS, LENGTHS, MODULE, SEQUENCES

TOGETHER = 9


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each call."""
    return import_text(MODULE, tmp_path_factory.mktemp("networks") / "network_calls.py")


@pytest.mark.parametrize("k", range(len(CALLS)), ids=[text for text, *_ in CALLS])
def test_gradients(functions: ModuleType, k: int) -> None:
    _, args, count = CALLS[k]
    f, wrt = getattr(functions, f"f{k}"), tuple(range(count))
    pullback.check_grad(f, args, wrt=wrt)
    single = tuple(a.astype(np.float32) if a.dtype == float else a for a in args)
    value, gradients = pullback.value_and_grad(f, wrt=wrt)(*single)
    assert np.result_type(value) == np.float32
    assert all(d.dtype == np.float32 for d in gradients)
    _, expected = pullback.value_and_grad(f, wrt=wrt)(*args)
    for d, e in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(d, e, rtol=2e-3, atol=2e-4 * np.max(np.abs(e)))


@pytest.mark.parametrize("start", range(0, len(CALLS), TOGETHER))
@pytest.mark.usefixtures("double_precision")
def test_on_jax(functions: ModuleType, start: int) -> None:
    jax = pytest.importorskip("jax")
    numbers = range(start, min(start + TOGETHER, len(CALLS)))

    def all_of(given: list[Any]) -> list[Any]:
        return [of(k, "jax")(*args) for k, args in zip(numbers, given, strict=True)]

    def of(k: int, backend: str) -> Any:
        return pullback.value_and_grad(getattr(functions, f"f{k}"), wrt=tuple(range(CALLS[k][2])), backend=backend)

    found = jax.jit(all_of)([CALLS[k][1] for k in numbers])
    for k, (value, gradients) in zip(numbers, found, strict=True):
        expected, wanted = of(k, "numpy")(*CALLS[k][1])
        np.testing.assert_allclose(value, expected, rtol=1e-9)
        for d, e in zip(gradients, wanted, strict=True):
            assert d.dtype == e.dtype
            np.testing.assert_allclose(d, e, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_jax(name: str) -> None:
    jax = pytest.importorskip("jax")
    names = {"softsign": "soft_sign", "hard_silu": "hard_swish", "silu": "swish"}
    x = np.linspace(-4.0, 4.0, 15, dtype=np.float32)
    expected = getattr(jax.nn, names.get(name, name))(x)
    np.testing.assert_allclose(getattr(nn, name)(x), expected, rtol=2e-6, atol=5e-7)


def test_nothing_overflows() -> None:
    x = np.array([-1000.0, 0.0, 1000.0])
    with np.errstate(all="raise", under="ignore"):
        for name in ("sigmoid", "softplus", "log_sigmoid", "silu", "softmax", "log_softmax", "elu", "mish"):
            assert np.all(np.isfinite(getattr(nn, name)(x)))
            assert np.all(np.isfinite(pullback.grad(lambda x, f=getattr(nn, name): np.sum(f(x) * x))(x)))
        for loss in (nn.binary_cross_entropy, nn.log_cosh):
            assert np.all(np.isfinite(pullback.grad(loss)(x, np.array([1.0, 0.5, 0.0]))))


def test_losses_by_hand() -> None:
    x, y = np.array([[1.0, 3.0]]), np.array([[2.0, 0.0]])
    assert nn.mean_squared_error(x, y) == 5.0
    assert nn.mean_squared_error(x, y, reduction="sum") == 10.0
    assert nn.mean_absolute_error(x, y) == 2.0
    assert nn.huber(x, y) == (0.5 + 2.5) / 2
    assert nn.softmax_cross_entropy(np.zeros((2, 4)), np.array([1, 3])) == pytest.approx(np.log(4.0))
    assert nn.binary_cross_entropy(np.zeros(3), np.array([0.0, 1.0, 0.5])) == pytest.approx(np.log(2.0))
    assert nn.hinge(np.array([0.5, 2.0]), np.array([1.0, -1.0])) == (0.5 + 3.0) / 2
    assert nn.multi_class_hinge(np.array([[1.0, 3.0, 2.5]]), np.array([2])) == 1.5
    assert nn.kl_divergence(np.log([[0.5, 0.5]]), np.array([[1.0, 0.0]])) == pytest.approx(np.log(2.0))
    assert nn.cosine_distance(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]])) == 1.0
    assert nn.poisson(np.zeros(1), np.ones(1)) == 1.0
    assert nn.log_cosh(np.ones(1), np.zeros(1)) == pytest.approx(np.log(np.cosh(1.0)))


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_its_cell_again_and_again(name: str) -> None:
    x, *state, w, u, b = SEQUENCES[name] if name != "gru" else SEQUENCES[name][:-1]
    more = SEQUENCES[name][-1:] if name == "gru" else ()
    out, *last = getattr(nn, name)(x, *state, w, u, b, *more)
    masked, *kept = getattr(nn, name)(x, *state, w, u, b, *more, lengths=LENGTHS)
    cells = [state]
    for t in range(len(x)):
        new = getattr(nn, f"{name}_cell")(x[t], *cells[-1], w, u, b, *more)
        cells.append(list(new) if isinstance(new, tuple) else [new])
        np.testing.assert_allclose(out[t], cells[-1][0], rtol=1e-12)
        for k, length in enumerate(LENGTHS):
            np.testing.assert_allclose(masked[t, k], out[t, k] if t < length else 0.0)
    for found, expected in zip(last, cells[-1], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    for j, found in enumerate(kept):
        for k, length in enumerate(LENGTHS):
            np.testing.assert_allclose(found[k], cells[length][j][k], rtol=1e-12)


def test_nothing_flows_back_beyond_where_it_is_truncated() -> None:
    x, h, w, u, b = SEQUENCES["rnn"]

    def last(x: Any) -> Any:
        return np.sum(nn.rnn(x, h, w, u, b, truncate=2)[1])

    d = pullback.grad(last)(x)
    assert not np.any(d[:4])
    assert np.all(np.any(d[4:], axis=(1, 2)))


def test_normalisation_does_what_it_says() -> None:
    x = np.random.default_rng(1).normal(2.0, 3.0, (6, 4, 5))
    y, mean, var = nn.batch_norm_train(x, np.ones(4), np.zeros(4), eps=0.0)
    np.testing.assert_allclose((mean, var), (x.mean(axis=(0, 2)), x.var(axis=(0, 2))))
    np.testing.assert_allclose((y.mean(axis=(0, 2)), y.var(axis=(0, 2))), (np.zeros(4), np.ones(4)), atol=1e-12)
    np.testing.assert_allclose(nn.batch_norm(x, np.ones(4), np.zeros(4), mean, var, eps=0.0), y)
    kept = nn.running_statistics((np.zeros(4), np.ones(4)), mean, var, 30, unbiased=True)
    np.testing.assert_allclose(kept[1], 0.9 + 0.1 * x.var(axis=(0, 2), ddof=1))
    np.testing.assert_allclose(nn.layer_norm(x, eps=0.0).std(axis=-1), np.ones((6, 4)))
    groups = nn.group_norm(x, 2, eps=0.0).reshape(6, 2, 10)
    np.testing.assert_allclose(groups.std(axis=-1), np.ones((6, 2)))


def test_attention_is_that_of_jax() -> None:
    jax = pytest.importorskip("jax")
    q, k, v = (np.random.default_rng(s).normal(size=(2, 5, 3, 4)).astype(np.float32) for s in range(3))
    for causal in (False, True):
        found = nn.dot_product_attention(*(np.swapaxes(a, 1, 2) for a in (q, k, v)), causal=causal)
        expected = jax.nn.dot_product_attention(q, k, v, is_causal=causal)
        np.testing.assert_allclose(np.swapaxes(found, 1, 2), expected, rtol=2e-5, atol=1e-6)


def test_places_turn_pairs_and_keep_lengths() -> None:
    x = np.random.default_rng(2).normal(size=(7, 6))
    y = nn.rotary_positions(x)
    np.testing.assert_allclose(np.hypot(y[:, :3], y[:, 3:]), np.hypot(x[:, :3], x[:, 3:]))
    a, b = nn.rotary_positions(np.tile(x[:1], (7, 1))), nn.rotary_positions(np.tile(x[1:2], (7, 1)))
    assert a[2] @ b[4] == pytest.approx(a[3] @ b[5])  # how far apart is all that counts


def test_metrics_by_hand() -> None:
    logits = np.array([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 0.5]])
    labels = np.array([0, 2, 1])
    assert nn.accuracy(logits, labels) == pytest.approx(1 / 3)
    assert nn.top_k_accuracy(logits, labels, 2) == pytest.approx(2 / 3)
    assert nn.binary_accuracy(np.array([1.0, -1.0]), np.array([1.0, 1.0])) == 0.5
    predicted = np.argmax(logits, axis=-1)
    assert nn.confusion_matrix(predicted, labels, 3).tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0]]
    precision, recall, f1 = nn.precision_recall_f1(predicted, labels, 3)
    assert (precision.tolist(), recall.tolist()) == ([0.5, 0.0, 0.0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(f1, [2 / 3, 0.0, 0.0])
    assert nn.perplexity(np.log(7.0)) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: nn.dense(np.ones((2, 3)), np.ones((4, 5))), "x (2, 3) has not the 4 features that w (4, 5) takes"),
        (lambda: nn.lstm(np.ones((2, 2, 3)), 0, 0, np.ones((4, 5)), 0, 0), "lstm: x (2, 2, 3) has not the 4 features"),
        (lambda: nn.softmax_cross_entropy(np.ones((2, 3)), np.ones(3)), "labels (3,) are for no logits (2, 3)"),
        (lambda: nn.softmax_cross_entropy(np.ones((2, 3)), np.array([0, 3])), "label 3, number 1, is none"),
        (lambda: nn.softmax_cross_entropy(np.ones((2, 3)), np.array([0, -1])), "label -1, number 1, is none of 3"),
        (lambda: nn.mean_squared_error(np.ones((2, 1)), np.ones(2)), "predictions (2, 1) and targets (2,) differ"),
        (lambda: nn.huber(np.ones(2), np.ones(2), reduction="all"), "reduction is \"mean\", \"sum\" or None"),
        (lambda: nn.group_norm(np.ones((2, 3, 4)), 2), "2 groups do not divide the 3 channels of x (2, 3, 4)"),
        (lambda: nn.multi_head_attention(*[np.ones((3, 3, 3))] * 6, heads=2), "2 heads do not divide the 3 columns"),
        (lambda: nn.dot_product_attention(np.ones((2, 3)), np.ones((2, 4)), np.ones((2, 4))), "do not fit"),
        (lambda: nn.initializers.fans((3,)), "a kernel has two axes at least"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as e:
        call()
    assert text in str(e.value)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_generated_code_names_it_too(functions: ModuleType, backend: str) -> None:
    pytest.importorskip("jax")
    k = next(k for k, (text, *_) in enumerate(CALLS) if text.startswith("np.sum(nn.dense(a, b, c)"))
    with pytest.raises(ValueError, match=r"dense: x \(2, 3\) has not the 4 features that w \(4, 5\) takes"):
        pullback.grad(getattr(functions, f"f{k}"), backend=backend)(np.ones((2, 3)), np.ones((4, 5)), np.ones(5))


def test_a_label_that_there_is_not_makes_a_loss_nan_on_jax() -> None:
    jax = pytest.importorskip("jax")

    def loss(z: Any, y: Any) -> Any:
        return nn.softmax_cross_entropy(z, y)

    derived = pullback.value_and_grad(loss, backend="jax")
    for wrong in (3, -1):
        assert np.isnan(jax.jit(lambda z, y: derived(z, y))(np.ones((2, 3), np.float32), np.array([0, wrong]))[0])


def test_initialisers_have_the_variance_that_they_promise() -> None:
    from pullback.stdlib import random

    shape, key = (300, 200), random.key(3)
    for name, variance in (
        ("glorot_uniform", 2 / 500), ("glorot_normal", 2 / 500), ("he_uniform", 2 / 300), ("he_normal", 2 / 300),
        ("lecun_normal", 1 / 300), ("lecun_uniform", 1 / 300),
    ):  # fmt: skip
        w = getattr(nn.initializers, name)(key, shape, np.float32)
        assert (w.shape, w.dtype) == (shape, np.float32)
        assert np.var(w) == pytest.approx(variance, rel=0.05)
        assert np.mean(w) == pytest.approx(0.0, abs=1e-3)
    assert nn.initializers.fans((8, 3, 5, 5)) == (75, 200)
    for rows, columns in ((5, 3), (3, 5)):
        q = nn.initializers.orthogonal(key, (rows, columns))
        np.testing.assert_allclose(q.T @ q if rows > columns else q @ q.T, np.eye(3), atol=1e-12)
