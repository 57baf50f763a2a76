"""What is said of the memory that results share with operands, held against what NumPy does."""

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  registers the rules
from pullback.transpile.core import Lit, Var
from pullback.transpile.infer import type_of_value
from pullback.transpile.storage import Sharing, sharing
from tests.differences import leaves
from tests.stdlib.all_samples import SAMPLES


def named(op):
    return f"{getattr(op, '__module__', '')}.{getattr(op, '__name__', op)}"


def argument(x):
    if isinstance(x, tuple | list):
        return tuple(map(argument, x))
    return Var("x", type_of_value(x, "x")) if isinstance(x, np.ndarray) else Lit(x)


@pytest.mark.parametrize("op", SAMPLES, ids=named)
def test_sharing_of(op):
    for sample in SAMPLES[op]:
        if not any(isinstance(x, np.ndarray) and x.size for x in sample.inputs):
            continue
        static = tuple((k, argument(x)) for k, x in sample.static.items())
        said = sharing(op, tuple(map(argument, sample.inputs)), static)
        operands = [x for x in leaves(list(sample.inputs)) if isinstance(x, np.ndarray)]
        out = op(*sample.inputs, **sample.static)
        results = [x for x in leaves(out) if isinstance(x, np.ndarray)]
        shared = any(np.shares_memory(r, x) for r in results for x in operands)
        if said is Sharing.FRESH:
            assert not shared
            assert all(r.flags.writeable for r in results)
        elif said is Sharing.SAME:
            assert out is sample.inputs[0]
        elif said is Sharing.VIEW:
            assert all(np.shares_memory(r, sample.inputs[0]) or not r.size for r in results)
            assert all(r.flags.writeable for r in results)
        elif said is Sharing.READ_ONLY and op is not np.imag:
            assert np.shares_memory(out, sample.inputs[0]) or not out.size
            assert not out.flags.writeable
