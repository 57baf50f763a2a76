"""Results put into an array by `out=`, and by `where=` only in part: values bit for bit, gradients, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from pullback import errors
from pullback.transpile.abstract import UNKNOWN
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from tests.inplace.cases import mixed, single
from tests.transpile.lowering import live
from tests.written import check_refused, check_right

X, Y, V, A = mixed(5), mixed(5, seed=4), mixed(4, seed=1), mixed(3, 4, seed=2)
ZEROS = np.array([1.0, 0.0, 2.0, -2.0])

RIGHT = {
    # ufuncs
    "into an operand": ("x, y", "np.exp(x, out=x)\nreturn x * y", (X, Y)),
    "by position": ("x, y", "np.exp(x, x)\nnp.multiply(x, y, y)\nreturn x * y", (X, Y)),
    "by a tuple": ("x, y", "np.multiply(x, y, out=(y,))\nreturn x * y", (X, Y)),
    "into nothing": ("x", "return np.sin(x, out=None)", (X,)),
    "the result is the array": ("x, y", "z = np.multiply(x, y, out=y)\nz[0] = 3 * y[1]\nreturn y * z", (X, Y)),
    "into a part ahead of an operand": ("x, y", "np.add(x[:-1], x[1:], out=x[1:])\nreturn x * y", (X, Y)),
    "into a part behind an operand": ("x, y", "np.add(x[:-1], x[1:], out=x[:-1])\nreturn x * y", (X, Y)),
    "into an operand that is broadcast": ("a, v", "np.add(a, v, out=a)\nreturn a", (A, V)),
    "into more axes": ("a, v", "np.add(v, 1.0, out=a)\nreturn a * v", (A, V)),
    "into single precision": ("x, y", "np.add(x, y, out=x)\nreturn x", (single(X), Y)),
    "of a number, in single precision": ("x", "np.add(x, 0.1, out=x)\nreturn x", (single(X),)),
    "a comparison": ("v", "z = np.zeros(4, bool)\nnp.greater(v, 0, out=z)\nreturn v[z]", (V,)),
    "in a loop": ("a, v", "for i in range(3):\n    np.multiply(a[i], v, out=a[i])\n    np.sin(v, v)\nreturn a", (A, V)),
    "in a branch": (
        "a, v",
        "z = v\nif v[0] > 9:\n    z = np.add(v, 1, out=a[0])\nelse:\n    np.negative(v, v)\nreturn v * a[0]",
        (A, V),
    ),
    # where
    "where all holds": ("a, v", "np.multiply(a, v, a, where=True)\nreturn a", (A, V)),
    "where something holds": ("x, y", "np.sqrt(np.abs(x), out=y, where=x > 0)\nreturn y", (X, Y)),
    "where nothing is divided by zero": (
        "x, y, m",
        "return np.divide(y, x, out=np.zeros_like(y), where=m)",
        (ZEROS, V, ZEROS != 0),
    ),
    "where a row is not zero": (
        "a, v, m",
        "return np.divide(a, v, out=np.ones((3, 4)), where=m)",
        (A, ZEROS, ZEROS != 0),
    ),
    "where a column says": ("a, v", "np.multiply(a, v, a, where=a[:, :1] > 0)\nreturn a", (A, V)),
    "where a list says": ("a, v", "np.multiply(a, v, a, where=[True, False, True, True])\nreturn a", (A, V)),
    "of a number, where": ("a", "return np.divide(2.0, a, out=np.zeros(a.shape), where=a > 0)", (A,)),
    # reductions and others
    "a sum": ("a, v", "np.sum(a, axis=0, out=v)\nreturn v * v", (A, V)),
    "a sum by position": ("a, v", "np.sum(a, 0, None, v)\nreturn v * v", (A, V)),
    "a sum by a method": ("a", "a.sum(0, None, a[1])\nreturn a", (A,)),
    "a sum without axes": ("a", "z = np.zeros(())\nnp.sum(a, out=z)\nreturn z * a", (A,)),
    "a sum that keeps its axes": ("a, v", "np.sum(a, axis=1, out=v, keepdims=True)\nreturn v * a", (A, mixed(3, 1))),
    "a mean": ("a, v", "np.mean(a, axis=0, out=v)\nreturn v * v", (A, V)),
    "the largest": ("a, v", "np.max(a, axis=0, out=v)\nreturn v * v", (A, V)),
    "the smallest by a method": ("a, v", "a.min(axis=0, out=v)\nreturn v * v", (A, V)),
    "a product": ("a, v", "np.prod(a, axis=0, out=v)\nreturn v * v", (A, V)),
    "a variance": ("a, v", "np.var(a, axis=0, out=v)\nreturn v * v", (A, V)),
    "a deviation by position": ("a, v", "np.std(a, 0, None, v, 1)\nreturn v * v", (A, V)),
    "running sums": ("v", "np.cumsum(v * v, out=v)\nreturn v * v", (V,)),
    "running sums of rows": ("a", "np.cumsum(a, 1, None, a)\nreturn a * a", (A,)),
    "a dot product": ("a, v", "z = np.zeros(3)\nnp.dot(a, v, z)\nreturn z * z", (A, V)),
    "a dot product by a method": ("a, v", "z = np.zeros(3)\na.dot(v, out=z)\nreturn z * z", (A, V)),
    "a matrix product": ("a", "z = np.zeros((3, 3))\nnp.matmul(a, a.T, out=z)\nreturn z * z", (A,)),
    "a matrix product into a transpose": (
        "a",
        "z = np.ones((3, 4))\nnp.matmul(a.T, a[:, :3], z.T)\nreturn z * z",
        (A,),
    ),
    "an outer product": ("v", "z = np.empty((4, 4))\nnp.outer(v, v, z)\nreturn z", (V,)),
    "a sum of products": ("v", "z = np.empty((4, 4))\nnp.einsum('i,j->ij', v, v, out=z)\nreturn z", (V,)),
    "clipped": ("a", "np.clip(a, -0.5, 0.5, out=a)\na.clip(-0.4, 0.4, a)\nreturn a * a", (A,)),
    "taken": ("a, v", "np.take(v, [0, 1], out=a[0, :2])\nreturn a", (A, V)),
    "joined": ("v", "z = np.empty(8)\nnp.concatenate([v, v * v], out=z)\nreturn z", (V,)),
    "stacked in single precision": (
        "v",
        "z = np.empty((2, 4), np.float32)\nnp.stack([v, v * 2], out=z)\nreturn z",
        (V,),
    ),
    "the place of the largest": (
        "a, v",
        "i = np.zeros(4, int)\nnp.argmax(a, axis=0, out=i)\nreturn a[i[0]] * v",
        (A, V),
    ),
}

ASSIGN = "Assign instead: `out[...] = f(...)`."
REFUSED = {
    "too few axes": (
        "a, v",
        "np.add(a, 1.0, out=v)\nreturn v",
        (A, V),
        "an array of 1 axes cannot take the 2 that this gives",
        "np.add(a, 1.0, out=v)",
        "This raises ValueError in NumPy.",
    ),
    "integers": (
        "x, y",
        "np.add(x, y, out=x)\nreturn x",
        (np.arange(5), Y),
        "an array of ints cannot take the floats that this gives",
        "np.add(x, y, out=x)",
        "This raises UFuncTypeError in NumPy. Give the array a dtype that can.",
    ),
    "a sum of doubles in single precision": (
        "a, v",
        "np.sum(a, axis=1, out=v)\nreturn v",
        (A, single(mixed(3))),
        "`out` has another dtype or other axes than the result",
        "np.sum(a, axis=1, out=v)",
        ASSIGN,
    ),
    "a sum into other axes": (
        "a, v",
        "np.sum(a, axis=1, out=v)\nreturn v",
        (A, mixed(3, 1)),
        "`out` has another dtype or other axes than the result",
        "np.sum(a, axis=1, out=v)",
        ASSIGN,
    ),
    "no array": (
        "x",
        "return np.exp(x, out=2.0)",
        (X,),
        "a scalar is written by index",
        "2.0",
        "This raises TypeError in Python.",
    ),
    "a function that takes none": (
        "x",
        "return np.sort(x, out=x)",
        (X,),
        "the argument 'out' of np.sort is not supported yet",
        "out=x",
        "Assign the result instead.",
    ),
    "where numbers say": (
        "a",
        "return np.exp(a, out=a, where=a)",
        (A,),
        "this form of `where` is not supported yet",
        "np.exp(a, out=a, where=a)",
        "Give an array of Booleans.",
    ),
    "where, into nothing": (
        "a",
        "return np.exp(a, where=a > 0)",
        (A,),
        "the argument 'where' of np.exp is not supported yet",
        "where=a > 0",
        "Use np.where on the result.",
    ),
}


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_result_is_put_into_an_array(case):
    check_right(case)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_output_is_refused(case):
    check_refused(case)


def test_an_output_of_unknown_type_needs_a_signature():
    f = live("def f(x, y):\n    np.sum(x, axis=0, out=y)\n    return y\n")
    with pytest.raises(errors.SignatureNeeded, match="it is not known what is written here"):
        lower(from_function(f), [UNKNOWN, UNKNOWN])
