"""Writes into arrays become new values of Core that hold what Python's arrays do, under each of their names."""

import numpy as np
import pytest

from tests.transpile.lowering import agrees

rng = np.random.default_rng(5)
HEADER = "def bump(x):\n    x[0] = 10.0\n    return 1.5\n\ndef f(x):\n"


def n(*shape):
    return rng.standard_normal(shape)


# name: (body of `f(x)`, argument)
PROGRAMS = {
    "an element": ("x[0] = 1.0\nreturn x", n(3)),
    "a slice and more": ("x[1:] += 1.0\nreturn x", n(3)),
    "through unpacking": ("x[0], y = 1.0, 2.0\nreturn x * y", n(3)),
    "an array that the caller has": ("x += 1.0\nreturn x", n(3)),
    "another operator": ("x **= 2\nreturn x", n(3)),
    "a second name": ("s = np.zeros(3)\nt = s\ns += x\nreturn t", n(3)),
    "two names at once": ("t = s = np.zeros(3)\ns += x\nreturn t", n(3)),
    "a view": ("s = np.zeros(3)\nt = s[1:]\ns += x\nreturn t", n(3)),
    "a transpose": ("s = np.zeros((3, 3))\nt = s.T\ns += x\nreturn t", n(3)),
    "an array in a list": ("s = np.zeros(3)\nt = [s]\ns += x\nreturn t", n(3)),
    "an array in a dict": ("s = np.zeros(3)\nt = {'s': s}\ns += x\nreturn t", n(3)),
    "the rows that a loop runs over": ("s = np.zeros((3, 3))\nfor r in s:\n    s += x + r\nreturn s", n(3)),
    "a name bound later in the loop": (
        "s = np.zeros(3)\nt = s * 1\nfor i in range(3):\n    s += x + t\n    t = s\nreturn t",
        n(3),
    ),
    "names that change places": (
        "s, t = np.zeros(3), np.ones(3)\nfor i in range(3):\n    s, t = t, s\n    s += x\nreturn s, t",
        n(3),
    ),
    "in single precision": ("s = np.ones(3, dtype=np.float32)\ns /= x\nreturn s", n(3)),
    "an array of one dtype by astype without a copy": ("s = x.astype(float, copy=False)\ns[0] = 5.0\nreturn x", n(3)),
    "an array of another dtype by astype": ("s = x.astype(np.float32, copy=False)\ns[0] = 5.0\nreturn x", n(3)),
    "a copy by astype": ("s = x.astype(float, copy=1)\ns[0] = 5.0\nreturn x", n(3)),
    "a copy by asarray": ("s = np.asarray(x, dtype=np.float32)\ns[0] = 5.0\nreturn x", n(3)),
    "a list by asarray": ("s = np.asarray([x[0], x[1]])\nx[0] = 5.0\ns[1] = 7.0\nreturn x, s", n(3)),
    "an array by asarray": ("s = np.asarray(x, float)\ns[0] = 5.0\nreturn x", n(3)),
    "what is rounded": ("s = np.round(x, 1)\nx[0] = 5.0\nreturn s", n(3)),
    "the inverse": ("s = np.linalg.norm(x, axis=0)\nx[0] = 5.0\nreturn s", n(3, 3)),
    "the diagonal as a matrix": ("s = np.diag(x)\nx[0] = 5.0\nreturn s", n(3)),
    "a diagonal": ("s = np.diag(x)\nx[0] = 5.0\nreturn s", n(3, 3)),
    "an element, while its array is written": ("x[0] += bump(x)\nreturn x", n(3)),
    "an element of a product": ("x[0] *= bump(x)\nreturn x", n(3)),
    "a slice, while its array is written": ("x[:2] += bump(x)\nreturn x", n(3)),
    "a slice of a product": ("x[:2] *= bump(x)\nreturn x", n(3)),
    "chosen elements, while their array is written": ("x[[0, 1]] -= x[0] * bump(x)\nreturn x", n(3)),
    "an array, while it is written": ("x *= bump(x)\nreturn x", n(3)),
    "unsigned integers less": ("x[1:] -= np.array([1, 2], dtype=np.uint8)\nreturn x", n(3)),
    "small integers less": ("x[1:] -= np.array([1, -128], dtype=np.int8)\nreturn x", np.arange(3)),
    "Booleans less": ("x[1:] -= x[1:] > 0\nreturn x", n(3)),
    "Booleans more": ("x[1:] += x[:2]\nreturn x", n(3) > 0),
    "a matrix times another": ("x @= x.T\nreturn x", n(3, 3)),
    "a vector times a matrix": ("s = x[0]\ns @= x\nreturn x", n(3, 3)),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_core_holds_what_the_arrays_do(program):
    body, argument = program
    agrees(HEADER + "".join(f"    {line}\n" for line in body.split("\n")), (argument,))
