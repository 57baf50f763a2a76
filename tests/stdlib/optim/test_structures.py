"""Any structure of parameters: its kinds stay, what is no parameter stays, and what does not fit is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from pullback.stdlib import optim
from tests.stdlib.optim.test_frameworks import OPTIMIZERS


class Pair(NamedTuple):
    w: Any
    b: Any


@dataclass(frozen=True)
class Layer:
    w: Any
    b: float
    activation: Any = np.tanh
    name: str = "first"
    width: int = 3
    more: Any = None


class Plain:
    def __init__(self, w: Any) -> None:
        self.w = w


def params_of(dtype: Any = float) -> Any:
    a = np.linspace(0.5, 1.5, 6).reshape(2, 3).astype(dtype)
    return {
        "layers": [Layer(a, 0.5), Layer(a + 1, 0.25, name="second")],
        "pair": Pair(a[0].copy(), (a[1, 0], np.arange(3))),
        "plain": Plain(np.array(2.0, dtype=dtype)),
        "empty": np.zeros((0, 3), dtype),
    }


def grads_of(params: Any) -> Any:
    """Gradients as `pullback.grad` gives them: of the same structure, None for what has no derivative."""
    layers = [Layer(0.1 * layer.w, 0.5, None, None, None) for layer in params["layers"]]  # type: ignore[arg-type]
    plain = Plain(params["plain"].w * 3)
    return {
        "empty": params["empty"],
        "plain": plain,
        "pair": Pair(params["pair"].w * 2, (params["pair"].b[0], None)),
        "layers": layers,
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_structures_and_dtypes_stay(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    params = params_of(np.float32)
    before, grads = params_of(np.float32), grads_of(params)
    state = optimizer.init(params)
    for _ in range(2):
        new, state = optimizer.update(params, grads, state)

    first = new["layers"][0]
    assert isinstance(first, Layer)
    assert (first.activation, first.name, first.width, first.more) == (np.tanh, "first", 3, None)
    assert first.w.dtype == np.float32
    assert first.w.shape == (2, 3)
    assert type(first.b) is float
    assert isinstance(new["pair"], Pair)
    assert type(new["pair"].b[0]) is np.float32
    np.testing.assert_array_equal(new["pair"].b[1], np.arange(3))
    assert isinstance(new["plain"].w, np.ndarray)
    assert new["plain"].w.dtype == np.float32
    assert new["empty"].shape == (0, 3)
    assert np.all(first.w < params["layers"][0].w)
    np.testing.assert_array_equal(params["layers"][0].w, before["layers"][0].w)
    np.testing.assert_array_equal(params["plain"].w, before["plain"].w)

    alone, _ = optimizer.update(params["plain"].w, grads["plain"].w, optimizer.init(params["plain"].w))
    once, _ = optimizer.update(params, grads, optimizer.init(params))
    assert once["plain"].w == alone


class Slotted:
    __slots__ = ("b", "w")

    def __init__(self, w: Any, b: Any) -> None:
        self.w, self.b = w, b


def test_attributes_in_slots() -> None:
    sgd = optim.SGD(1.0)
    params, grads = Slotted(np.ones(2), 3.0), Slotted(np.ones(2), 2.0)
    new, _ = sgd.update(params, grads, sgd.init(params))
    assert isinstance(new, Slotted)
    assert (new.w.tolist(), new.b) == ([0.0, 0.0], 1.0)


def test_what_has_no_gradient_stays() -> None:
    adam = optim.Adam(0.1)
    params = {"a": np.ones(2), "b": {"c": np.ones(3)}}
    new, state = adam.update(params, {"a": np.ones(2), "b": None}, adam.init(params))
    assert new["b"]["c"] is params["b"]["c"]
    assert np.all(state.slots[1][0] == 0.0)
    assert np.all(new["a"] < 1.0)


def test_gradients_take_the_dtype_of_their_parameter() -> None:
    for w, g in [(np.float32([1, 2]), np.ones(2)), (np.ones(2), np.float32([1, 2])), (np.array(1.0), 2.0)]:
        adam = optim.Adam()
        new, state = adam.update(w, g, adam.init(w))
        assert new.dtype == w.dtype
        assert {x.dtype for x in state.slots[0]} == {w.dtype}


def test_the_order_of_keys_does_not_matter() -> None:
    adam = optim.Adam(0.1)
    params = {"b": np.ones(2), "a": np.full(2, 3.0), 1: 0.5}
    grads = {1: 2.0, "a": np.ones(2), "b": np.full(2, -2.0)}
    once, state = adam.update(params, grads, adam.init(params))
    turned = dict(reversed(once.items()))
    new, _ = adam.update(once, grads, state)
    same, _ = adam.update(turned, grads, state)
    assert [*new] == [*params]
    assert [*same] == [*turned]
    for key in params:
        np.testing.assert_array_equal(new[key], same[key])


def test_what_is_given_is_not_written_to() -> None:
    for optimizer in OPTIMIZERS.values():
        w, g = np.ones(3), np.full(3, 0.5)
        new, state = optimizer.update(w, g, optimizer.init(w))
        kept = [np.copy(x) for x in state.slots[0]]
        optimizer.update(new, g, state)
        assert np.all(w == 1.0)
        assert np.all(g == 0.5)
        assert all(map(np.array_equal, kept, state.slots[0]))
        assert not any(np.shares_memory(w, x) for x in [new, *state.slots[0]])


ARRAY = np.ones((2, 3))


@pytest.mark.parametrize(
    ("params", "grads", "message"),
    [
        ({"w": ARRAY}, {"w": ARRAY.T}, r"params\['w'\] has the shape \(2, 3\), and its gradient \(3, 2\)"),
        ({"w": ARRAY, "b": 1.0}, {"w": ARRAY}, r"they have nothing for params\['b'\]"),
        ([ARRAY], [ARRAY, ARRAY], r"there is no params\[1\]"),
        ((ARRAY, {"b": 1.0}), (ARRAY, ARRAY), r"params\[1\] is a dict, and they have an array of shape \(2, 3\)"),
        (Pair(ARRAY, 1.0), Pair(ARRAY, ARRAY), r"params\.b has the shape \(\), and its gradient \(2, 3\)"),
        ([np.arange(3)], [np.ones(3)], r"params\[0\] is of integers, and has a gradient"),
        ([np.ones(3)], [np.arange(3)], r"the gradient of params\[0\] is an array of int64, not one of floats"),
        ([np.ones(3)], ["w"], r"the gradient of params\[0\] is a str"),
    ],
)
def test_gradients_that_do_not_fit(params: Any, grads: Any, message: str) -> None:
    sgd = optim.SGD()
    with pytest.raises(ValueError, match=message):
        sgd.update(params, grads, sgd.init(params))


def test_states_that_do_not_fit() -> None:
    adam = optim.Adam()
    with pytest.raises(ValueError, match="it has 1 leaves, and they have 2"):
        adam.update([ARRAY, ARRAY], [ARRAY, ARRAY], adam.init([ARRAY]))
    with pytest.raises(ValueError, match=r"it has arrays of the shapes \(2, 3\), \(2, 3\) for params, and Adam"):
        adam.update(ARRAY[0], ARRAY[0], adam.init(ARRAY))
    with pytest.raises(
        ValueError, match=r"it has nothing for params, and Adam remembers arrays of the shapes \(2, 3\), \(2, 3\)"
    ):
        adam.update(ARRAY, ARRAY, adam.init(np.arange(3)))
    with pytest.raises(ValueError, match=r"it has arrays of the shapes \(2, 3\) for params, and Adam"):
        adam.update(ARRAY, ARRAY, optim.SGD(momentum=0.9).init(ARRAY))
    with pytest.raises(ValueError, match="a parameter is complex"):
        adam.init({"w": ARRAY * 1j})


def test_multipliers() -> None:
    params = {"w": np.ones(2), "inner": {"a": np.ones(2), "b": np.ones(2)}}
    sgd = optim.SGD(0.5, multipliers={"w": 2.0, "inner": {"a": None, "b": 0.0}})
    new, _ = sgd.update(params, params, sgd.init(params))
    assert (new["w"][0], new["inner"]["a"][0], new["inner"]["b"][0]) == (0.0, 0.5, 1.0)
    sgd = optim.SGD(
        0.5, multipliers={"w": 1.0, "inner": 0.5}, weight_decay=1.0, decay_multipliers={"w": 0.0, "inner": 2}
    )
    new, _ = sgd.update(params, params, sgd.init(params))
    assert (new["w"][0], new["inner"]["a"][0], new["inner"]["b"][0]) == (0.5, 0.25, 0.25)

    for wrong, message in [
        ({"w": -1.0, "inner": 1.0}, r"params\['w'\] is -1.0"),
        ({"w": 1.0}, r"multipliers do not fit the parameters: params has \['inner', 'w'\], and they have \['w'\]"),
        ({"w": "fast", "inner": 1.0}, r"that of params\['w'\] is 'fast'"),
    ]:
        sgd = optim.SGD(multipliers=wrong)
        with pytest.raises(ValueError, match=message):
            sgd.update(params, params, sgd.init(params))


def test_jax_takes_structures() -> None:
    jax = pytest.importorskip("jax")
    params = {"b": (np.ones(2, np.float32),), "a": [np.float32([1, 2]), 0.5]}
    for optimizer in (
        optim.Adam(optim.cosine(0.1, 10), clip=lambda g: optim.clip_by_global_norm(g, 1.0)),
        optim.LAMB(),
    ):
        state = optimizer.init(params)
        step, new = jax.jit(optimizer.update), params
        for _ in range(3):
            new, state = step(new, params, state)
        expected, old = params, optimizer.init(params)
        for _ in range(3):
            expected, old = optimizer.update(expected, params, old)
        assert jax.tree.structure(new) == jax.tree.structure(expected)
        assert new["a"][0].dtype == np.float32
        for x, y in zip(jax.tree.leaves((new, state)), jax.tree.leaves((expected, old))):
            np.testing.assert_allclose(x, y, rtol=1e-5)
    adam = optim.Adam()
    low = jax.numpy.ones(2, "bfloat16")
    new, state = jax.jit(adam.update)(low, jax.numpy.ones(2, "float32"), adam.init(low))
    assert [new.dtype, *(x.dtype for x in state.slots[0])] == [low.dtype] * 3
