"""Inferred types of the run-time helpers against what they give."""

import itertools

import numpy as np

from pullback import runtime
from tests.transpile.conforms import check


def test_sums_over_a_broadcast():
    shapes = [(), (1,), (3,), (2, 3), (2, 1), (1, 3), (1, 1), (4, 2, 3)]
    for have, want in itertools.product(shapes, shapes):
        g, like = np.ones(have, np.float32), np.ones(want)
        try:
            np.broadcast_shapes(have, want)
        except ValueError:
            continue
        check(runtime.unbroadcast, (g, like))
        check(runtime.unbroadcast, (1.0, like))
        check(runtime.unbroadcast, (g, 1.0))
        check(runtime.unbroadcast, (g, like, np.ones(1)))


def test_zeros_with_a_cotangent():
    check(runtime.scatter_add, (np.ones(2, np.float32), np.ones(5), np.array([0, 1]), 0))
    check(runtime.place_diagonal, (np.ones(3), np.ones((3, 3)), 0, 0, 1))
    check(runtime.product_of_others, (np.ones((2, 3)),))


def test_counts_to_divide_by():
    check(runtime.at_least_one, (0,))
    check(runtime.at_least_one, (3,))


def test_structures():
    tree = {"a": np.ones(3, np.float32), "b": (1.0, np.float32(2)), "c": [np.ones(1), np.ones(1)]}
    check(runtime.add_trees, (tree, tree))
    check(runtime.zeros_of, (tree,))
    check(runtime.zeros_of, ((3, np.ones(2, int), 2.0),))
