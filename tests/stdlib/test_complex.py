"""Complex numbers: rules, programs and both targets give what JAX gives."""

from __future__ import annotations

import functools
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
TOGETHER = 12
PARTS = [range(k, min(k + TOGETHER, len(CASES))) for k in range(0, len(CASES), TOGETHER)]
IN_JAX = {
    # JAX is on the wrong branch where the real part is negative
    "np.arccosh(a)": "np.log(a + np.sqrt(a - 1.0) * np.sqrt(a + 1.0))",
    # under jit it does not look whether an index is in range
    "np.choose(np.array([0, 1, 0]), [a[0], a[1]])": "np.choose(np.array([0, 1, 0]), [a[0], a[1]], mode='clip')",
}


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each case."""
    file = tmp_path_factory.mktemp("complex") / "complex_calls_of.py"
    lines = [f"def f{k}({', '.join('ab'[: len(args)])}):\n    return {text}\n" for k, (text, args) in enumerate(CASES)]
    return import_text("import numpy as np\n\n\n" + "\n\n".join(lines), file)


def like(value: Any, rng: Any) -> Any:
    made = rng.standard_normal(np.shape(value))
    if np.asarray(value).dtype.kind == "c":
        made = made + 1j * rng.standard_normal(np.shape(value))
    return made if np.ndim(value) else np.asarray(value).dtype.type(made)


def inputs(k: int) -> tuple[Any, tuple[Any, ...]]:
    """A cotangent of a case, and tangents of its arguments."""
    text, args = CASES[k]
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        out = eval(text, {"np": np}, dict(zip("ab", args, strict=False)))
    return like(out, rng), tuple(like(a, rng) for a in args)


@functools.cache
def of_jax(part: int) -> list[Any]:
    """What JAX gives for the cases of one part: value, cotangents and tangent; compiled together, which is faster."""
    numbers = PARTS[part]

    def everything(given: Any) -> list[Any]:
        made = []
        for k, (args, ct, tangents) in zip(numbers, given, strict=True):
            text = IN_JAX.get(CASES[k][0], CASES[k][0])
            f = eval(f"lambda {', '.join('ab'[: len(args)])}: {text}", {"np": jax.numpy})
            out, pull = jax.vjp(f, *args)
            made.append((out, pull(ct.astype(out.dtype)), jax.jvp(f, args, tangents)[1]))
        return made

    return jax.jit(everything)([(CASES[k][1], *inputs(k)) for k in numbers])


@pytest.mark.parametrize("k", range(len(CASES)), ids=[text for text, _ in CASES])
def test_a_rule_agrees_with_jax(functions: ModuleType, k: int) -> None:
    args, (ct, tangents) = CASES[k][1], inputs(k)
    f, wrt = getattr(functions, f"f{k}"), tuple(range(len(CASES[k][1])))
    wanted_out, wanted, wanted_moved = of_jax(k // TOGETHER)[k % TOGETHER]
    out, pull = pullback.vjp(f, wrt=wrt)(*args)
    close(out, wanted_out)
    found = pull(ct)
    moved = pullback.jvp(f, wrt=wrt)(args, tangents)[1]
    close(moved, wanted_moved)
    for d, e, a in zip(found, wanted, args, strict=True):
        assert type(d) is np.ndarray
        assert d.dtype == a.dtype
        close(d, e)
    back = sum(np.real(np.sum(d * t)) for d, t in zip(found, tangents, strict=True))
    assert back == pytest.approx(np.real(np.sum(ct * moved)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("part", range(len(PARTS)))
def test_with_jax_as_the_target(functions: ModuleType, part: int) -> None:
    chosen = PARTS[part][::3]

    def both(given: Any) -> list[Any]:
        made = []
        for k, (args, ct) in zip(chosen, given, strict=True):
            wrt = tuple(range(len(args)))
            out, pull = pullback.vjp(getattr(functions, f"f{k}"), wrt=wrt, backend="jax")(*args)
            made.append((out, pull(ct)))
        return made

    given = [(CASES[k][1], jax.numpy.asarray(inputs(k)[0])) for k in chosen]
    wanted = of_jax(part)[::3]
    for run in ways(CASES[chosen[0]][0], both, jax.jit(both)):
        for (out, found), (wanted_out, wanted_cts, _) in zip(run(given), wanted, strict=True):
            close(out, wanted_out)
            for d, e in zip(found, wanted_cts, strict=True):
                assert d.dtype == e.dtype
                close(d, e)


def close(found: Any, wanted: Any) -> None:
    assert np.shape(found) == np.shape(wanted)
    assert np.asarray(found).dtype.kind == np.asarray(wanted).dtype.kind
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11)
