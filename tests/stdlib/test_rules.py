"""Every registered rule, at every sample of its operation."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  registers
from pullback.backends.scipy_names import scipy_path
from pullback.stdlib import registry
from pullback.testing import cotangents, test_rule
from tests.stdlib.all_samples import SAMPLES, Sample

CASES = [(op, s) for op, samples in SAMPLES.items() for s in samples]


def home(op: Any) -> str:
    """The module of an operation."""
    return getattr(op, "__module__", None) or "numpy"


def name(op: Any) -> str:
    return ".".join(scipy_path(op) or (home(op), op.__name__))


@pytest.mark.parametrize(("op", "sample"), CASES, ids=[name(op) for op, _ in CASES])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero", "ignore:logm result may be inaccurate")
def test_agrees_with_differences(op: Any, sample: Sample) -> None:
    test_rule(op, *sample.inputs, only=sample.only, **sample.static)


def test_every_rule_has_samples() -> None:
    others = ("pullback.transpile", "tests.")  # what other tests have registered
    named = {name(op) for op in registry.rules() if not home(op).startswith(others)}
    assert named - {name(op) for op in SAMPLES} == set()


@pytest.mark.parametrize(
    ("op", "dtype"), [(np.float64, np.float32), (np.float32, np.float32), (builtins.float, np.float32)]
)
def test_casts_hand_the_cotangent_on(op: Any, dtype: Any) -> None:
    assert cotangents(op, (dtype(1.5),), (0,), 2.0) == (2.0,)


def test_every_numpy_ufunc_is_a_rule_a_constant_or_listed_as_unsupported() -> None:
    unsupported = {"divmod", "isnat"}
    known = registry.known_ops()
    found = {n for n in dir(np) if isinstance(getattr(np, n), np.ufunc) and getattr(np, n) not in known}
    assert found == unsupported
