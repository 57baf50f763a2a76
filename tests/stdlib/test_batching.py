"""Every operation for all directions at once: its Jacobian agrees with products, and no loop runs over directions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pullback import errors, jacobian, jvp
from pullback.backends.scipy_names import scipy_path
from pullback.stdlib import registry
from pullback.testing import float_leaves
from tests.inplace.outcomes import import_text
from tests.stdlib.all_samples import SAMPLES
from tests.stdlib.test_end_to_end import IMPORTS, Text
from tests.stdlib.test_rules import home, name

MOST = 4  # samples of one operation
CASES = [
    (op, s)
    for op, samples in SAMPLES.items()
    for s in samples[:: max(1, len(samples) // MOST)]
    if not home(op).startswith("pullback") and all(np.size(x) for x in float_leaves(s.inputs))
    if scipy_path(op) is None or not registry.is_elementwise(op)  # of SciPy there are many, batched as NumPy's are
]
TEXTS = [Text(op, s) for op, s in CASES]
LOOPS = {
    "numpy.dot": "of more than two axes",
    "numpy.ravel": "in another order",
    "numpy.reshape": "in another order",
    "numpy.roll": "of several axes as one line",
    "numpy.take": "of several axes as one line, backwards",
    "numpy.take_along_axis": "of several axes as one line, backwards",
    **dict.fromkeys(
        """numpy.append numpy.bincount numpy.block numpy.compress numpy.convolve numpy.correlate numpy.cross
        numpy.cumulative_sum numpy.delete numpy.diagflat numpy.dstack numpy.ediff1d numpy.extract numpy.frexp
        numpy.gradient numpy.insert numpy.kron numpy.meshgrid numpy.polyadd numpy.polyder numpy.polyint
        numpy.polysub numpy.resize
        numpy.trapezoid scipy.integrate.trapezoid scipy.integrate.cumulative_trapezoid scipy.integrate.simpson
        """.split(),
        "always",
    ),
}
"""Operations with forms that go through a loop over the directions."""
OF_ONE = ("scipy.linalg.", "scipy.signal.")
"""Where these are, which take one matrix or one signal."""


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each case."""
    file = tmp_path_factory.mktemp("batches") / "batches_of_operations.py"
    body = "\n\n".join(text.function(k) for k, text in enumerate(TEXTS))
    return import_text(f"{IMPORTS}\n\n{body}", file)


def leaves(x: Any) -> list[Any]:
    return [y for item in x for y in leaves(item)] if isinstance(x, list | tuple) else [x]


@pytest.mark.parametrize("k", range(len(CASES)), ids=[name(op) for op, _ in CASES])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_all_directions_at_once(functions: ModuleType, k: int) -> None:
    op, sample = CASES[k]
    text, f, rng = TEXTS[k], getattr(functions, f"f{k}"), np.random.default_rng(4)
    for i, x in enumerate(text.values):
        if not any(True for _ in float_leaves(x)) or sample.only is not None and text.owner[i] not in sample.only:
            continue
        v = rng.standard_normal(np.shape(x))
        along = leaves(jvp(f, wrt=i)(tuple(text.values), float(v) if isinstance(x, float) else v)[1])
        for mode in ("forward", "reverse"):
            derivative = jacobian(f, wrt=i, mode=mode)
            try:
                found = leaves(derivative(*text.values))
            except errors.SignatureNeeded:  # how many axes the result has is not known
                continue
            for j, d in zip(found, along, strict=True):
                assert (j is None) == (d is None)  # of integers there is none
                if d is not None:
                    np.testing.assert_allclose(np.tensordot(j, v, np.ndim(v)), d, rtol=1e-9, atol=1e-11)
            alone = np.ndim(x) == 0 and mode == "forward" or np.ndim(along[0]) == 0 and mode == "reverse"
            looped = not alone and "np.stack(" in derivative.source and "tape.append" in derivative.source
            assert not looped or name(op) in LOOPS or name(op).startswith(OF_ONE), derivative.source
