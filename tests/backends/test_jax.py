"""The JAX target: jit-able, agrees with NumPy and with jax.grad, refuses what depends on traced values."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_models as models
from tests.backends.ways import ways

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(0)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


LAYERS = [{"w": n(4, 5), "b": n(5)}, {"w": n(5, 3), "b": n(3)}]
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (models.mlp, (0, 1, 2, 3), (n(3, 4), n(4), n(4, 2), n(2), n(5, 3), n(5, 2))),
    (models.layers, (0,), ({"embed": n(7, 4), "layers": LAYERS}, RNG.integers(0, 7, (6, 2)), n(6, 3))),
    (models.calls, (0, 1), (n(3, 4), n(2, 3))),
    (models.scalars, (0, 1), (0.7, 1.3)),
    (models.sums, (0, 1, 2), ([0.5, -1.5, 2.0], n(3), 0.7)),
    (models.shapes, (0,), (n(3, 4), np.array([0, 0, 2, 4]))),
    (models.vectors, (0, 1), ([n(3), n(3), n(3)], n(3))),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy_and_with_jax(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax")
    written = namespace(derived.specialize(*args).source)[f"{f.__name__}_value_and_grad"]
    wanted_value, wanted = pullback.value_and_grad(f, wrt=wrt)(*copy.deepcopy(args))
    for run in ways(f.__name__, derived, jax.jit(written)):
        value, grads = run(*args)
        np.testing.assert_allclose(value, wanted_value, rtol=1e-12)
        close(grads, wanted)
    close(grads, jax.jit(jax.grad(lambda *a: written(*a)[0], wrt))(*args))


def close(found: Any, wanted: Any) -> None:
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(wanted)):
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12)


def namespace(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(compile(text, "<jax>", "exec", dont_inherit=True), scope)
    return scope


def test_text_names_nothing_of_numpy() -> None:
    w, x = n(3, 4), n(2, 3)
    text = pullback.grad(models.calls, wrt=(0, 1), backend="jax").specialize(w, x).source
    assert "import jax.numpy as jnp" in text
    assert "numpy as np" not in text
    assert "tests.backends" not in text


@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (models.loop_that_is_left, ([n(3), n(3)],), "a list that is indexed by a traced number"),
        (models.mask, (n(3),), "an index that is a mask"),
    ],
)
def test_refuses_with_the_users_line(f: Any, args: tuple[Any, ...], words: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        pullback.grad(f, backend="jax").specialize(*args)
    assert caught.value.line > 0
    assert caught.value.hint
