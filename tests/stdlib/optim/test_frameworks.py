"""Five steps of each optimiser, as TensorFlow's Keras, Chainer and MXNet take them by default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullback.stdlib import optim

# Each framework stored float32, and some computed in it: the bounds are in units of its last place, of the largest
# of the parameters along the way.
STORED = np.load(Path(__file__).parents[2] / "data" / "optim.npz")
LAST_PLACES = 3
GRAVES = dict(rate=1e-4, decay=0.95, momentum=0.9, epsilon=1e-4, centered=True, inside=True)
OPTIMIZERS: dict[str, optim.Optimizer] = {
    "keras.SGD": optim.SGD(),
    "keras.SGD_m0.9": optim.SGD(momentum=0.9),
    "keras.SGD_nesterov": optim.SGD(momentum=0.9, nesterov=True),
    "keras.RMSprop": optim.RMSProp(),
    "keras.Adam": optim.Adam(),
    "keras.Adam_amsgrad": optim.Adam(amsgrad=True),
    "keras.AdamW": optim.AdamW(),
    "keras.Adagrad": optim.AdaGrad(),
    "keras.Adadelta": optim.AdaDelta(),
    "keras.Adamax": optim.Adamax(),
    "keras.Nadam": optim.Nadam(),
    "keras.Ftrl": optim.FTRL(),
    "keras.Lion": optim.Lion(),
    "keras.Lamb": optim.LAMB(),
    "keras.Adafactor": optim.Adafactor(),
    "chainer.SGD": optim.SGD(like="chainer"),
    "chainer.MomentumSGD": optim.SGD(momentum=0.9, like="chainer"),
    "chainer.CorrectedMomentumSGD": optim.SGD(momentum=0.9, corrected=True, like="chainer"),
    "chainer.NesterovAG": optim.SGD(momentum=0.9, nesterov=True, like="chainer"),
    "chainer.AdaGrad": optim.AdaGrad(like="chainer"),
    "chainer.AdaDelta": optim.AdaDelta(like="chainer"),
    "chainer.Adam": optim.Adam(like="chainer"),
    "chainer.AMSGrad": optim.Adam(amsgrad=True, like="chainer"),
    "chainer.AdaBound": optim.AdaBound(),
    "chainer.RMSprop": optim.RMSProp(like="chainer"),
    "chainer.RMSpropGraves": optim.RMSProp(**GRAVES, like="chainer"),
    "chainer.SMORMS3": optim.SMORMS3(),
    "chainer.MSVAG": optim.MSVAG(),
    "mxnet.sgd": optim.SGD(like="mxnet"),
    "mxnet.sgd_m09": optim.SGD(momentum=0.9, like="mxnet"),
    "mxnet.nag": optim.SGD(momentum=0.9, nesterov=True, like="mxnet"),
    "mxnet.adam": optim.Adam(like="mxnet"),
    "mxnet.rmsprop": optim.RMSProp(like="mxnet"),
    "mxnet.adagrad": optim.AdaGrad(like="mxnet"),
    "mxnet.adadelta": optim.AdaDelta(like="mxnet"),
    "mxnet.adamax": optim.Adamax(like="mxnet"),
    "mxnet.nadam": optim.Nadam(like="mxnet"),
    "mxnet.ftrl": optim.FTRL(like="mxnet"),
    "mxnet.signum": optim.Signum(),
    "mxnet.lamb": optim.LAMB(like="mxnet"),
}


def trajectory(optimizer: optim.Optimizer, dtype: str) -> Any:
    w = STORED["w0"].astype(dtype)
    state, passed = optimizer.init(w), []
    for g in STORED["g"].astype(dtype):
        w, state = optimizer.update(w, g, state)
        assert w.dtype == dtype
        assert all(x.dtype == dtype for x in state.slots[0] if isinstance(x, np.ndarray))
        passed.append(w)
    return np.array(passed)


def test_every_stored_optimizer_is_here() -> None:
    assert {*OPTIMIZERS, "w0", "g"} == {*STORED.files}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_the_framework(name: str, dtype: str) -> None:
    got, expected = trajectory(OPTIMIZERS[name], dtype), STORED[name]

    assert np.all(np.isfinite(got))
    bound = LAST_PLACES * np.spacing(np.abs(expected).max(axis=0, initial=0.0, where=np.isfinite(expected)))
    bound = np.maximum(bound, LAST_PLACES * np.spacing(np.abs(STORED["w0"])))
    if name == "chainer.MSVAG":
        bound[4] = 2e-5  # at its first step Chainer divides what is rounded off by what is rounded off
    if name == "mxnet.adamax":
        assert np.isnan(expected[:, 6]).all()  # 0 / 0 of a parameter whose gradients are 0: here it stays
        assert np.all(got[:, 6] == STORED["w0"].astype(dtype)[6])
        got, expected, bound = got[:, :6], expected[:, :6], bound[:6]
    assert np.all(np.abs(got - expected) <= bound)


def test_jax_takes_the_same_steps(double_precision: None) -> None:
    import jax

    w0, traces = STORED["w0"].astype(float), []

    @jax.jit
    def step(params: Any, g: Any, states: Any) -> Any:
        traces.append(1)
        new = {name: optimizer.update(params[name], g, states[name]) for name, optimizer in OPTIMIZERS.items()}
        return {name: w for name, (w, _) in new.items()}, {name: state for name, (_, state) in new.items()}

    params: Any = dict.fromkeys(OPTIMIZERS, w0)
    states: Any = {name: optimizer.init(w0) for name, optimizer in OPTIMIZERS.items()}
    expected = {name: trajectory(optimizer, "float64") for name, optimizer in OPTIMIZERS.items()}
    for k, g in enumerate(STORED["g"].astype(float)):
        params, states = step(params, g, states)
        for name, w in params.items():
            assert w.dtype == "float64"
            np.testing.assert_allclose(w, expected[name][k], rtol=1e-12, atol=1e-12, err_msg=name)
    assert len(traces) == 1
