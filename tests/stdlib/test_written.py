"""Functions of NumPy that are lowered as others: value and gradient, for NumPy and for JAX, eager and compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.ways import ways

RNG = np.random.default_rng(5)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def weighted(x: Any, w: Any) -> Any:
    rows = np.average(x, axis=1, weights=w * w)
    return np.sum(np.sin(rows)) + np.average(x) + np.sum(np.average(x, 0, np.exp(w[:, 0]), keepdims=True) ** 2)


def weights_of_columns(x: Any, w: Any) -> Any:
    return np.sum(np.sin(np.average(x, axis=1, weights=np.exp(w))))


def quotient_and_rest(x: Any, y: Any) -> Any:
    q, r = np.divmod(5.0 * x, y)
    return np.sum(q * x) + np.sum(np.sin(r))


def differences(x: Any, p: float) -> Any:
    ends = np.diff(x, prepend=p, append=x[:, :2])
    return np.sum(np.sin(ends)) + np.sum(np.sin(np.diff(x, n=2, axis=0, prepend=0.0, append=x)))


def spread(x: Any, y: Any) -> Any:
    a, b = np.broadcast_arrays(x, y)
    return np.sum(np.sin(a * b) * a)


def chosen(x: Any) -> Any:
    y = 2.0 * x
    y[np.ix_([0, 2], [1, 3])] = 0.5
    return np.sum(np.sin(y)) + np.sum(x[np.ix_([0, 2], [1, 3, 1])] ** 2)


def from_places(a: float) -> Any:
    return np.sum(np.sin(np.fromfunction(lambda i, j: a * i + j * j, (2, 3))))


def same_array(x: Any) -> Any:
    y = 2.0 * x
    z = np.asanyarray(y)
    z[0] = x[1]
    return np.sum(np.sin(y)) + np.sum(np.real_if_close(x)) + np.sum(np.real(x) * x.real) + np.sum(np.imag(x))


def axes_as_numbers(x: Any, y: Any) -> Any:
    return np.sum(np.sin(np.einsum(x, [0, 1], y, [1, 2], [0, 2]))) + np.sum(np.einsum(x, [..., 1], y, [1, 2]))


def newer_names(x: Any) -> Any:
    return np.sum(np.sin(np.clip(2.0 * x, min=-0.5)) * np.clip(x, min=-1.0, max=1.0))


def cut(x: Any) -> Any:
    left, right = np.hsplit(x, 2)
    upper, lower = np.vsplit(x, [1])
    front, back = np.dsplit(np.reshape(x, (1, 3, 4)), 2)
    return np.sum(left * right) + np.sum(upper * lower) + np.sum(front * back)


def methods(x: Any) -> Any:
    products = x.cumprod(0)
    taken = np.arange(4).choose([x[0], x[1], x[2], x[0] * x[1]])
    return np.sum(np.sin(products)) + np.sum(taken * taken)


def at_places(x: Any) -> Any:
    i, j = np.where(x > 0.0)
    y = x.ravel() * 2.0
    y.partition(3)
    return np.sum(np.sin(x[i, j])) + np.sin(y[3]) + np.sum(x.compress(np.array([True, False, True]), 0) ** 2)


def halves(x: Any) -> Any:
    a, b = np.unstack(np.reshape(x, (2, 6)))
    return np.sum(np.astype(a, np.float64) * b)


def one_above_another(x: Any) -> Any:
    return np.sum(np.row_stack((x, x[:1])) ** 2)


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (weighted, (n(3, 4), n(3, 4))), (weights_of_columns, (n(3, 4), n(4))), (quotient_and_rest, (n(5), n(5) + 4.0)),
    (differences, (n(3, 4), 0.5)), (spread, (n(3), n(2, 1))), (chosen, (n(4, 5),)), (from_places, (0.7,)),
    (same_array, (n(4),)), (axes_as_numbers, (n(2, 3), n(3, 4))), (newer_names, (n(5),)), (cut, (n(3, 4),)),
    (methods, (n(3, 4),)),
]  # fmt: skip
if hasattr(np, "row_stack"):
    CASES.append((one_above_another, (n(2, 3),)))
if hasattr(np, "unstack"):  # NumPy 2.1
    CASES.append((halves, (n(3, 4),)))
NUMPY_ALONE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [(at_places, (n(3, 4),))]


def along(f: Callable[..., Any], args: tuple[Any, ...], moves: list[Any], h: float) -> float:
    return float(f(*(a + h * v for a, v in zip(args, moves, strict=True))))


@pytest.mark.filterwarnings("ignore:.*row_stack:DeprecationWarning")
@pytest.mark.parametrize(("f", "args"), [*CASES, *NUMPY_ALONE], ids=lambda x: getattr(x, "__name__", ""))
def test_agrees_with_differences(f: Any, args: tuple[Any, ...]) -> None:
    value, grads = pullback.value_and_grad(f, wrt=tuple(range(len(args))))(*args)
    assert value == f(*args)
    moves = [n(*np.shape(a)) if np.ndim(a) else float(n()) for a in args]
    wanted = (along(f, args, moves, 1e-6) - along(f, args, moves, -1e-6)) / 2e-6
    found = sum(float(np.sum(g * v)) for g, v in zip(grads, moves, strict=True))
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("f", "args"), CASES, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.usefixtures("double_precision")
def test_agrees_on_jax(f: Any, args: tuple[Any, ...]) -> None:
    jax = pytest.importorskip("jax")
    wrt = tuple(range(len(args)))
    wanted = pullback.value_and_grad(f, wrt=wrt)(*args)
    derived = pullback.value_and_grad(f, wrt=wrt, backend="jax")
    scope: dict[str, Any] = {}
    exec(compile(derived.specialize(*args).source, "<jax>", "exec"), scope)
    for run in ways(f.__name__, derived, jax.jit(scope[f"{f.__name__}_value_and_grad"])):
        value, grads = run(*args)
        np.testing.assert_allclose(value, wanted[0], rtol=1e-10)
        for g, w in zip(grads, wanted[1], strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-9, atol=1e-11)


def of_each_row(x: Any) -> Any:
    return np.sum(np.apply_along_axis(np.sum, 0, x))


def pieces(x: Any) -> Any:
    return np.sum(np.piecewise(x, [x > 0.0], [np.sin, np.cos]))


def counted(x: Any) -> Any:
    return np.sum(np.histogram(x, 3)[1])


def distinct(x: Any) -> Any:
    return np.sum(np.unique(x))


def another_method(x: Any) -> Any:
    return np.quantile(x, 0.3, method="hazen")


def a_table_of_places(x: Any) -> Any:
    return np.sum(np.quantile(x, np.array([[0.2, 0.3]])))


def place_of_what_is_there(x: Any) -> Any:
    return np.nanquantile(x, np.tanh(x[0]) ** 2)


def the_border(x: Any) -> Any:
    return np.sum(np.pad(x, 1, constant_values=np.sin(x[0])))


def the_base(x: Any) -> Any:
    return np.sum(np.logspace(0.0, 1.0, 3, base=x[0]))


def the_distance(x: Any) -> Any:
    return np.sum(np.gradient(x, x[0]))


def many_places(x: Any) -> Any:
    return np.sum(np.insert(x, [0, 1], x[:2]))


def other_axes(x: Any) -> Any:
    return np.sum(np.cross(np.reshape(x, (3, 1)), x, axisa=0))


REFUSED: list[tuple[Callable[..., Any], str, str]] = [
    (of_each_row, "np.apply_along_axis is not supported", "np.stack"),
    (pieces, "np.piecewise is not supported", "np.select"),
    (counted, "no derivative rule for 'histogram'", "stop_gradient"),
    (distinct, "no derivative rule for 'unique'", "np.sort"),
    (another_method, "quantile by the method 'hazen'", "linear"),
    (a_table_of_places, "an array of more than one axis", "one line"),
    (place_of_what_is_there, "no derivative rule for 'nanquantile'", ""),
    (the_border, "'pad' in its argument 'constant_values'", "stop_gradient"),
    (the_base, "'logspace' in its argument 'base'", "stop_gradient"),
    (the_distance, "no derivative rule for 'gradient'", ""),
    (many_places, "np.insert at several places", "one after the other"),
    (other_axes, "operands of different ranks", "np.moveaxis"),
]


LINEAR = {many_places, other_axes}
"""What forward mode can do: the operation itself, on tangents."""
MODES = [(*case, mode) for case in REFUSED for mode in (pullback.grad, pullback.jvp)]


@pytest.mark.parametrize(
    ("f", "words", "way_round", "mode"),
    [case for case in MODES if case[0] not in LINEAR or case[-1] is pullback.grad],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_refuses_with_the_users_line(f: Any, words: str, way_round: str, mode: Any) -> None:
    x = np.array([0.1, 0.5, 0.7])
    args = (x,) if mode is pullback.grad else ((x,), np.ones(3))
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        mode(f)(*args)
    assert caught.value.line == f.__code__.co_firstlineno + 1
    assert way_round in (caught.value.hint or "")


def across(x: Any, y: Any) -> Any:
    return np.sum(np.cross(x, y) ** 2)


@pytest.mark.filterwarnings("ignore:.*2-dimensional vectors:DeprecationWarning")
def test_cross_products_of_vectors_of_two_elements_are_refused_when_they_come() -> None:
    for shape in ((2, 2), (3, 2), (2,)):
        with pytest.raises(AssertionError, match="three elements"):
            pullback.grad(across)(n(*shape), n(*shape))


def where_it_holds(x: Any) -> Any:
    return np.sum(np.compress(x > 0.0, x))


def without_some(x: Any, k: Any) -> Any:
    return np.sum(np.delete(x, k) ** 2)


def as_often(x: Any, k: Any) -> Any:
    return np.sum(np.repeat(x, k))


def in_places(x: Any) -> Any:
    return np.sum(np.partition(x, (0, 1)) * x)


LENGTHS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (where_it_holds, ()), (without_some, (np.array([0, 2]),)), (as_often, (np.array([1, 2, 0]),)), (in_places, ()),
]  # fmt: skip


@pytest.mark.parametrize(("f", "more"), LENGTHS, ids=lambda x: getattr(x, "__name__", ""))
def test_jax_refuses_what_only_the_run_knows(f: Any, more: tuple[Any, ...]) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="cannot be written for JAX yet") as caught:
        pullback.grad(f, backend="jax").specialize(np.ones(3), *more)
    assert caught.value.line == f.__code__.co_firstlineno + 1


def test_what_is_refused_is_computed_where_nothing_is_differentiated() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(x) * np.sum(np.unique(y)) + np.histogram(y, 2)[0][0]

    np.testing.assert_array_equal(pullback.grad(f)(np.ones(2), np.array([1.0, 1.0, 2.0])), [3.0, 3.0])
