"""NumPy's functions and methods that write into an array: values bit for bit, gradients, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.inplace.cases import mixed, single
from tests.written import check_refused, check_right

I = np.array([0, 2, 2, 1])
X, V, A, B = mixed(5), mixed(4, seed=1), mixed(3, 4, seed=2), mixed(3, 4, seed=3)
CUBE, SQUARE = mixed(2, 3, 4), mixed(4, 4)
COLUMNS = np.array([[0, 1], [3, 2], [1, 1]])

RIGHT = {
    # np.add.at, np.subtract.at
    "at repeated integers": ("x, i, v", "np.add.at(x, i, v * v)\nreturn x", (X, I, V)),
    "at a list": ("x, v", "np.add.at(x, [0, 0, 3, -1], v)\nreturn x", (X, V)),
    "at one integer": ("x, v", "np.add.at(x, 2, v[0])\nreturn x", (X, V)),
    "at an integer of a tuple, in single precision": ("x", "np.add.at(x, (2,), 0.1)\nreturn x", (single(X),)),
    "at a mask": ("x, v", "np.add.at(x, x > 0, v[0])\nreturn x", (X, V)),
    "at everything": ("x, v", "np.add.at(x, ..., v[0])\nreturn x * x", (X, V)),
    "at integers, a number, in single precision": ("x, i", "np.add.at(x, i, 0.1)\nreturn x", (single(X), I)),
    "at integers, doubles, in single precision": ("x, i, v", "np.add.at(x, i, v)\nreturn x", (single(X), I, V)),
    "at integers of integers": ("x, i", "np.add.at(x, i, 1.5)\nreturn x", (np.arange(5), I)),
    "at one of integers": ("x, v", "np.add.at(x, 1, 1.5)\nreturn x * v", (np.arange(4), V)),
    "less at integers": ("x, i, v", "np.subtract.at(x, i, v * x[i])\nreturn x", (X, I, V)),
    "less at one integer": ("x, u", "np.subtract.at(x, 1, u[0])\nreturn x", (X, I.astype(np.uint8))),
    "at pairs": ("a, v", "np.add.at(a, ([0, 1, 1, 2], [1, 3, 3, 0]), v * a[2])\nreturn a", (A, V)),
    "at rows": ("a, v", "np.add.at(a, [1, 1], v)\nreturn a", (A, V)),
    "at columns of a transpose": ("a, v", "np.add.at(a.T, [1, 1], v[:3])\nreturn a", (A, V)),
    "at integers of a row": ("a, i", "y = a[1]\nnp.add.at(y, i, y[i])\nreturn a", (A, I)),
    "at integers in a loop": (
        "x, i, v",
        "for k in range(3):\n    np.add.at(x, i, v * x[k])\n    i = i + (k == 0)\nreturn x",
        (X, I, V),
    ),
    # np.copyto
    "copied": ("x, v", "np.copyto(x[:4], v)\nreturn x", (X, V)),
    "a number copied": ("x, v", "np.copyto(x, v[0])\nreturn x", (X, V)),
    "a number copied where": ("x", "np.copyto(x, 1.5, where=x > 0)\nreturn x", (X,)),
    "copied where a list says": (
        "x, v",
        "np.copyto(x, v[1], where=[True, False, True, True, False])\nreturn x",
        (X, V),
    ),
    "a row copied where": ("a, v", "np.copyto(a, v, where=a > 0)\nreturn a", (A, V)),
    "a row copied to columns": ("a, v", "np.copyto(a, v, where=v > 0)\nreturn a", (A, V)),
    "copied from more axes": ("a, v", "np.copyto(a[0], v[None, :1])\nreturn a", (A, V)),
    "a list copied": ("x, v", "np.copyto(x, [v[0], v[1], 2, 3.0, v[2]])\nreturn x", (X, V)),
    "copied in single precision": ("x, y", "np.copyto(x, y)\nreturn x", (single(X), X * X)),
    "copied where, in single precision": ("x, y", "np.copyto(x, y, 'same_kind', y > 1)\nreturn x", (single(X), X * X)),
    # np.put, and elements by number
    "put": ("x, i, v", "np.put(x, i, v * v)\nreturn x", (X, I, V)),
    "put into a matrix": ("a, v", "np.put(a, [0, 5, -1, 11], v * v)\nreturn a", (A, V)),
    "put with fewer values": ("a, v", "np.put(a, [0, 5, 5, -12, 3], v[:2])\nreturn a", (A, V)),
    "put with more values": ("a, v", "np.put(a, [0, 5], v * v)\nreturn a", (A, V)),
    "one put": ("a, v", "np.put(a, 7, v[1])\nreturn a", (A, V)),
    "put at a matrix": ("a, v", "np.put(a, [[1, 2], [3, 7]], v)\nreturn a", (A, V)),
    "put into a transpose": ("a, v", "np.put(a.T, [1, 2, 3, 7], v)\nreturn a", (A, V)),
    "put into a cube": ("a, v", "np.put(a, [1, 23, -24, 13], v)\nreturn a", (CUBE, V)),
    "put by a method": ("a, v", "a.put([1, 2], v[:2])\nreturn a", (A, V)),
    "flat elements": ("a, v", "a.flat[3] = v[0]\na.flat[-1] = a.flat[2] * 2\nreturn a", (A, V)),
    "a flat slice": ("a, v", "a.flat[1:5] = v\na.flat[::5] = v\nreturn a", (A, V)),
    "flat at integers": ("a, v", "a.flat[[1, 1, 7]] = v\nreturn a", (A, V)),
    "flat more": ("a, v", "a.flat[[1, 1, 7]] += v[:3]\na.flat[2] *= v[3]\na.flat[3:5] -= 1\nreturn a", (A, V)),
    "flat at a mask": ("a, v", "a.flat[a.ravel() > 0] = v[0]\nreturn a", (A, V)),
    "all that is flat": ("a, v", "a.flat = v\na[0].flat[...] = v[:3]\nreturn a", (A, V)),
    "a number to all that is flat": ("a, v", "a.flat = 2\nreturn a * v", (A, V)),
    "flat of a transpose": ("a, v", "f = a.T.flat\nf[1:3] = v[:2]\nreturn a * f[1]", (A, V)),
    # by masks
    "masked": ("x, y", "np.putmask(x, x > 0, y)\nreturn x", (X, X * X)),
    "masked with fewer values": ("x, v", "np.putmask(x, x > 0, v)\nreturn x", (X, V)),
    "masked in a matrix": ("a, b", "np.putmask(a, a > 0, a * b)\nreturn a", (A, B)),
    "masked in a matrix with fewer values": ("a, v", "np.putmask(a, a > 0, v)\nreturn a", (A, V)),
    "a number masked": ("a, v", "np.putmask(a, a > 0, v[0])\nreturn a", (A, V)),
    "integers masked": ("x, v", "np.putmask(x, x > 1, 2.5)\nreturn x * v", (np.arange(4), V)),
    "placed": ("x, v", "np.place(x, x > 0, v)\nreturn x", (X, V)),
    "placed with fewer values": ("x, v", "np.place(x, x > 0, [v[0], 1.0])\nreturn x", (X, V)),
    "placed in a matrix": ("a, v", "np.place(a, a > 0, v)\nreturn a", (A, V)),
    "a number placed": ("a, v", "np.place(a, a > 0, v[1])\nreturn a", (A, V)),
    # diagonals, axes
    "a diagonal": ("a, v", "np.fill_diagonal(a, v[1])\nreturn a", (A, V)),
    "a diagonal of more values": ("a, v", "np.fill_diagonal(a, v)\nreturn a", (A, V)),
    "a diagonal of fewer values": ("a, v", "np.fill_diagonal(a, v[:2])\nreturn a", (SQUARE, V)),
    "a diagonal of a tall matrix": ("a, v", "np.fill_diagonal(a, v[0], wrap=False)\nreturn a", (mixed(7, 4), V)),
    "a diagonal of a part": ("a, v", "np.fill_diagonal(a[1:, ::-1], v[0])\nreturn a", (SQUARE, V)),
    "along rows": ("a, i, b", "np.put_along_axis(a, i, b[:, :2], axis=1)\nreturn a", (A, COLUMNS, B)),
    "along columns": ("a, i, b", "np.put_along_axis(a, i, b[:1], 0)\nreturn a", (A, I[None] % 3, B)),
    "a number along rows": (
        "a, b",
        "np.put_along_axis(a, np.argmax(a, axis=1)[:, None], 2.5, -1)\nreturn a * b",
        (A, B),
    ),
    "along the only axis": ("x, i, v", "np.put_along_axis(x, i, v, 0)\nreturn x", (X, I, V)),
    # methods
    "filled": ("x, v", "x.fill(v[0])\nx[1:3].fill(v[1] * x[0])\nreturn x", (X, V)),
    "integers filled": ("x, v", "x.fill(2.7)\nreturn x * v", (np.arange(4), V)),
    "sorted": ("x, v", "x.sort()\nreturn x[:4] * v", (X, V)),
    "sorted along columns": ("a, v", "a.sort(0)\nreturn a * v", (A, V)),
    "sorted along an axis by name": ("a, v", "a.sort(axis=-2)\nreturn a * v", (A, V)),
    "a transpose sorted": ("a, v", "a.T.sort()\nreturn a * v", (A, V)),
    "a row sorted backwards": ("a, v", "y = a[1]\ny[::-1].sort()\nreturn a * v", (A, V)),
    "a copy sorted": ("x, v", "x[[0, 1, 2]].sort()\nreturn x", (X, V)),
    "filled and copied in a loop": (
        "x, v",
        "for c in v:\n    if c > 0:\n        x[2:].fill(c)\n    else:\n        np.copyto(x, x * c)\nreturn x",
        (X, V),
    ),
}

AT = "Write a loop over the indices, or `x[i] = ...` where none repeats."
OTHER = "This raises TypeError in NumPy."

REFUSED = {
    "another function at": (
        "x, i",
        "np.multiply.at(x, i, 2.0)\nreturn x",
        (X, I),
        "`at` is supported for np.add and np.subtract only",
        "np.multiply.at",
        AT,
    ),
    "small integers less at": (
        "x, i",
        "np.subtract.at(x, i, i.astype(np.uint8))\nreturn x",
        (X, I),
        "what this adds may not be the numbers that are written",
        "np.subtract.at(x, i, i.astype(np.uint8))",
        "Make them of one dtype.",
    ),
    "nothing to add": (
        "x, i",
        "np.add.at(x, i)\nreturn x",
        (X, I),
        "the argument 'b' is missing",
        "np.add.at(x, i)",
        OTHER,
    ),
    "at places in a number": (
        "x, i",
        "np.add.at(2.0, i, 1.0)\nreturn x",
        (X, I),
        "a scalar is written by index",
        "2.0",
        "This raises TypeError in Python.",
    ),
    "floats copied to integers": (
        "x, y",
        "np.copyto(x, y)\nreturn x",
        (np.arange(5), X),
        "an array of ints cannot take the floats that this gives",
        "np.copyto(x, y)",
        "This raises UFuncTypeError in NumPy. Give the array a dtype that can.",
    ),
    "another way of casting": (
        "x, y",
        "np.copyto(x, y, casting='unsafe')\nreturn x",
        (np.arange(5), X),
        "another 'casting' than 'same_kind' is not supported here",
        "casting='unsafe'",
        "Leave it out.",
    ),
    "indices that wrap": (
        "x, i, v",
        "np.put(x, i, v, mode='wrap')\nreturn x",
        (X, I, V),
        "another 'mode' than 'raise' is not supported here",
        "mode='wrap'",
        "Leave it out.",
    ),
    "numbers as a mask": (
        "x",
        "np.putmask(x, x, 1.0)\nreturn x",
        (X,),
        "a mask that is not known to be an array of Booleans",
        "np.putmask(x, x, 1.0)",
        "Compare it, or use .astype(bool).",
    ),
    "doubles placed in single precision": (
        "x, y",
        "np.place(x, x > 0, y)\nreturn x",
        (single(X), X),
        "an array of float32s cannot take float64s here",
        "np.place(x, x > 0, y)",
        "This raises TypeError in NumPy. Use .astype on the values.",
    ),
    "a diagonal that goes on": (
        "a",
        "np.fill_diagonal(a, 1.0, wrap=True)\nreturn a",
        (mixed(7, 3),),
        "another 'wrap' than False is not supported here",
        "wrap=True",
        "Leave it out.",
    ),
    "a diagonal of a cube": (
        "a",
        "np.fill_diagonal(a, 1.0)\nreturn a",
        (mixed(3, 3, 3),),
        "fill_diagonal of an array that is no matrix is not supported yet",
        "np.fill_diagonal(a, 1.0)",
        "Write a loop.",
    ),
    "along no axis": (
        "x, i, v",
        "np.put_along_axis(x, i, v, None)\nreturn x",
        (X, I, V),
        "this form of put_along_axis is not supported yet",
        "np.put_along_axis(x, i, v, None)",
        "Give the axis and as many axes.",
    ),
    "filled with an array": (
        "x, v",
        "x.fill(v)\nreturn x",
        (X, V),
        "fill with what is not known to be a number",
        "x.fill(v)",
        "Write `x[...] = value`.",
    ),
    "filled by name": (
        "x",
        "x.fill(value=1)\nreturn x",
        (X,),
        "fill takes no argument 'value'",
        "x.fill(value=1)",
        OTHER,
    ),
    "sorted by another algorithm": (
        "x",
        "x.sort(kind='stable')\nreturn x",
        (X,),
        "another 'kind' than None is not supported here",
        "kind='stable'",
        "Leave it out.",
    ),
    "of another size": (
        "x",
        "x.resize(3)\nreturn x",
        (X,),
        "the method 'resize' changes an array in place, which is not supported yet",
        "x.resize",
        "Make a new array of the other size.",
    ),
    "of another shape": (
        "x",
        "x.shape = (5, 1)\nreturn x",
        (X,),
        "setting an attribute is not supported yet",
        "x.shape",
        "Write `y = x.reshape(...)`.",
    ),
    "shuffled": (
        "x",
        "np.random.shuffle(x)\nreturn x",
        (X,),
        "random numbers without a key are not supported yet",
        "np.random.shuffle",
        "Use pullback.stdlib.random with a key, or draw them where the function is called, and pass them.",
    ),
    "a loop over what is flat": (
        "x",
        "s = 0.0\nfor y in x.flat:\n    s += y\nreturn s",
        (X,),
        "a loop over `flat` is not supported yet",
        "x.flat",
        "Loop over x.ravel(), or over indices.",
    ),
    "flat as a value": (
        "x",
        "return x.flat",
        (X,),
        "`flat` is used as a value, which is not supported yet",
        "return x.flat",
        "Use x.ravel().",
    ),
}


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_function_that_writes(case):
    check_right(case)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_function_that_writes_is_refused(case):
    check_refused(case)
