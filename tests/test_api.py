"""The public functions: what they take, what they return, what they refuse."""

import inspect
import threading

import numpy as np
import pytest

import pullback
from pullback import Derived, errors, grad, value_and_grad, vjp


def loss(w, x, n=2, *, scale=1.0):
    return scale * np.sum((x @ w) ** 2) / n


def square(x):
    return x * x


def with_parts(params, k):
    return np.sum(params["w"] * params["s"]) * params["pair"][0] + np.sum(params["items"][0]) * k


def with_aux(x):
    y = x * x
    return np.sum(y), y


def twice(x):
    return 2.0 * x


@grad
def decorated(x):
    return x * x


@grad(wrt="y")
def decorated_with_options(x, y):
    return x * y * y


RATE = 3.0


def uses_a_global(x):
    return RATE * x


@pytest.fixture
def arguments():
    rng = np.random.default_rng(0)
    return rng.standard_normal(3), rng.standard_normal((4, 3))


# results


def test_gradient_of_one_parameter(arguments):
    w, x = arguments
    expected = 2.0 * x.T @ (x @ w) / 2
    np.testing.assert_allclose(grad(loss)(w, x), expected)
    np.testing.assert_allclose(grad(loss, wrt="w")(w, x, 4), expected / 2)
    np.testing.assert_allclose(grad(loss)(w, x=x, n=4, scale=2.0), expected)
    assert isinstance(grad(loss, wrt=("w",))(w, x), tuple)
    dw, dx = grad(loss, wrt=[0, "x"])(w, x)
    np.testing.assert_allclose(dw, expected)
    assert dx.shape == x.shape


def test_value_and_gradient(arguments):
    value, dw = value_and_grad(loss)(*arguments)
    assert value == loss(*arguments)
    np.testing.assert_allclose(dw, grad(loss)(*arguments))
    value, (dw,) = value_and_grad(loss, wrt=["w"])(*arguments)
    assert value == loss(*arguments)


def test_a_pullback_can_be_called_again():
    x = np.array([1.0, 2.0])
    out, pull = vjp(square)(x)
    np.testing.assert_array_equal(out, x * x)
    for _ in range(2):
        np.testing.assert_array_equal(pull(np.array([1.0, 10.0])), [2.0, 40.0])
    _, pull = vjp(square, wrt=(0,))(x)
    assert isinstance(pull(x), tuple)


def test_auxiliary_results():
    x = np.array([1.0, 2.0])
    g, aux = grad(with_aux, has_aux=True)(x)
    np.testing.assert_array_equal(g, 2.0 * x)
    np.testing.assert_array_equal(aux, x * x)
    (value, aux), g = value_and_grad(with_aux, has_aux=True)(x)
    assert value == 5.0
    np.testing.assert_array_equal(aux, x * x)
    out, pull, aux = vjp(with_aux, has_aux=True)(x)
    assert out == 5.0
    np.testing.assert_array_equal(pull(1.0), 2.0 * x)


def test_keyword_only_parameters(arguments):
    assert grad(loss, wrt="scale")(*arguments, scale=2.0) == pytest.approx(loss(*arguments))
    assert grad(loss, wrt=3)(*arguments) == pytest.approx(loss(*arguments))


def test_a_gradient_has_the_structure_of_its_argument():
    params = {"w": np.ones(2, np.float32), "s": 2.0, "pair": (np.float64(3.0), 5), "items": [np.ones(1)], "name": "a"}
    before = repr(params)
    g = grad(with_parts)(params, 2)
    assert list(g) == list(params)
    assert g["w"].dtype == np.float32
    np.testing.assert_array_equal(g["w"], [6.0, 6.0])
    assert type(g["s"]) is float
    assert g["s"] == 6.0
    assert type(g["pair"]) is tuple
    assert type(g["pair"][0]) is np.float64
    assert g["pair"] == (4.0, None)
    assert type(g["items"]) is list
    np.testing.assert_array_equal(g["items"][0], [2.0])
    assert g["name"] is None
    assert repr(params) == before


@pytest.mark.parametrize("x", [2.0, np.float64(2.0), np.float32(2.0), np.array(2.0), np.array(2.0, np.float32)])
def test_a_leaf_keeps_its_kind(x):
    g = grad(square)(x)
    assert type(g) is type(x)
    assert np.asarray(g).dtype == np.asarray(x).dtype
    assert g == 4.0


def test_decorators():
    assert isinstance(decorated, Derived)
    assert decorated(3.0) == 6.0
    assert decorated_with_options(3.0, 2.0) == 12.0
    assert decorated.__wrapped__(3.0) == 9.0
    assert decorated.__name__ == "decorated"
    assert inspect.signature(decorated_with_options) == inspect.signature(lambda x, y: 0)


# specialisations


def test_one_specialisation_for_each_signature(arguments):
    w, x = arguments
    g = grad(loss)
    assert g.signatures == ()
    assert "not specialised yet" in repr(g)
    g(w, x)
    g(w, x[:2], 7)
    assert g.signatures == ("w: f64[:], x: f64[:,:], n: int, scale: float",)
    assert "1 specialisation" in repr(g)
    g(w, x[:1])
    g(w.astype(np.float32), x)
    assert len(g.signatures) == 3
    assert g.signatures[1] == "w: f64[:], x: f64[1,:], n: int, scale: float"
    assert "3 specialisations" in repr(g)


def test_a_specialisation_of_its_own(arguments):
    g = grad(loss)
    g(np.ones(3, np.float32), np.ones((2, 3), np.float32))
    s = g.specialize(*arguments)
    assert isinstance(s, Derived)
    assert s.signatures == ("w: f64[:], x: f64[:,:], n: int, scale: float",)
    assert s.source == g.source
    np.testing.assert_array_equal(s(*arguments), g(*arguments))


def test_source_is_that_of_the_latest_signature(arguments, capsys):
    g = grad(loss).specialize(*arguments)
    assert "def loss_grad(w, x, n=2, *, scale=1.0):" in g.source
    g.show()
    assert capsys.readouterr().out == g.source


def test_source_ahead_of_a_call():
    assert "def twice_grad(x):" in grad(twice, signature="x: f64").source
    assert "def annotated_grad(x):" in grad(annotated).source
    g = grad(twice)
    assert "def twice_grad(x):" in g.source
    assert g.signatures == ()


def annotated(x: float):
    return x * x


def test_saved_text_is_never_put_over_a_file_of_another_kind(tmp_path):
    g = grad(twice).specialize(1.0)
    file = tmp_path / "twice_grad.py"
    g.save(file)
    assert file.read_text().endswith(g.source)
    g.save(file)
    other = tmp_path / "mine.py"
    other.write_text("x = 1\n")
    with pytest.raises(errors.PullbackError, match="was not written by pullback"):
        g.save(other)
    with pytest.raises(errors.PullbackError, match="does not exist"):
        g.save(tmp_path / "missing" / "file.py")
    assert other.read_text() == "x = 1\n"


def test_threads_share_one_specialisation(arguments):
    g = grad(loss)
    barrier = threading.Barrier(4)
    results = []

    def work():
        barrier.wait()
        results.append(g(*arguments))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 4
    assert len(g.signatures) == 1


def test_a_global_of_another_value_or_type(monkeypatch):
    g = grad(uses_a_global)
    assert g(2.0) == 3.0
    monkeypatch.setitem(globals(), "RATE", 4.0)
    assert g(2.0) == 4.0
    monkeypatch.setitem(globals(), "RATE", np.float32(5.0))
    assert g(2.0) == 5.0
    monkeypatch.setitem(globals(), "RATE", 6)
    assert g(2.0) == 6.0
    assert len(g.signatures) == 1


# differentiable


@pullback.differentiable(wrt=("x", "y"))
def product(x, y):
    return x * y


@pullback.differentiable(static=("power", "flag"))
def powers(x, power, flag=True):
    return x**power if flag else x


def test_a_differentiable_function_is_itself():
    assert product(2.0, 3.0) == 6.0
    assert product.grad(2.0, 3.0) == (3.0, 2.0)
    assert product.value_and_grad(2.0, 3.0) == (6.0, (3.0, 2.0))
    out, pull = product.vjp(2.0, 3.0)
    assert (out, pull(1.0)) == (6.0, (3.0, 2.0))
    assert product.grad is product.grad
    assert "product" in repr(product)
    assert grad(product, wrt="y")(2.0, 3.0) == 2.0
    assert grad(calls_a_differentiable)(2.0) == 12.0


def calls_a_differentiable(x):
    return product(x, x) * 3.0


def test_static_parameters_are_part_of_the_signature():
    assert powers.grad(3.0, 2) == 6.0
    assert powers.grad(3.0, 3) == 27.0
    assert powers.grad(3.0, 3, False) == 1.0
    assert len(powers.grad.signatures) == 3


# refusals


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("q", "wrt='q' names no parameter of 'loss'"),
        (7, "wrt=7 names no parameter"),
        (True, "wrt=True names no parameter"),
        ((), "wrt is empty"),
        (("w", 0), "names 'w' twice"),
        (1.5, "wrt is a parameter or a tuple"),
        (("w", None), "wrt=None names no parameter"),
    ],
)
def test_wrt_must_name_parameters(wrt, message):
    with pytest.raises(errors.WrtError) as e:
        grad(loss, wrt=wrt)
    assert message in str(e.value)
    assert isinstance(e.value, ValueError)


def test_a_near_miss_is_named():
    with pytest.raises(errors.WrtError, match=r"Did you mean .scale."):
        grad(loss, wrt="scal")


@pytest.mark.parametrize(
    ("x", "what"),
    [
        (3, "which is an int"),
        (True, "which is a bool"),
        ("text", "which is a str"),
        (None, "which is None"),
        (np.ones(3, int), "which is an array of int64"),
        (np.int64(3), "which is an int64"),
        ([1, 2], "which is a list"),
        ({1, 2}, "which is a set"),
        (np.array(["a"]), "which is an array of <U1"),
        ((), "which is a tuple"),
    ],
)
def test_an_argument_without_a_float_is_refused(x, what):
    with pytest.raises(errors.WrtError) as e:
        grad(square)(x)
    assert what in str(e.value)
    assert f"{__file__}:{square.__code__.co_firstlineno}:12: " in str(e.value)
    assert e.value.file == __file__


def test_a_result_must_be_a_scalar():
    with pytest.raises(errors.NotScalar) as e:
        grad(square)(np.ones(3))
    assert isinstance(e.value, TypeError)
    assert e.value.file == __file__


def test_arguments_are_bound_as_by_the_function():
    with pytest.raises(TypeError, match=r"loss\(\): missing a required argument: 'x'"):
        grad(loss)(1.0)
    with pytest.raises(TypeError, match=r"loss\(\): too many positional arguments"):
        grad(loss)(1.0, 2.0, 3, 4)
    with pytest.raises(TypeError, match="got an unexpected keyword argument 'z'"):
        grad(loss)(1.0, 2.0, z=3)


def test_what_is_no_function_is_refused():
    for f in (np.sin, len):
        with pytest.raises(errors.SourceUnavailable):
            grad(f)
    with pytest.raises(TypeError, match="a function is needed"):
        grad(3)
    with pytest.raises(errors.NotSupportedYet):
        grad(dict)


def test_options_are_checked_at_once():
    with pytest.raises(errors.PullbackError, match="no backend called 'fortran'"):
        grad(loss, backend="fortran")
    with pytest.raises(errors.SourceError, match="'f65' is not a type"):
        grad(loss, signature="w: f65")
    with pytest.raises(errors.SourceError, match="no parameter 'q'"):
        grad(loss, signature="q: f64")
    with pytest.raises(errors.SourceError, match="no parameter 'q'"):
        pullback.differentiable(loss, static=("q",)).grad  # noqa: B018
    with pytest.raises(errors.WrtError, match="static is a tuple"):
        pullback.differentiable(loss, static="n")


def test_the_public_names_are_all_there():
    for name in pullback.__all__:
        assert hasattr(pullback, name)
