"""Python's functions of numbers under `jax.jit`: what NumPy code gives, in value and gradient, or refused."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import pullback
from tests.inplace.outcomes import import_text

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RIGHT = """
x * int(x * 5)
x * int(-x * 5)
x * math.floor(x * 5)
x * math.ceil(x * 5)
x * math.trunc(-x * 5)
x * round(x * 5)
round(x, 2) * x
x if bool(x) else y
np.arange(5.0)[int(x * 3)] * x
np.arange(5.0)[math.floor(x * 3)] * x
np.arange(5.0)[round(x * 3)] * x
pow(x, y)
math.dist([x, y], [1.0, 2.0])
math.fsum([x, y, x])
math.prod([x, y, x])
math.ldexp(x, 3)
math.nextafter(x, y) * x
math.gcd(int(x * 10), 4) * x
math.lcm(int(x * 10), 4) * x
math.hypot(x)
math.hypot(x, y)
math.hypot(x, y, 2.0)
math.log(x, y + 2)
math.log(x)
math.copysign(x, -y)
math.erf(x)
max(x, y, 0.3)
min(x, 0.5, y)
sum([x, y], 1.0)
all([x > 0, y > 0]) * x
any([x > 0, y > 9]) * x
divmod(x * 5, y)[0] * divmod(x * 5, y)[1]
x // 0.3 * x % 0.3
(x > 0.2 and y < 0.9) * x
(not x > 5) * x
int(x > 0.5) * float(x > 0.5) * x
float(int(x * 4)) * x
int(-x * 10) // 3 * x
int(-x * 10) % 3 * x
(~int(x * 10) & 3) * x + (int(x * 10) >> 1) * x
int(x * 10) / 3 * x
x * (int(x * 5) in (1, 3))
x * (int(x * 5) not in [1, 3])
x if math.isnan(x) else y
x * len([x, y])
np.zeros(int(2.5) + 1)[1] + x
np.zeros(max(2, 3))[2] + math.sqrt(2.0) * y
np.ones(math.floor(2.6))[1] * x * math.comb(5, 2)
""".strip().split("\n")

REFUSED = """
math.isclose(x, y) * x
math.remainder(x, y) * x
math.ulp(x) * x
math.comb(int(x * 10), 2) * x
math.isqrt(int(x * 30)) * x
(int(x * 10) << 2) * x
int(x * 10) ** 2 * x
2 ** int(x * 3) * x
""".strip().split("\n")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    functions = "".join(f"\n\ndef f{k}(x, y):\n    return {e}\n" for k, e in enumerate(RIGHT + REFUSED))
    path: Path = tmp_path_factory.mktemp("numbers") / "functions_of_numbers.py"
    return import_text("import math\n\nimport numpy as np\n" + functions, path)


@pytest.mark.parametrize("k", range(len(RIGHT)), ids=RIGHT)
def test_a_function_of_traced_numbers(k: int, written: ModuleType) -> None:
    f = getattr(written, f"f{k}")
    expected = pullback.value_and_grad(f, wrt=(0, 1))(0.7, 0.45)
    found = jax.jit(pullback.value_and_grad(f, wrt=(0, 1), backend="jax"))(0.7, 0.45)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, expected)


@pytest.mark.parametrize("k", range(len(RIGHT), len(RIGHT + REFUSED)), ids=REFUSED)
def test_what_python_alone_can_do_is_refused(k: int, written: ModuleType) -> None:
    with pytest.raises(pullback.NotSupportedYet) as caught:
        jax.jit(pullback.grad(getattr(written, f"f{k}"), backend="jax"))(0.7, 0.45)
    assert caught.value.line == 7 + 4 * k
