"""Complex numbers: rules, programs and both targets give what JAX gives."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.ways import ways
from tests.inplace.outcomes import import_text
from tests.stdlib import complex_calls as calls
from tests.stdlib.complex_calls import x, z

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

CASES: list[tuple[str, tuple[Any, ...]]] = [
    *((text, (z(3, 3),)) for text in calls.UNARY),
    *((text, (x(3, 3),)) for text in calls.OF_REAL),
    *((text, (z(4, 5),)) for text in calls.LINES),
    *((text, (x(4, 5),)) for text in calls.REAL_LINES),
    *((text, (z(3, 4, 5),)) for text in (*calls.PLANES, *calls.SPACES, *calls.SHIFTS)),
    *((text, (x(3, 4, 5),)) for text in (*calls.REAL_PLANES, *calls.REAL_SPACES)),
    *((text, args) for text in calls.BINARY for args in ((z(3, 3), z(3, 3)), (x(3, 3), z(3, 3)), (z(3, 3), x(3, 3)))),
]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each case."""
    file = tmp_path_factory.mktemp("complex") / "complex_calls_of.py"
    lines = [f"def f{k}({', '.join('ab'[: len(args)])}):\n    return {text}\n" for k, (text, args) in enumerate(CASES)]
    return import_text("import numpy as np\n\n\n" + "\n\n".join(lines), file)


def of_jax(text: str, names: str) -> Any:
    return eval(f"lambda {', '.join(names)}: {text}", {"np": jax.numpy})


def like(value: Any, rng: Any) -> Any:
    made = rng.standard_normal(np.shape(value))
    if np.asarray(value).dtype.kind == "c":
        made = made + 1j * rng.standard_normal(np.shape(value))
    return made if np.ndim(value) else np.asarray(value).dtype.type(made)


@pytest.mark.parametrize("k", range(len(CASES)), ids=[text for text, _ in CASES])
def test_a_rule_agrees_with_jax(functions: ModuleType, k: int) -> None:
    text, args = CASES[k]
    f, g, rng = getattr(functions, f"f{k}"), of_jax(text, "ab"[: len(args)]), np.random.default_rng(1)
    wrt = tuple(range(len(args)))
    out, pull = pullback.vjp(f, wrt=wrt)(*args)
    if "arccosh" in text:  # JAX is on the wrong branch where the real part is negative
        g = of_jax("np.log(a + np.sqrt(a - 1.0) * np.sqrt(a + 1.0))", "a")
    wanted_out, wanted_pull = jax.vjp(g, *args)
    close(out, wanted_out)
    ct = like(out, rng)
    found, wanted = pull(ct), wanted_pull(jax.numpy.asarray(ct))
    tangents = tuple(like(a, rng) for a in args)
    moved, wanted_moved = pullback.jvp(f, wrt=wrt)(args, tangents)[1], jax.jvp(g, args, tangents)[1]
    close(moved, wanted_moved)
    for d, e, a in zip(found, wanted, args, strict=True):
        assert type(d) is np.ndarray
        assert d.dtype == a.dtype
        close(d, e)
    back = sum(np.real(np.sum(d * t)) for d, t in zip(found, tangents, strict=True))
    assert back == pytest.approx(np.real(np.sum(ct * moved)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("k", range(0, len(CASES), 3), ids=[text for text, _ in CASES[::3]])
def test_with_jax_as_the_target(functions: ModuleType, k: int) -> None:
    text, args = CASES[k]
    f, g = getattr(functions, f"f{k}"), of_jax(text, "ab"[: len(args)])
    wrt = tuple(range(len(args)))
    derived = pullback.vjp(f, wrt=wrt, backend="jax")
    wanted_out, wanted_pull = jax.vjp(g, *args)
    ct = jax.numpy.asarray(like(wanted_out, np.random.default_rng(1)))

    def both(*xs: Any) -> Any:
        out, pull = derived(*xs)
        return out, pull(ct)

    for run in ways(text, both, jax.jit(both)):
        out, found = run(*args)
        close(out, wanted_out)
        for d, e in itertools.zip_longest(found, wanted_pull(ct)):
            assert d.dtype == e.dtype
            close(d, e)


def close(found: Any, wanted: Any) -> None:
    assert np.shape(found) == np.shape(wanted)
    assert np.asarray(found).dtype.kind == np.asarray(wanted).dtype.kind
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11)
