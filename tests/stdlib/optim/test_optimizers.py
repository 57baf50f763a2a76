"""Settings and what they refuse, weight decay, ways down, and derivatives through steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import optim
from tests.stdlib.optim import programs


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.Adam(like="torch"), "Adam is not known like 'torch', but like 'keras', 'chainer', 'mxnet'"),
        (lambda: optim.Lion(like="chainer"), "Lion is not known like 'chainer', but like 'keras'"),
        (lambda: optim.SGD(-0.1), "the rate of SGD is -0.1: it must not be negative"),
        (lambda: optim.SGD(float("nan")), "the rate of SGD is nan"),
        (lambda: optim.Adam(epsilon=-1e-8), "the epsilon of Adam is -1e-08"),
        (lambda: optim.SGD(weight_decay=-1.0), "the weight decay of SGD is -1.0"),
        (lambda: optim.FTRL(0.0).update(1.0, 1.0, optim.FTRL().init(1.0)), "FTRL has no step with a rate of 0"),
    ],
)
def test_what_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_settings_are_shown_and_compared() -> None:
    assert optim.Adam() == optim.Adam(1e-3, 0.9, 0.999, 1e-7)
    assert optim.Adam(like="mxnet").epsilon == 1e-8
    assert optim.Adam(like="mxnet", epsilon=0.5).epsilon == 0.5
    assert repr(optim.SGD(0.1, 0.9)).startswith("SGD(rate=0.1, weight_decay=0.0")


def step(optimizer: optim.Optimizer, w: Any, g: Any) -> Any:
    return optimizer.update(w, g, optimizer.init(w))[0]


def test_weight_decay() -> None:
    w, g = np.array([2.0, -4.0]), np.array([0.5, 0.25])
    np.testing.assert_allclose(step(optim.SGD(0.1, weight_decay=0.5), w, g), w - 0.1 * (g + 0.5 * w))
    adam = optim.Adam(0.1)
    np.testing.assert_allclose(step(optim.Adam(0.1, weight_decay=0.5), w, g), step(adam, w, g + 0.5 * w))
    decoupled = step(optim.Adam(0.1, weight_decay=0.5, decoupled=True), w, g)
    np.testing.assert_allclose(decoupled, step(adam, w, g) - 0.1 * 0.5 * w)
    np.testing.assert_allclose(step(optim.AdamW(0.1, weight_decay=0.5), w, g), decoupled)
    of_chainer = step(optim.AdamW(0.1, weight_decay=0.5, like="chainer"), w, g)
    np.testing.assert_allclose(of_chainer, step(optim.Adam(0.1, like="chainer"), w, g) - 0.5 * w)
    np.testing.assert_allclose(step(optim.Lion(0.1, weight_decay=0.5), w, g), w - 0.1 * (np.sign(g) + 0.5 * w))
    lamb = step(optim.LAMB(0.1, epsilon=0.0, weight_decay=0.5), w, g)
    along = np.sign(g) + 0.5 * w
    np.testing.assert_allclose(lamb, w - 0.1 * np.linalg.norm(w) / np.linalg.norm(along) * along)


def test_adafactor_of_a_matrix() -> None:
    w, g = np.arange(1.0, 7.0).reshape(2, 3), np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    square = g**2 + 1e-30
    v = square.mean(1, keepdims=True) * square.mean(0) / square.mean()
    along = g / np.sqrt(v)
    along /= max(1.0, np.sqrt(np.mean(along**2)))
    new, state = optim.Adafactor().update(w, g, optim.Adafactor().init(w))
    np.testing.assert_allclose(new, w - np.sqrt(np.mean(w**2)) * 1e-3 * along, rtol=1e-12)
    assert [x.shape for x in state.slots[0]] == [(2,), (3,)]


def test_momentum_that_follows_the_rate_at_once() -> None:
    rate = optim.piecewise([1], [1.0, 0.0])
    for corrected, expected in ((False, -1.9), (True, -1.0)):
        sgd = optim.SGD(rate, 0.9, corrected=corrected)
        w, state = sgd.update(0.0, 1.0, sgd.init(0.0))
        w, state = sgd.update(w, 1.0, state)
        assert w == pytest.approx(expected)
    nesterov = optim.SGD(0.1, 0.9, nesterov=True)
    corrected_ = optim.SGD(0.1, 0.9, nesterov=True, corrected=True)
    states = [nesterov.init(1.0), corrected_.init(1.0)]
    a = b = 1.0
    for g in (1.0, -0.5, 2.0):
        (a, states[0]), (b, states[1]) = nesterov.update(a, g, states[0]), corrected_.update(b, g, states[1])
        assert a == pytest.approx(b, rel=1e-15)


def test_a_centred_mean_square_is_never_negative() -> None:
    centered = optim.RMSProp(0.1, epsilon=1e-30, centered=True)
    w, state = np.full(4, 1.0), centered.init(np.zeros(4))
    for _ in range(300):
        w, state = centered.update(w, np.full(4, 0.1), state)
    assert np.isfinite(w).all()


@pytest.mark.parametrize(
    "optimizer",
    [
        optim.SGD(1e-3, 0.9, nesterov=True),
        optim.RMSProp(0.005),
        optim.Adam(0.03),
        optim.Adam(optim.cosine(0.05, 600), amsgrad=True),
        optim.Nadam(0.02),
        optim.Adamax(0.05),
        optim.AdaGrad(0.3),
        optim.Lion(optim.polynomial(0.01, 600)),
    ],
    ids=lambda x: type(x).__name__,
)
def test_down_the_valley_of_rosenbrock(optimizer: optim.Optimizer) -> None:
    w = {"x": -1.0, "y": np.array([1.5])}
    state = optimizer.init(w)
    for _ in range(600):
        x, y = w["x"], w["y"][0]
        grads = {"x": -2 * (1 - x) - 40 * x * (y - x * x), "y": np.array([20 * (y - x * x)])}
        w, state = optimizer.update(w, grads, state)
    x, y = w["x"], w["y"][0]
    assert (1 - x) ** 2 + 10 * (y - x * x) ** 2 < 0.02  # 10.5 at the start


def numbers() -> dict[str, tuple[Any, ...]]:
    random = np.random.default_rng(0)
    x, y, w = random.normal(size=(8, 3)), random.normal(size=8), random.normal(size=3)
    return {
        "validation_loss": (0.05, w, x[:5], y[:5], x[5:], y[5:]),
        "along_all": (0.05, w, x[0]),
        "along_the_others": (0.05, w, x[0]),
    }


@pytest.mark.parametrize("name", numbers())
def test_derivative_in_the_rate_through_steps(name: str, double_precision: None) -> None:
    import jax

    f, (rate, *rest) = getattr(programs, name), numbers()[name]
    expected = (f(rate + 1e-6, *rest) - f(rate - 1e-6, *rest)) / 2e-6
    got = pullback.grad(f, wrt="rate")(rate, *rest)
    on_jax = jax.jit(pullback.grad(f, wrt="rate", backend="jax"))(rate, *rest)
    assert got == pytest.approx(expected, rel=1e-6)
    assert float(on_jax) == pytest.approx(got, rel=1e-9)


def test_optax() -> None:
    optax = pytest.importorskip("optax")
    import jax

    params = {"w": np.float32([1.0, -2.0]), "more": [0.5, np.arange(2), None]}
    grads = {"w": np.float32([0.5, 1.0]), "more": [2.0, None, None]}
    ours, theirs = optim.Adam(0.1, epsilon=1e-8), optim.Optax(optax.adam(0.1))
    a, b, ours_state, theirs_state = params, params, ours.init(params), theirs.init(params)
    for _ in range(3):
        a, ours_state = ours.update(a, grads, ours_state)
        b, theirs_state = jax.jit(theirs.update)(b, grads, theirs_state)
    np.testing.assert_allclose(b["w"], a["w"], rtol=1e-4)
    np.testing.assert_allclose(b["more"][0], a["more"][0], rtol=1e-4)
    np.testing.assert_array_equal(b["more"][1], np.arange(2))
    with pytest.raises(ValueError, match=r"params\['w'\] has no gradient"):
        theirs.update(params, {**grads, "w": None}, theirs.init(params))


def test_a_transformation_is_anything_with_init_and_update() -> None:
    class Halved:
        def init(self, params: Any) -> Any:
            return 0

        def update(self, grads: Any, state: Any, params: Any, value: float) -> Any:
            return {
                "w": -0.5 * grads["w"],
                "n": None,
                "o": {"b": -value * grads["o"]["b"], "activation": None},
            }, state + 1

    params = {"w": np.float32([1.0, 2.0]), "n": 3, "o": programs.Layer(0.5, "linear")}
    grads = {"w": np.float32([1.0, 1.0]), "n": None, "o": programs.Layer(1.0, None)}
    halved = optim.Optax(Halved())
    new, state = halved.update(params, grads, halved.init(params), value=0.25)
    assert new["w"].tolist() == [0.5, 1.5]
    assert new["w"].dtype == np.float32
    assert (new["n"], new["o"], state) == (3, programs.Layer(0.25, "linear"), 1)
