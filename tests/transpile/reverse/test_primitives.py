"""Rules of the operations that only Core has."""

import numpy as np

import pullback.transpile.reverse.adjoint  # noqa: F401  registers
from pullback.testing import cotangents, test_rule
from pullback.transpile import prims


def test_a_cast_hands_the_cotangent_on():
    assert cotangents(prims.astype, (np.ones(3), np.float32), (0,), np.float32(2.0)) == (2.0, None)


def test_copies_of_a_number_sum_up():
    assert cotangents(prims.copies, (2.0, 3), (0,), [1.0, 0.5, 0.25]) == (1.75, None)


def test_what_is_spread_is_summed():
    for shape in ((), (3,), (1, 3), (2, 1)):
        test_rule(prims.spread, np.full(shape, 0.5), np.zeros((2, 3)), only=(0,))
