"""What becomes of a random program for JAX: as for NumPy, or refused with the line."""

from __future__ import annotations

import copy
import sys
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np

import pullback
from pullback import errors
from pullback.testing import cotangent_of
from tests.behaviour import with_floats
from tests.differences import leaves
from tests.inplace.cases import Case
from tests.inplace.families import Family
from tests.inplace.outcomes import Outcome, import_text


def outcome_in_jax(text: str, seed: int, path: Path, family: Family, each: int = 10) -> Outcome:
    """What becomes of the function `f` of a program under `jit`; one in so many is run without it too, none for 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = import_text(text, path)
            args = family.arguments(module, seed)
            wrt = with_floats(args)
            wanted = pullback.value_and_grad(module.f, wrt=wrt)(*copy.deepcopy(args))
        except errors.PullbackError as e:
            return Outcome("refused", f"for NumPy: {e.message} | {e.source_line.strip()}")
        except Exception as e:
            return Outcome("invalid", f"{type(e).__name__}: {e}")
        try:
            derived = pullback.value_and_grad(module.f, wrt=wrt, backend="jax")
            compare(compiled(derived, args), wanted)
            if each and seed % each == 0:
                compare(derived(*copy.deepcopy(args)), wanted)
        except errors.PullbackError as e:
            return Outcome("refused" if e.line else "wrong", f"{e.message} | {e.source_line.strip()}")
        except AssertionError as e:
            return Outcome("wrong", str(e))
        except Exception as e:
            return Outcome("crash", f"{type(e).__name__}: {' '.join(str(e).split())[:300]}")
        finally:
            sys.modules.pop(path.stem, None)
            if seed % 10 == 9:
                jax.clear_caches()
    return Outcome("ran")


def case_in_jax(case: Case) -> Outcome:
    """What becomes of a program of the corpus: the value and the pullback of one cotangent, as for NumPy."""
    wrt = with_floats(case.args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wanted, pull = pullback.vjp(case.f, wrt=wrt)(*copy.deepcopy(case.args))
            ct = cotangent_of(wanted, np.random.default_rng(3))
            back = pull(ct)
        except Exception as e:
            return Outcome("invalid", f"{type(e).__name__}: {e}")
        try:
            out, pull = pullback.vjp(case.f, wrt=wrt, backend="jax")(*copy.deepcopy(case.args))
            compare((out, pull(ct)), (wanted, back))
        except errors.PullbackError as e:
            return Outcome("refused" if e.line else "wrong", f"{e.message} | {e.source_line.strip()}")
        except AssertionError as e:
            return Outcome("wrong", str(e))
        except Exception as e:
            return Outcome("crash", f"{type(e).__name__}: {' '.join(str(e).split())[:300]}")
    return Outcome("ran")


def compiled(derived: Any, args: list[Any]) -> Any:
    """What the derivative gives under `jit`, where integers are known."""
    scope: dict[str, Any] = {}
    exec(compile(derived.specialize(*copy.deepcopy(args)).source, "<jax>", "exec"), scope)
    static = tuple(k for k, x in enumerate(args) if type(x) is int)
    return jax.jit(scope["f_value_and_grad"], static_argnums=static)(*copy.deepcopy(args))


def compare(found: Any, wanted: Any) -> None:
    """Shapes and numbers, of which None has none."""
    xs, ys = list(leaves(found)), list(leaves(wanted))
    assert len(xs) == len(ys), f"{len(xs)} leaves, not {len(ys)}"
    for x, y in zip(xs, ys, strict=True):
        assert (x is None) == (y is None), f"{x} for {y}"
        if x is not None:
            assert np.shape(x) == np.shape(y), f"the shape {np.shape(x)} for {np.shape(y)}"
            single = np.float32 in (np.asarray(x).dtype, np.asarray(y).dtype)
            rtol, atol = (1e-4, 1e-5) if single else (1e-8, 1e-9)
            assert np.allclose(x, y, rtol=rtol, atol=atol, equal_nan=True), f"{x} for {y}"
