"""Operations of NumPy with the derivative zero: called in a function, they add nothing to its gradient."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import registry
from tests.inplace.outcomes import import_text

OF_ONE = """
    all any argmax argmin argsort argwhere around ceil count_nonzero fix flatnonzero floor isfinite isinf isnan isneginf
    isposinf isreal iscomplex logical_not nanargmax nanargmin nonzero ones_like rint round sign signbit size spacing
    trunc zeros_like iscomplexobj isrealobj ndim
""".split()
OF_TWO = """
    allclose array_equal array_equiv equal floor_divide greater greater_equal isclose isin less less_equal logical_and
    logical_or logical_xor not_equal searchsorted digitize shares_memory may_share_memory
""".split()
OF_INTEGERS = """
    bitwise_and bitwise_or bitwise_xor gcd lcm left_shift right_shift bitwise_left_shift bitwise_right_shift
""".split()
CALLS = {
    **{name: f"np.{name}(x)" for name in OF_ONE},
    **{name: f"np.{name}(x, np.sort(y))" for name in OF_TWO},
    **{name: f"np.{name}(k, k)" for name in OF_INTEGERS},
    **{name: f"np.{name}(k)" for name in ("invert", "bitwise_invert", "bitwise_not", "bitwise_count")},
    **{name: f"np.{name}(3)" for name in ("bartlett", "blackman", "hamming", "hanning", "identity", "eye", "tri")},
    **{name: f"np.{name}(3)" for name in ("zeros", "ones", "diag_indices")},
    "argpartition": "np.argpartition(x, 1)",
    "broadcast_shapes": "len(np.broadcast_shapes(x.shape, y.shape))",
    "einsum_path": "len(np.einsum_path('i,i', x, y))",
    "empty": "np.empty(3) * 0.0",
    "empty_like": "np.zeros(3) * np.empty_like(k)",
    "indices": "np.indices((2, 3))",
    "lexsort": "np.lexsort((x, y))",
    "mask_indices": "len(np.mask_indices(3, np.triu))",
    "diag_indices_from": "np.diag_indices_from(np.outer(x, x))",
    "ravel_multi_index": "np.ravel_multi_index((k, k), (9, 9))",
    "shape": "np.shape(x)[0]",
    "tril_indices": "np.tril_indices(3)",
    "triu_indices": "np.triu_indices(3)",
    "tril_indices_from": "np.tril_indices_from(np.outer(x, x))",
    "triu_indices_from": "np.triu_indices_from(np.outer(x, x))",
    "unravel_index": "np.unravel_index(k, (9, 9))",
}
OF_NO_NUMBERS = {
    *"array2string array_repr array_str base_repr binary_repr".split(),
    *"can_cast common_type isdtype isscalar issubdtype min_scalar_type promote_types result_type mask_indices".split(),
}
"""Operations that give texts or types."""
NAMES = sorted(n for n in CALLS if hasattr(np, n) and n not in OF_NO_NUMBERS)


def function(name: str) -> str:
    found = "found[0]" if isinstance(result(name), tuple) else "found"
    return f"def f_{name}(x, y, k):\n    found = {CALLS[name]}\n    return np.sum(x * y) + 0.5 * np.sum({found})\n"


def arguments() -> tuple[Any, Any, Any]:
    return np.array([0.3, -1.2, 2.1]), np.array([1.5, 0.4, -0.7]), np.array([1, 2, 3])


def result(name: str) -> Any:
    x, y, k = arguments()
    return eval(CALLS[name], {"np": np, "x": x, "y": y, "k": k})


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each constant."""
    file = tmp_path_factory.mktemp("constants") / "constants_of_numpy.py"
    return import_text("import numpy as np\n\n\n" + "\n\n".join(map(function, NAMES)), file)


@pytest.mark.parametrize("name", NAMES)
def test_adds_nothing_to_the_gradient(functions: ModuleType, name: str) -> None:
    f, (x, y, k) = getattr(functions, f"f_{name}"), arguments()
    value, (dx, dy) = pullback.value_and_grad(f, wrt=(0, 1))(x, y, k)
    np.testing.assert_array_equal(value, f(x, y, k))
    np.testing.assert_array_equal(dx, y)
    np.testing.assert_array_equal(dy, x)
    out, dout = pullback.jvp(f)((x, y, k), np.ones(3))
    np.testing.assert_array_equal(out, value)
    assert dout == pytest.approx(np.sum(y))


def test_every_constant_of_numpy_is_tried() -> None:
    constants = {n for n in dir(np) if callable(f := getattr(np, n)) and not isinstance(f, type) and _is_constant(f)}
    assert constants - set(NAMES) == {n for n in OF_NO_NUMBERS if hasattr(np, n)}


def _is_constant(f: Any) -> bool:
    return registry.is_constant(f)
