"""Programs with complex numbers: gradients, tangents and second derivatives as JAX has them; refusals with a place."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.ways import ways
from tests.stdlib import complex_programs as programs
from tests.stdlib.complex_calls import x, z

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

CASES = {
    programs.orbit: z(3),
    programs.escapes: z(2),
    programs.wave: x(3),
    programs.by_parts: z(3),
    programs.phase_or_size: z(3),
    programs.written: z(3),
    programs.mixed: x(3),
    programs.in_a_dict: {"a": z(3), "x": x(3), "c": 1.0 + 2.0j},
    programs.impedance: x(3),
    programs.quadratic: z(3),
    programs.growth: x(3, 3),
    programs.growth_by_name: x(3, 3),
    programs.modes: x(3, 3),
    programs.turned_modes: z(3, 3),
}
NOT_JAX = (programs.escapes, programs.phase_or_size, programs.written, programs.mixed, programs.by_parts,
           programs.growth_by_name, programs.modes, programs.turned_modes)
each = pytest.mark.parametrize(("f", "a"), CASES.items(), ids=[f.__name__ for f in CASES])


def leaves(tree: Any) -> list[Any]:
    return [v for k in tree for v in leaves(tree[k])] if isinstance(tree, dict) else [tree]


def moved(tree: Any, by: Any, h: float) -> Any:
    return {k: moved(tree[k], by[k], h) for k in tree} if isinstance(tree, dict) else tree + h * by


def direction(tree: Any, rng: Any) -> Any:
    if isinstance(tree, dict):
        return {k: direction(v, rng) for k, v in tree.items()}
    real = rng.standard_normal(np.shape(tree))
    made = real + 1j * rng.standard_normal(np.shape(tree)) if np.iscomplexobj(tree) else real
    return made if np.ndim(tree) else complex(made)


@each
def test_agrees_with_differences_and_forward_mode(f: Any, a: Any) -> None:
    v = direction(a, np.random.default_rng(3))
    expected = (f(moved(a, v, 1e-6)) - f(moved(a, v, -1e-6))) / 2e-6
    value, gradient = pullback.value_and_grad(f)(a)
    assert value == f(a)
    for g, of in zip(leaves(gradient), leaves(a), strict=True):
        assert type(g) is type(of)
        assert np.asarray(g).dtype == np.asarray(of).dtype
    along = sum(np.real(np.sum(g * t)) for g, t in zip(leaves(gradient), leaves(v), strict=True))
    assert along == pytest.approx(expected, rel=1e-6)
    assert pullback.jvp(f)((a,), v)[1] == pytest.approx(expected, rel=1e-6)


@each
def test_the_second_derivative(f: Any, a: Any) -> None:
    if isinstance(a, dict):
        return
    rng = np.random.default_rng(4)
    v, w = direction(a, rng), direction(a, rng)
    gradient = pullback.grad(f)

    def first(y: Any) -> Any:
        return np.real(np.sum(gradient(y) * w))

    expected = (first(a + 1e-5 * v) - first(a - 1e-5 * v)) / 2e-5
    again = pullback.vjp(gradient)(a)[1](w)
    assert np.real(np.sum(again * v)) == pytest.approx(expected, rel=1e-5)
    along = pullback.hvp(f)((a,), v)
    assert np.real(np.sum(along * w)) == pytest.approx(expected, rel=1e-5)


@each
def test_agrees_with_jax(f: Any, a: Any) -> None:
    wanted = pullback.grad(f)(a)
    if f not in NOT_JAX:
        scope = {"np": jax.numpy, "Any": Any}
        exec(compile("from __future__ import annotations\n" + inspect.getsource(f), "<jax>", "exec"), scope)
        for g, w in zip(leaves(wanted), leaves(in_order(jax.grad(scope[f.__name__])(a), a)), strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-10)
    derived = pullback.grad(f, backend="jax")
    for run in ways(f.__name__, derived, jax.jit(derived)):
        found = run(a)
        for g, w in zip(leaves(in_order(found, a)), leaves(wanted), strict=True):
            assert np.asarray(g).dtype == np.asarray(w).dtype
            np.testing.assert_allclose(g, w, rtol=1e-10)


def in_order(tree: Any, like: Any) -> Any:
    return {k: tree[k] for k in like} if isinstance(like, dict) else tree


@pytest.mark.parametrize("f", [programs.orbit, programs.by_parts, programs.quadratic, programs.phase_or_size])
def test_single_precision(f: Any) -> None:
    a = CASES[f].astype(np.complex64)
    gradient = pullback.grad(f)(a)
    assert gradient.dtype == np.complex64
    np.testing.assert_allclose(gradient, pullback.grad(f)(CASES[f]), rtol=1e-4)


REFUSED = {
    programs.largest: (1, "max"),
    programs.directions: (1, "sign"),
    programs.in_order: (1, "sort"),
    programs.spread: (1, "var"),
    programs.into_the_real_part: (3, "real"),
    programs.one_norm: (1, "norm"),
    programs.set_real: (2, "real"),
    programs.of_a_real_matrix: (1, "real matrix"),
}


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("f", REFUSED, ids=[f.__name__ for f in REFUSED])
def test_what_is_not_right_for_complex_numbers_is_refused_with_its_place(f: Any, backend: Any) -> None:
    line, words = REFUSED[f]
    for derivative in (pullback.grad(f, backend=backend), pullback.jvp(f, backend=backend)):
        with pytest.raises(pullback.PullbackError, match=words) as caught:
            derivative.specialize(z(3))
        assert caught.value.line == inspect.getsourcelines(f)[1] + line
        assert caught.value.hint


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_a_complex_result_has_no_one_gradient(backend: Any) -> None:
    with pytest.raises(pullback.NotScalar, match="complex"):
        pullback.grad(programs.complex_result, backend=backend)(z(3))
    with pytest.raises(pullback.NotSupportedYet, match="complex"):
        pullback.jacobian(programs.orbit, backend=backend)(z(3))


def test_a_real_result_has_a_real_cotangent() -> None:
    _, pull = pullback.vjp(programs.orbit)(z(3))
    with pytest.raises(TypeError, match="complex"):
        pull(1j)
    with pytest.raises(TypeError, match="complex"):
        pullback.jvp(programs.wave)((x(3),), z(3))
