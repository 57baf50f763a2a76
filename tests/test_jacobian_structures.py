"""`jacobian` and `hessian` of structures and in several parameters: blocks in the place of leaves, as of JAX."""

import copy
import dataclasses
from typing import Any, NamedTuple

import numpy as np
import pytest

from pullback import errors, grad, hessian, jacobian

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(5)
X, Y = RNG.standard_normal(3), RNG.standard_normal(2)
W, B = RNG.standard_normal((3, 2)), RNG.standard_normal(2)


class Layer(NamedTuple):
    w: Any
    b: Any


@dataclasses.dataclass
class Body:
    place: Any
    mass: float
    name: str = "sun"


def to_a_pair(x, y):
    return x * x, np.outer(x, y)


def of_a_dict(p):
    return np.tanh(X @ p["w"] + p["b"]) * p["s"]


def of_a_dict_to_a_dict(p):
    h = np.tanh(X @ p["w"] + p["b"])
    return {"h": h, "parts": [np.sum(h) * p["s"], {"w": p["w"].T}]}


def of_a_named_tuple(layer):
    return Layer(layer.b * layer.w, np.sum(layer.w))


def of_nested(p):
    for w, b in p["layers"]:
        h = p["x"] @ w * b
    return h, np.sum(h * h)


def of_a_list(xs):
    total = xs[0] * 0.0
    for x in xs:
        total = np.sin(total + x)
    return total


def of_two(p, x):
    return {"out": np.tanh(x @ p[0]) * p[1]}


def through_a_loop(p, y):
    u, v = p
    for _ in range(3):
        u = u + 0.1 * v * np.sum(y)
        v = v - 0.1 * np.sin(u)
    return u, v


def through_a_branch(p):
    return (p[0] * p[1], p[1]) if p[1] > 0.0 else (p[0], p[1] ** 2)


def moved(p):
    return [p[0] ** 2, p[1]]


def through_a_call(p):
    q = moved(p)
    return q[0] * q[1], q[1]


def sorted_(p):
    return (np.sort(p[0]), p[1] * np.sort(p[0])[::-1])


DICT = {"w": W, "b": B, "s": 0.5}
FORMS = [
    (to_a_pair, (0, 1), (X, Y)), (to_a_pair, 1, (X, Y)), (of_a_dict, 0, (DICT,)), (of_a_dict, (0,), (DICT,)),
    (of_a_dict_to_a_dict, 0, (DICT,)), (of_a_named_tuple, 0, (Layer(W, B),)),
    (of_nested, 0, ({"x": X, "layers": [(W, B), (2.0 * W, B)]},)), (of_a_list, 0, ([X, 2.0 * X, X],)),
    (of_two, (0, 1), ((W, 0.3), X)), (of_two, (1, 0), ([W, B], X)), (through_a_loop, (0, 1), ((X, 2.0 * X), Y)),
    (through_a_branch, 0, ((X, 0.5),)), (through_a_call, 0, ((X, 0.5),)), (sorted_, 0, ((X, 0.5),)),
]  # fmt: skip


def as_jax_gives(f, wrt, args, derivative):
    """What JAX gives for the function, written with its arrays."""
    scope = {**f.__globals__, "np": jax.numpy}
    scope.update({k: type(v)(v.__code__, scope) for k, v in scope.items() if v is moved})
    return jax.jit(derivative(type(f)(f.__code__, scope), argnums=wrt))(*copy.deepcopy(args))


def close(found, wanted):
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        assert np.shape(x) == np.shape(y)
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
@pytest.mark.parametrize(("f", "wrt", "args"), FORMS, ids=[f.__name__ for f, *_ in FORMS])
def test_the_jacobian_is_that_of_jax(f, wrt, args, mode):
    given = copy.deepcopy(args)
    found = jacobian(f, wrt=wrt, mode=mode)(*args)
    if f is through_a_branch:  # JAX traces no branch
        close(found, ((np.eye(3) * 0.5, X), (np.zeros(3), 1.0)))
    else:
        close(found, as_jax_gives(f, wrt, args, jax.jacobian))
    close(args, given)


def energy(x, y, s):
    return np.sum(np.sin(x)[:, None] * y) * s**2 + np.sum(x**3)


def of_numbers(x, y):
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2


def loss(p, x):
    return np.sum((np.tanh(x @ p["w"] + p["b"]) * p["s"]) ** 2)


def of_a_layer(layer):
    return np.sum(layer.w**3 * layer.b) + np.sum(layer.b**2)


def of_lists(xs, x):
    return np.sum(xs[0] * xs[1] ** 2) * np.sum(np.sin(x))


def in_a_loop(p, x):
    u, v = p
    for _ in range(3):
        u = u + 0.1 * v * np.sum(x)
        v = v - 0.1 * np.sin(u)
    return np.sum(u * v)


HESSIANS = [
    (energy, (0, 1), (X, Y, 0.7)), (energy, (0, 1, 2), (X, Y, 0.7)), (energy, (2, 0), (X, Y, 0.7)),
    (energy, (1,), (X, Y, 0.7)), (of_numbers, (0, 1), (1.5, 0.5)), (loss, 0, (DICT, X)), (loss, (0, 1), (DICT, X)),
    (of_a_layer, 0, (Layer(W, B),)), (of_lists, (0, 1), ([X, 2.0 * X], Y)), (in_a_loop, (0, 1), ((X, 2.0 * X), Y)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "wrt", "args"), HESSIANS, ids=[f.__name__ for f, *_ in HESSIANS])
def test_the_hessian_is_that_of_jax(f, wrt, args):
    given = copy.deepcopy(args)
    close(hessian(f, wrt=wrt)(*args), as_jax_gives(f, wrt, args, jax.hessian))
    close(args, given)


def test_the_blocks_of_a_hessian_are_the_jacobians_of_gradients():
    blocks = hessian(energy, wrt=("x", "y", "s"))(X, Y, 0.7)
    for i, a in enumerate("xys"):
        for j, b in enumerate("xys"):
            block = jacobian(grad(energy, wrt=a), wrt=b)(X, Y, 0.7)
            assert np.shape(blocks[i][j]) == np.shape(block)
            np.testing.assert_allclose(blocks[i][j], block, rtol=1e-12)


def test_the_text_cuts_one_identity_matrix():
    assert hessian(of_numbers, wrt=("x", "y")).specialize(1.0, 2.0).source == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def of_numbers_hessian(x, y):\n"
        '    """Hessian of `of_numbers` with respect to (x, y)."""\n'
        "    d = np.eye(2)\n"
        "    d2 = d[:, 0]\n"
        "    ddy = 200.0 * (d[:, 1] - 2.0 * (d2 * x))\n"
        "    dy = 200.0 * (y - x * x)\n"
        "    d = ddy * x + d2 * dy\n"
        "    ddx = -d\n"
        "    ddx -= d\n"
        "    ddx += 2.0 * d2\n"
        "    return (ddx[0], ddx[1]), (ddy[0], ddy[1])\n"
    )


def test_single_precision_stays_single_in_each_block():
    x, y = X.astype(np.float32), Y
    (xx, xy), (yx, yy) = hessian(energy, wrt=(0, 1))(x, y, 0.5)
    assert [b.dtype for b in (xx, xy, yx, yy)] == [np.float32, np.float32, np.float64, np.float64]
    assert {j.dtype for j in jacobian(of_a_dict)({**DICT, "b": B.astype(np.float32)}).values()} <= {
        np.dtype("float64"), np.dtype("float32"),
    }  # fmt: skip


def counted(p):
    return {"n": p["n"], "sum": np.sum(p["x"]) * p["n"], "x": p["x"]}


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_what_is_no_float_gives_none(mode):
    found = jacobian(counted, mode=mode)({"x": X, "n": 3})
    assert found["n"] is None
    assert found["sum"]["n"] is None
    np.testing.assert_array_equal(found["sum"]["x"], [3.0, 3.0, 3.0])
    np.testing.assert_array_equal(found["x"]["x"], np.eye(3))


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
def test_objects_give_objects(mode):
    found = jacobian(heavier, mode=mode)(Body(X, 2.0))
    assert isinstance(found, Body)
    assert isinstance(found.place, Body)
    assert found.name is None
    np.testing.assert_allclose(found.place.place, 2.0 * np.eye(3))
    np.testing.assert_allclose(found.place.mass, X)
    np.testing.assert_allclose(found.mass.mass, 4.0)
    second = hessian(lambda b: np.sum(b.place) ** 2 * b.mass**2)(Body(X, 2.0))
    np.testing.assert_allclose(second.place.mass, 8.0 * np.sum(X) * np.ones(3))
    np.testing.assert_allclose(second.mass.mass, 2.0 * np.sum(X) ** 2)


def heavier(body):
    return Body(body.place * body.mass, body.mass**2)


def test_lists_of_each_length_have_code_of_their_own():
    derivative = jacobian(of_a_list)
    for n in (2, 3, 2):
        assert len(derivative([X] * n)) == n
    assert len(derivative.signatures) == 2


def repeated(x, y):
    return (x + y, [x + y, (x + y)[1:]]), {"sum": x + y}


def shared(arrays):
    return [(i, j) for j, b in enumerate(arrays) for i, a in enumerate(arrays[:j]) if np.shares_memory(a, b)]


def test_no_block_is_another_one_or_an_argument():
    cases = [(jacobian, f, wrt, args, mode) for f, wrt, args in FORMS for mode in ("forward", "reverse")]
    cases += [(jacobian, repeated, (0, 1), (X, 2.0 * X), mode) for mode in ("forward", "reverse")]
    cases += [(hessian, f, wrt, args, None) for f, wrt, args in HESSIANS]
    for derivative, f, wrt, args, mode in cases:
        found = derivative(f, wrt=wrt, **({"mode": mode} if mode else {}))(*args)
        arrays = [x for x in jax.tree.leaves((found, args)) if isinstance(x, np.ndarray)]
        blocks = len([x for x in jax.tree.leaves(found) if isinstance(x, np.ndarray)])
        assert [pair for pair in shared(arrays) if pair[0] < blocks] == [], f.__name__


def to_a_list(x, n):
    found = []
    for k in range(n):
        found.append(x * k)
    return found


def counting(x):
    return np.argsort(x)


@pytest.mark.parametrize(
    ("f", "args", "error", "text"),
    [
        (to_a_list, (X, 3), errors.NotSupportedYet, "and how long a list in the result is is not known"),
        (counting, (X,), errors.NotDifferentiable, "and the result has no floats"),
    ],
)
def test_what_has_no_blocks_is_refused(f, args, error, text):
    for mode in ("forward", "reverse", None):
        with pytest.raises(error) as caught:
            jacobian(f, mode=mode)(*args)
        assert text in caught.value.message
        assert caught.value.hint
        assert caught.value.line == f.__code__.co_firstlineno
