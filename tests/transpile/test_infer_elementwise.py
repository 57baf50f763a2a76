"""Inferred types of elementwise operations against what Python and NumPy give."""

import itertools
import math
import operator

import numpy as np
import pytest

from pullback.transpile.abstract import FLOAT, Dim, Scalar
from pullback.transpile.core import Lit, Var
from pullback.transpile.infer import infer
from pullback.transpile.signature import type_of_value
from tests.transpile.conforms import check

SCALARS = [2.0, 3, True, np.float32(2), np.float64(2), np.int64(3), np.bool_(True), np.float16(1)]
SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (1, 1), (2, 2, 3)]
DTYPES = ["float32", "float64", "int64", "bool"]
ARRAYS = [np.ones(s, d) for s in SHAPES for d in DTYPES]
OPERANDS = SCALARS + [np.ones(s, d) for s in [(), (3,), (2, 1), (1, 3)] for d in DTYPES]

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.lt, operator.eq, np.add, np.multiply, np.maximum, np.arctan2, np.power, np.less, np.hypot, np.logaddexp,
    np.float_power, np.copysign, np.divmod, divmod,
]  # fmt: skip
UNARY = [
    operator.neg, operator.pos, abs, np.sin, np.sqrt, np.exp, np.abs, np.sign, np.floor, np.square, np.logical_not,
    np.isnan, np.modf, np.frexp, np.round, np.nan_to_num, np.real, np.float32, np.float64, operator.not_,
]  # fmt: skip


def works(op, *args):
    """Does the operation take these operands?"""
    try:
        with np.errstate(all="ignore"):
            op(*args)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


@pytest.mark.parametrize("op", BINARY, ids=lambda f: f.__name__)
def test_two_operands_of_any_kinds(op):
    for a, b in itertools.product(OPERANDS, OPERANDS):
        if works(op, a, b):
            check(op, (a, b))


@pytest.mark.parametrize("op", UNARY, ids=lambda f: f.__name__)
def test_one_operand_of_any_kind(op):
    for a in SCALARS + ARRAYS:
        if works(op, a):
            check(op, (a,))


@pytest.mark.parametrize("name", [n for n, f in vars(math).items() if callable(f)])
def test_functions_of_math(name):
    op = getattr(math, name)
    numpy_scalars = [(np.float32(0.5),), (np.float64(1.5), 2.0), (np.array(0.5),)]
    for args in [(0.5,), (1.5,), (2,), (0.5, 0.25), (3, 2), (0.5, 2), *numpy_scalars]:
        if works(op, *args):
            check(op, args)


def test_where_and_clip():
    for a, b in itertools.product(OPERANDS, OPERANDS):
        check(np.where, (np.array([True, False, True]), a, b))
        check(np.where, (np.bool_(True), a, b))
    for a in OPERANDS:
        if np.asarray(a).dtype != bool:
            check(np.clip, (a, 1, 2))
            check(np.clip, (a, None, 2.0))


def test_an_int_carries_its_value_through_sums():
    x = Var("x", type_of_value(np.ones((4, 5)), "x"))
    n = Var("n", infer(len, (x,), {}))
    assert n.type == Scalar("int", value=Dim("x.0", 0, True))
    less = Var("m", infer(operator.sub, (n, Lit(1)), {}))
    assert less.type == Scalar("int", value=Dim("x.0", -1))
    assert infer(operator.sub, (n, less), {}) == Scalar("int", value=1)
    k = Var("k", Scalar("int"))
    one = infer(operator.add, (k, Lit(1)), {})
    assert one == infer(operator.add, (Lit(1), k), {})
    assert one != infer(operator.add, (Var("k", Scalar("int")), Lit(1)), {})


def test_a_power_of_python_ints_may_be_a_float():
    n = Var("n", Scalar("int"))
    assert infer(operator.pow, (n, Lit(-1)), {}) == FLOAT
    assert infer(operator.pow, (Lit(2), Lit(3)), {}) == Scalar("int", value=8)


def test_converters():
    for x in [2.5, 3, True, np.float32(2.5), np.array(2.5), np.int64(3)]:
        for op in (float, int, bool, round, abs):
            if works(op, x):
                check(op, (x,))
        if works(round, x, 1):
            check(round, (x, 1))


def test_largest_of_operands():
    for a, b in itertools.product([2.0, 3.0, np.float64(2)], repeat=2):
        if type(a) is type(b):
            check(max, (a, b))
    check(max, ([1.0, 2.0],))
    check(sum, ([1.0, 2.0],), exact=False)
    check(sum, ((1.0, 2.0),))
    check(sum, (np.ones(3),), exact=False)
    check(sum, (np.ones((3, 2)),), exact=False)
    check(math.fsum, ([1.0, 2.0],))
    check(math.prod, ((1.0, 2),))
    check(np.allclose, (np.ones(3), 1.0))
    check(np.array_equal, (np.ones(3), np.ones(2)))
