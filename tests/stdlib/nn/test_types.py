"""The types that are told of the operations of `nn` are those of what they give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pullback.stdlib.nn.checks import known_labels
from pullback.stdlib.nn.operations import OPERATIONS
from pullback.transpile.abstract import Array
from pullback.transpile.core import Lit, Var
from pullback.transpile.infer import infer
from tests.stdlib.all_samples import SAMPLES

OPS = sorted(OPERATIONS - {known_labels}, key=lambda f: f.__name__)


@pytest.mark.parametrize("op", OPS, ids=[f.__name__ for f in OPS])
def test_types_are_those_of_results(op: Any) -> None:
    for sample in SAMPLES[op]:
        for dtype in (np.float64, np.float32):
            inputs = [x.astype(dtype) if x.dtype == float else x for x in sample.inputs]
            args = tuple(Var("", Array(str(x.dtype), x.shape)) for x in inputs)
            found = infer(op, args, {name: Lit(x) for name, x in sample.static.items()})
            out = op(*inputs, **sample.static)
            assert found == Array(str(out.dtype), out.shape)


def test_labels_keep_their_type() -> None:
    labels = Array("int64", (3,))
    assert infer(known_labels, (Var("", labels), Lit(3)), {}) == labels
