"""`jacobian` and `hessian`: right for every way that directions are carried, in both modes, and readable."""

import numpy as np
import pytest

import pullback
from pullback import errors, grad, hessian, hvp, jacobian

RNG = np.random.default_rng(23)
X, Y = RNG.standard_normal(4), RNG.standard_normal(4)
A, W, P = RNG.standard_normal((5, 4)), RNG.standard_normal((4, 3)), RNG.standard_normal((6, 4))
S = RNG.standard_normal((4, 4))


def affine(x, a):
    return np.tanh(a @ x)


def layer(w, x):
    return np.tanh(x @ w)


def slices(x, y):
    return 100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - y[:-1]) ** 2


def scaled(k, a):
    return k * a[:, 0] + k**2


def heat(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def elements(u, n):
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.sin(u[i]) * u[(i + 1) % 4] + out[i - 1]
    return out


def normalised(x, y):
    return x / np.sqrt(np.sum(x * x, keepdims=True)) + np.mean(x) * y


def softmax(x, y):
    e = np.exp(x - np.max(x))
    return e / np.sum(e) * y


def sorted_(x, y):
    return np.sort(x) * y


def gathered(x, y):
    return x[np.array([2, 0, 2])] * y[:3]


def masked(x, y):
    z = x * y
    z[z > 0.0] *= 2.0
    return z


def matrices(s, y):
    return (s.T @ s + s[:, ::-1]) * y


def outer(x, y):
    return np.outer(x, y) + x[:, None] * np.ones((4, 4))


def sums(s, y):
    return np.sum(s * s, axis=1) + s.sum(axis=0) * np.cumsum(s, axis=1)[:, 1]


def einsum(s, y):
    return np.einsum("ij,jk,k->i", s, s, y)


def stacked(x, y):
    return np.stack([x * y, np.sin(x)])


def joined(x, y):
    return np.concatenate([x[:2] * y[:2], x]).reshape(2, 3)


def helper(v, a):
    for _ in range(2):
        v = np.sin(a[:4] @ v)
    return v


def calls(x, a):
    return helper(x, a) * x


def branches(x, y):
    z = x * x if x[0] > 0 else np.sin(x)
    if y[0] > 100.0:
        z = z * y
    return z[::-1]


def until(x, y):
    z = x
    while np.sum(z * z) < 100.0:
        z = z * 1.5 + 0.1 * y
    return z


def rows(s, y):
    return np.array([np.sum(r * r) * y[0] for r in s])


def lists(x, y):
    found = []
    for k in range(3):
        found.append(np.sin(x * (k + 1.0)) * y)
    return found[0] + found[-1]


def number(x, y):
    return np.sum(x**3) * y[0]


def independent(x, y):
    return y * 2.0


CASES = [
    (affine, (X, A)), (layer, (W, P)), (slices, (X, Y)), (scaled, (0.7, A)), (heat, (X, 3)), (elements, (X, 4)),
    (normalised, (X, Y)), (softmax, (X, Y)), (sorted_, (X, Y)), (gathered, (X, Y)), (masked, (X, Y)),
    (matrices, (S, Y)), (outer, (X, Y)), (sums, (S, Y)), (einsum, (S, Y)), (stacked, (X, Y)), (joined, (X, Y)),
    (calls, (X, A)), (branches, (X, Y)), (branches, (-X, Y)), (until, (X, Y)), (rows, (S, Y)), (lists, (X, Y)),
    (number, (X, Y)), (independent, (X, Y)),
]  # fmt: skip


def by_differences(f, args, k, h=1e-6):
    x = np.asarray(args[k], float)
    out = np.zeros((*np.shape(f(*args)), *x.shape))
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        ends = [f(*(a if j != k else float(a + s * e) if np.ndim(a) == 0 else a + s * e for j, a in enumerate(args)))
                for s in (1.0, -1.0)]  # fmt: skip
        out[(..., *i)] = (np.asarray(ends[0]) - np.asarray(ends[1])) / (2.0 * h)
    return out


@pytest.mark.parametrize("mode", ["forward", "reverse", None])
@pytest.mark.parametrize(("f", "args"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_agrees_with_differences(f, args, mode):
    for k in range(2):
        if isinstance(args[k], int):
            continue
        got = jacobian(f, wrt=k, mode=mode)(*args)
        expected = by_differences(f, args, k)
        assert np.shape(got) == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("f", [affine, slices, calls, heat, until])
def test_single_precision_stays_single(f):
    args = [a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in dict(zip(*zip(*CASES), strict=True))[f]]
    for mode in ("forward", "reverse"):
        assert jacobian(f, mode=mode)(*args).dtype == np.float32


def squeezed(x):
    return np.squeeze(x[None, :] * 2.0) * np.ones(3)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_all_axes_of_length_one_are_squeezed_but_not_that_of_one_direction(mode):
    np.testing.assert_allclose(jacobian(squeezed, mode=mode)(np.array([0.3])), [[2.0], [2.0], [2.0]])


def test_several_parameters_give_a_tuple():
    both = jacobian(affine, wrt=("x", "a"))(X, A)
    assert [j.shape for j in both] == [(5, 4), (5, 5, 4)]
    for k, j in enumerate(both):
        np.testing.assert_allclose(j, by_differences(affine, (X, A), k), rtol=1e-5, atol=1e-7)
    for f, s in zip(both, jacobian(affine, wrt=("x", "a"), mode="reverse")(X, A), strict=True):
        np.testing.assert_allclose(f, s, rtol=1e-12)


def test_the_shapes_of_each_call_choose_the_mode():
    either = jacobian(affine)
    forwards, backwards = "np.eye(x.shape[0])", "np.eye(t.shape[0])"
    for a, text in ((A[:2], backwards), (A, forwards), (A[:2], backwards)):
        np.testing.assert_allclose(either(X, a), by_differences(affine, (X, a), 0), rtol=1e-5, atol=1e-7)
        assert text in either.specialize(X, a).source
    assert len(either.signatures) == 2
    assert forwards in either.source


@pytest.mark.parametrize(
    ("f", "args", "backwards"),
    [
        (lambda x, n: np.outer(x, np.ones(n))[:, 0], (X, 3), False),
        (lambda x, n: np.concatenate([x, x])[:n], (X, 3), False),
        (lambda p: p["a"] * p["b"][0] + p["n"], ({"a": X[:2], "b": Y, "n": 3},), True),
        (lambda p: (p, p), ({"a": X[:2], "b": Y},), False),
        (lambda x, n: np.concatenate([x[:2], x[:1]]), (X, 3), True),
    ],
)
def test_the_mode_is_that_with_fewer_directions(f, args, backwards):
    assert ("# " in jacobian(f).specialize(*args).source) == backwards  # lines of backward code name the user's


def test_what_is_forgotten_is_made_again_in_both_modes(tmp_path, monkeypatch):
    (tmp_path / "scaling_by_a_global.py").write_text("factor = 2.0\n\n\ndef f(x, a):\n    return a @ x * factor\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import scaling_by_a_global as module

    either = jacobian(module.f)
    either(X, A[:2]), either(X, A)
    module.factor = np.array([2.0])
    for a in (A, A[:2]):
        np.testing.assert_allclose(either(X, a), 2.0 * a)


def test_the_text_has_all_directions_at_once():
    assert jacobian(heat, mode="forward").specialize(X, 3).source == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def heat_jacobian(u, n):\n"
        '    """Jacobian of `heat` with respect to u."""\n'
        "    du = np.eye(u.shape[0])\n"
        "    u = np.copy(u)\n"
        "    for _ in range(n):\n"
        "        d = du[:, 1:-1]\n"
        "        t = u[1:-1]\n"
        "        t2 = 0.1 * t\n"
        "        t = u[2:] - 2 * t + u[:-2]\n"
        "        d = 0.1 * d * t + (du[:, 2:] - 2 * d + du[:, :-2]) * t2\n"
        "        du[:, 1:-1] += d\n"
        "        u[1:-1] += t2 * t\n"
        "    return du.T\n"
    )


def test_no_loop_over_directions_where_rules_allow():
    for f, args in CASES:
        for mode in ("forward",) if f is lists else ("forward", "reverse"):
            source = jacobian(f, mode=mode).specialize(*args).source
            assert "in np.eye" not in source, f.__name__
            assert "np.stack(tape)" not in source, f.__name__


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def quartic(s):
    return np.sum(s @ s.T @ s @ s.T) + np.sum(np.sin(s))


@pytest.mark.parametrize(("f", "x"), [(rosenbrock, X), (quartic, S), (lambda v: np.sum(np.tanh(A @ v) ** 2), X)])
def test_the_hessian(f, x):
    got = hessian(f)(x)
    assert got.shape == x.shape * 2
    np.testing.assert_allclose(got, by_differences(grad(f), (x,), 0), rtol=1e-5, atol=1e-5)
    v = RNG.standard_normal(x.shape)
    np.testing.assert_allclose(np.tensordot(got, v, x.ndim), hvp(f)((x,), v), rtol=1e-10, atol=1e-10)


def test_the_hessian_of_a_number():
    assert hessian(lambda x: x**3 * 2.0)(1.5) == pytest.approx(18.0)


def test_jacobian_of_a_gradient_in_another_parameter():
    mixed = jacobian(grad(number, wrt="x"), wrt="y")(X, Y)
    assert mixed.shape == (4, 4)
    np.testing.assert_allclose(mixed[:, 0], 3.0 * X**2, rtol=1e-12)


def chain(angles, offsets, parents):
    """Where the joints of a chain of rotations about z, y and x are: each in the frame of its parent."""
    places, frames = np.zeros((len(parents), 3)), np.zeros((len(parents), 3, 3))
    for k, parent in enumerate(parents):
        (cz, cy, cx), (sz, sy, sx) = np.cos(angles[k]), np.sin(angles[k])
        turn = np.array([
            [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
            [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
            [-sy, cy * sx, cy * cx],
        ])  # fmt: skip
        if parent < 0:
            places[k] = offsets[k]
            frames[k] = turn
        else:
            places[k] = places[parent] + frames[parent] @ offsets[k]
            frames[k] = frames[parent] @ turn
    return places


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_the_jacobian_of_a_chain_of_points(mode):
    angles, offsets, parents = RNG.standard_normal((5, 3)), RNG.standard_normal((5, 3)), (-1, 0, 1, 1, 3)
    got = jacobian(chain, mode=mode)(angles, offsets, parents)
    assert got.shape == (5, 3, 5, 3)
    np.testing.assert_allclose(got, by_differences(chain, (angles, offsets, parents), 0), rtol=1e-6, atol=1e-8)


def test_what_is_no_mode_is_refused():
    with pytest.raises(errors.PullbackError, match="no mode called 'both'"):
        jacobian(affine, mode="both")


def test_ranks_must_be_known():
    with pytest.raises(errors.SignatureNeeded):
        _ = pullback.jacobian(affine, mode="forward").source
