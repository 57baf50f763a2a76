"""`vjp` and `linearize` inside of functions that are differentiated: what they give is a function of that moment."""

from functools import partial

import numpy as np
import pytest

import pullback
from pullback import errors, grad, jvp, linearize, value_and_grad, vjp
from tests.differences import direction

X, V = np.array([0.5, -0.3, 0.8]), np.array([0.3, 0.6, -0.2])


def cube(x):
    return x * x * x


def layer(w, x):
    return np.tanh(w * x + 1.0)


def sweeps(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:] *= 0.5 + u[:-1] ** 2
    return u


def several_parameters(x, v):
    y, pull = vjp(layer, wrt=(0, 1))(x, v)
    dw, dx = pull(v)
    again, dx2 = pull(2.0 * y)
    return np.sum(dw * again) + np.sum(dx * dx2) + np.sum(y)


def several_tangents(x, v):
    y, linear = linearize(layer, wrt=("w", "x"))(x, x=v)
    return np.sum(linear((v, x)) * y) + np.sum(linear([2.0 * x, x]))


def in_a_loop(x, v):
    for _ in range(4):
        y, pull = vjp(cube)(x)
        for _ in range(2):
            v = v + 0.1 * pull(v)
        x = x + 0.1 * y
    return np.sum(v * x)


def made_before_a_loop(x, v):
    _, pull = vjp(cube)(x)
    for _ in range(3):
        v = pull(v)
        x = x * 0.5
    return np.sum(v * x)


def in_a_while(x, v):
    n = 0
    while n < 3 and np.sum(v) < 10.0:
        _, linear = linearize(cube)(x)
        v = v + linear(v)
        n += 1
    return np.sum(v)


def of_a_loop(x, v):
    y, pull = vjp(sweeps)(x, 3)
    out, linear = linearize(sweeps)(v, 3)
    return np.sum(pull(v) * y) + np.sum(linear(x) * linear(out))


def parts_of(d, v):
    return {"a": np.sin(d["p"]) * d["q"][0], "b": (v * d["q"][0], 3), "n": np.sum(d["p"])}


def of_structures(x, v):
    out, pull = vjp(parts_of, wrt=("d", "v"))({"p": x, "q": (v, 2)}, v * x)
    dd, dv = pull({"n": 1.5, "a": x, "b": [v, None]})
    _, linear = linearize(parts_of)({"p": x, "q": (v, 2)}, v)
    moved = linear({"p": v, "q": (x, None)})
    total = np.sum(dd["p"] * v) + np.sum(dd["q"][0] * x) + np.sum(dv) + np.sum(out["a"]) * out["n"]
    return total + np.sum(moved["a"]) + np.sum(moved["b"][0]) * moved["n"]


def with_aux(x, v):
    y, pull, extra = vjp(lambda z: (np.sum(z**3), z * 2.0), has_aux=True)(x)
    out, linear, more = linearize(lambda z: (z**2, z * v), has_aux=True)(x)
    return np.sum(pull(y) * extra) + np.sum(linear(v) * more * out)


def of_a_lambda(x, v):
    _, pull = vjp(lambda z: np.sin(z) * v)(x)
    x = x * 2.0
    v = v * 3.0
    return np.sum(pull(v) * x)


def pulled(f, x, c):
    y, pull = vjp(f)(x)
    return pull(c) + y


def of_what_is_passed(x, v):
    return np.sum(pulled(lambda z: np.exp(z * v), x, v))


def doubled(g, c):
    return g(c) * 2.0


def scaled(g, c):
    return g(c) * c


def handed_on(x, v):
    y, pull = vjp(cube)(x)

    def twice(c):
        return pull(pull(c))

    return np.sum(doubled(pull, v)) + np.sum(doubled(partial(scaled, pull), y)) + np.sum(twice(v))


def as_they_come(x, v):
    return np.sum(vjp(cube)(x)[1](v)) + np.sum(linearize(cube)(x)[1](v))


def of_numbers(x, v):
    y, pull = vjp(lambda a: a**3)(x[0])
    _, linear = linearize(lambda a: a**3)(float(x[1]))
    return pull(1) * v[0] + pull(v[1]) + y + linear(2)


def in_an_inner_function(x, v):
    def inner(z):
        _, pull = vjp(cube)(z)
        return np.sum(pull(z) * v)

    return np.sum(grad(inner)(x) * v)


def of_a_gradient(x, v):
    y, pull = vjp(grad(lambda z: np.sum(z**4)))(x)
    y2, linear = linearize(grad(lambda z: np.sum(z**4)))(x)
    return np.sum(pull(v) * y) + np.sum(linear(v) * y2)


def in_branches(x, v):
    _, pull = vjp(cube)(x)
    if v[0] > 0.0:
        z = pull(v)
    else:
        z = pull(2.0 * v)
    return np.sum(z)


def on_a_list(x, v):
    pulls = []
    for k in range(3):
        _, pull = vjp(cube)(x + k)
        pulls.append(pull)
    for pull in pulls:
        v = pull(v)
    return np.sum(v)


def value_alone(x, v):
    y, _ = vjp(cube)(x)
    return np.sum(y * v)


def with_a_default(x, v):
    g = lambda z, s=x: np.sum(z * z * s)  # noqa: E731
    x = x * 2.0
    return np.sum(grad(g)(v) * x) + g(v) + np.sum(grad(g, wrt="s")(v))


def defaults_of_a_loop(x, v):
    out = 0.0
    for k in range(3):
        out = out + np.sum(grad(lambda z, s=x * k: np.sum(z * z * s))(v))
    return out


FUNCTIONS = [
    *(several_parameters, several_tangents, in_a_loop, made_before_a_loop, in_a_while, of_a_loop, of_structures),
    *(with_aux, of_a_lambda, of_what_is_passed, handed_on, as_they_come, of_numbers, in_an_inner_function),
    *(of_a_gradient, in_branches, on_a_list, value_alone, with_a_default, defaults_of_a_loop),
]


def check(f, args, wrt, expected=None):
    """Reverse against forward mode and differences; the value is that of the function, or of `expected`."""
    primal = expected or f
    v, h = direction(args[wrt], np.random.default_rng(2)), 1e-6
    ends = [primal(*(a + s * h * v if k == wrt else a for k, a in enumerate(args))) for s in (1.0, -1.0)]
    value, g = value_and_grad(f, wrt=wrt)(*args)
    assert value == pytest.approx(primal(*args), rel=1e-14)
    assert np.sum(g * v) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6, abs=1e-8)
    assert jvp(f, wrt=wrt)(args, v)[1] == pytest.approx(np.sum(g * v), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("wrt", [0, 1])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_they_are_differentiated(f, wrt):
    check(f, (X, V), wrt)


def by_hand(x):
    _, pull = vjp(cube)(x)
    return pull(2.0) + linearize(cube)(x)[1](1.0)


def test_values_by_hand():
    assert value_and_grad(by_hand)(0.5) == pytest.approx((9.0 * 0.25, 18.0 * 0.5))
    assert grad(grad(by_hand))(0.5) == pytest.approx(18.0)
    assert grad(grad(grad(by_hand)))(0.5) == 0.0


# what is written later


def written(x, v):
    x = x.copy()
    y, pull = vjp(cube)(x)
    x[0] = 5.0 * v[0]
    y[1] = 2.0
    return np.sum(pull(v) * x) + np.sum(y)


def written_with_tangents(x, v):
    x = x.copy()
    y, linear = linearize(cube)(x)
    x[0] = 5.0 * v[0]
    y[1] = 2.0
    return np.sum(linear(v) * x) + np.sum(y)


def written_by_hand(x, v):
    y, slope = x**3, 3.0 * x**2
    x = x.copy()
    x[0] = 5.0 * v[0]
    y[1] = 2.0
    return np.sum(slope * v * x) + np.sum(y)


@pytest.mark.parametrize("wrt", [0, 1])
@pytest.mark.parametrize("f", [written, written_with_tangents])
def test_later_writes_are_not_seen(f, wrt):
    check(f, (X, V), wrt, written_by_hand)


def same_array(x, v):
    x = x.copy()
    y, pull = vjp(lambda z: z)(x)
    y[0] = 3.0
    return np.sum(x * v) + np.sum(pull(v) * y)


def argument_and_aux(x, v):
    x = x.copy()
    y, pull, aux = vjp(lambda z: (z, z), has_aux=True)(x)
    out, linear, more = linearize(lambda z: (z * z, z), has_aux=True)(x)
    aux[1] = 4.0
    x[0] = v[1]
    more *= 2.0
    return np.sum(pull(v) * y * aux) + np.sum(linear(v) * out * more * x)


def part_of_an_array(x, v):
    x = x.copy()
    y, pull = vjp(lambda z: z[1:])(x)
    y *= 2.0
    x[2] = 7.0
    return np.sum(pull(v[1:]) * x) + np.sum(y)


@pytest.mark.parametrize("wrt", [0, 1])
@pytest.mark.parametrize("f", [same_array, argument_and_aux, part_of_an_array])
def test_the_value_shares_nothing_with_the_argument(f, wrt):
    check(f, (X, V), wrt)


# what it looks like


def once(w, x):
    y, pull = vjp(layer)(w, x)
    return np.sum(pull(y))


def test_the_linear_half_computes_nothing_again():
    text = pullback.vjp(once).specialize(X, V).source
    halves = {name: text.partition(f"def {name}(")[2].partition("\n\n\n")[0] for name in ("layer_vjp", "layer_pull")}
    assert "np.tanh" in halves["layer_vjp"]
    assert "return" in halves["layer_pull"]
    assert "np.tanh" not in halves["layer_pull"]


def test_what_is_proven_to_fit_is_not_checked():
    assert "fitted" not in grad(once).specialize(X, V).source


# what does not fit


def along(x, v):
    return np.sum(jvp(cube)((x,), v)[1])


def pulled_along(x, v):
    return np.sum(vjp(cube)(x)[1](v))


def pushed_along(x, v):
    return np.sum(linearize(cube)(x)[1](v))


@pytest.mark.parametrize("f", [along, pulled_along, pushed_along])
@pytest.mark.parametrize("v", [V[:1], V[:2], V[None]])
def test_another_shape_raises(f, v):
    with pytest.raises((TypeError, errors.NotSupportedYet), match="a cotangent or tangent"):
        grad(f)(X, v)
    with pytest.raises(TypeError):
        f(X, v)


@pytest.mark.parametrize("f", [along, pulled_along, pushed_along])
def test_other_kinds_of_number_become_those_of_the_value(f):
    single = X.astype(np.float32)
    assert grad(f)(single, V).dtype == np.float32
    assert value_and_grad(f)(single, V)[0] == f(single, V)
    assert grad(f)(X, np.array([1, 2, 3])) == pytest.approx(6.0 * X * np.array([1, 2, 3]))


def number(x, v):
    return np.sum(vjp(cube)(x)[1](1.0))


def tuple_of_one(x, v):
    return np.sum(vjp(cube)(x)[1]((v,)))


def two_cotangents(x, v):
    return np.sum(vjp(cube)(x)[1](v, v))


def one_tangent_of_two(x, v):
    _, linear = linearize(layer, wrt=(0, 1))(x, v)
    return np.sum(linear(v))


def another_dict(x, v):
    return np.sum(vjp(lambda z: {"a": z, "b": z})(x)[1]({"a": v})["a"])


def of_a_list(x, v):
    _, pull = vjp(lambda z: [a * 2.0 for a in z])(x)
    return np.sum(pull([1.0, 2.0, 3.0]))


def raises(x):
    raise ValueError("no")


def of_what_raises(x, v):
    return np.sum(vjp(raises)(x)[1](v))


def given_away(x, v):
    return vjp(cube)(x)[1]


def chosen(x, v):
    if v[0] > 0.0:
        _, pull = vjp(cube)(x)
    else:
        _, pull = vjp(cube)(2.0 * x)
    return np.sum(pull(v))


def used_after_its_loop(x, v):
    for k in range(3):
        _, pull = vjp(cube)(x * k)
    return np.sum(pull(v))


def default_used_after_its_loop(x, v):
    for k in range(3):
        g = lambda z, s=x * k: z * s  # noqa: E731
    return np.sum(g(v))


def rebound_in_a_loop(x, v):
    _, pull = vjp(cube)(x)
    for k in range(3):
        v = pull(v)
        _, pull = vjp(cube)(x * k)
    return np.sum(v)


def on_a_list_of_any_length(x, v, n=3):
    pulls = [vjp(cube)(x * k)[1] for k in range(n)]
    return np.sum(pulls[0](v))


NOT_LIKE = "a cotangent or tangent is {} here, and what it belongs to is f64[:]"
REFUSED = [
    (number, NOT_LIKE.format("float"), "vjp(cube)(x)[1](1.0)"),
    (tuple_of_one, NOT_LIKE.format("(f64[:],)"), "vjp(cube)(x)[1]((v,))"),
    (two_cotangents, "this takes a cotangent, and nothing else", "vjp(cube)(x)[1](v, v)"),
    (one_tangent_of_two, "the tangents must be a tuple of 2", "linear(v)"),
    (another_dict, "a cotangent or tangent is {a: f64[:]} here", "vjp(lambda z"),
    (of_a_list, "a list whose length only the run tells", "pull([1.0, 2.0, 3.0])"),
    (of_what_raises, "whose derivative is taken here never returns", "vjp(raises)(x)"),
    (given_away, "the function that vjp gives is used as a value", "return vjp"),
    (chosen, "a function or module is chosen by a condition of the run", "if v[0]"),
    (used_after_its_loop, "'pull' is a function that is made in this loop", "for k in"),
    (default_used_after_its_loop, "'g' is a function that is made in this loop", "for k in"),
    (rebound_in_a_loop, "'pull' stands for another function in each iteration", "for k in"),
    (on_a_list_of_any_length, "the function that vjp gives is used as a value", "[vjp"),
]


@pytest.mark.parametrize(("f", "text", "place"), REFUSED, ids=[f.__name__ for f, _, _ in REFUSED])
def test_what_is_refused(f, text, place):
    with pytest.raises(errors.NotSupportedYet) as caught:
        grad(f)(X, V)
    e = caught.value
    assert text in e.message
    assert e.file == __file__
    assert e.hint
    with open(__file__) as file:
        assert file.readlines()[e.line - 1][e.col - 1 :].startswith(place)
