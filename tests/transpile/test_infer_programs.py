"""Random chains of operations: what is inferred of lengths is true of the real ones."""

import operator
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullback.transpile import prims
from pullback.transpile.abstract import (
    FLOAT,
    INT,
    NONE,
    UNKNOWN,
    Array,
    Dim,
    Length,
    ListOf,
    Mapping,
    Scalar,
    Seq,
    Static,
    same_length,
    shape_of,
)
from pullback.transpile.core import Global, Lit, Slice, Var
from pullback.transpile.infer import infer, type_of_value
from pullback.transpile.infer.join import join
from pullback.transpile.infer.lengths import symbol_of
from pullback.transpile.infer.table import TABLE
from tests.transpile.conforms import conforms, symbols


class Chain:
    """Values made one from another, with their variables."""

    def __init__(self, data):
        self.draw, self.known = data.draw, {}
        self.arrays, self.numbers = [], []
        for i in range(data.draw(st.integers(1, 3))):
            shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=3)))
            self.argument(f"x{i}", np.ones(shape))
        self.argument("n", data.draw(st.integers(0, 4)))

    def argument(self, name, value):
        self.known |= symbols(name, value)
        self.add(Var(name, type_of_value(value, name)), value)

    def add(self, v, value):
        if isinstance(value, np.ndarray):
            self.arrays.append((v, value))
        elif type(value) is int:
            self.known[symbol_of(v)] = value
            self.numbers.append((v, value))

    def array(self):
        return self.draw(st.sampled_from(self.arrays))

    def number(self):
        if self.draw(st.booleans()):
            value = self.draw(st.integers(-3, 4))
            return Lit(value), value
        return self.draw(st.sampled_from(self.numbers))

    def bound(self):
        return (None, None) if self.draw(st.booleans()) else self.number()

    def step(self):
        """One operation, if NumPy accepts it."""
        op, args, kwargs, values, keywords = self.draw(st.sampled_from(STEPS))(self)
        try:
            value = op(*values, **keywords)
        except (ValueError, IndexError, TypeError, ZeroDivisionError, MemoryError):
            return
        if np.size(value) > 5000:
            return
        t = infer(op, args, kwargs)
        assert conforms(value, t, self.known), (op, args, kwargs, t, value)
        self.add(Var("t", t), value)


def elementwise(c):
    (x, a), (y, b) = c.array(), c.array()
    return operator.add, (x, y), {}, (a, b), {}


def sliced(c):
    (x, a), (lo, i), (hi, j) = c.array(), c.bound(), c.bound()
    return operator.getitem, (x, (Slice(lo, hi),)), {}, (a, (slice(i, j),)), {}


def stepped(c):
    (x, a), (k, i) = c.array(), c.number()
    return operator.getitem, (x, (Slice(None, None, k),)), {}, (a, (slice(None, None, i),)), {}


def length(c):
    x, a = c.array()
    return prims.dim, (x, Lit(0)), {}, (a, 0), {}


def arithmetic(c):
    (m, i), (n, j) = c.number(), c.number()
    op = c.draw(st.sampled_from([operator.add, operator.sub, operator.mul, operator.floordiv]))
    return op, (m, n), {}, (i, j), {}


def zeros(c):
    m, i = c.number()
    op = c.draw(st.sampled_from([np.zeros, np.arange, np.eye]))
    return op, (m,), {}, (i,), {}


def reshaped(c):
    (x, a), (m, i) = c.array(), c.number()
    if c.draw(st.booleans()):
        return np.reshape, (x, (m, Lit(-1))), {}, (a, (i, -1)), {}
    return np.reshape, (x, m), {}, (a, i), {}


def flat(c):
    x, a = c.array()
    return np.ravel, (x,), {}, (a,), {}


def transposed(c):
    x, a = c.array()
    return np.transpose, (x,), {}, (a,), {}


def joined(c):
    (x, a), (y, b) = c.array(), c.array()
    op = c.draw(st.sampled_from([np.concatenate, np.stack]))
    return op, ((x, y),), {}, ((a, b),), {}


def multiplied(c):
    (x, a), (y, b) = c.array(), c.array()
    op = c.draw(st.sampled_from([operator.matmul, np.dot, np.outer, np.kron]))
    return op, (x, y), {}, (a, b), {}


def reduced(c):
    (x, a), keep = c.array(), c.draw(st.booleans())
    return np.sum, (x,), {"axis": Lit(0), "keepdims": Lit(keep)}, (a,), {"axis": 0, "keepdims": keep}


def parts(c):
    (x, a), (m, i) = c.array(), c.number()
    return np.repeat, (x, m), {"axis": Lit(0)}, (a, i), {"axis": 0}


def diagonal(c):
    x, a = c.array()
    k = c.draw(st.integers(-1, 1))
    op = c.draw(st.sampled_from([np.diagonal, np.diag]))
    return op, (x, Lit(k)), {}, (a, k), {}


def padded(c):
    x, a = c.array()
    return np.pad, (x, Lit(1)), {}, (a, 1), {}


def size(c):
    x, a = c.array()
    return np.size, (x,), {}, (a,), {}


STEPS = [
    elementwise, sliced, sliced, stepped, length, length, arithmetic, arithmetic, zeros, reshaped, flat, transposed,
    joined, multiplied, reduced, parts, diagonal, padded, size,
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_what_is_said_of_lengths_is_true(data):
    c = Chain(data)
    for _ in range(data.draw(st.integers(1, 12))):
        c.step()
    for x, a in c.arrays:
        for y, b in c.arrays:
            compared(x, a, y, b)


def compared(x, a, y, b):
    """Two arrays that broadcast: axes said to be equal are equal."""
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return
    s, t = shape_of(x.type) or (), shape_of(y.type) or ()
    for m, n, i, j in zip(s[::-1], t[::-1], a.shape[::-1], b.shape[::-1], strict=False):
        assert not same_length(m, n) or i == j, (x.type, y.type, a.shape, b.shape)


LENGTHS: list[Length] = [
    0, 1, 2, 3, Dim("n", 0, True), Dim("n", -1), Dim("m", 0, True), Dim("k"), Dim("?"), Dim("?", 0, True),
]  # fmt: skip
TYPES = [
    Array("float64", ()), Array("float32", (3,)), Array("float64", (Dim("n", 0, True),)), Array("float64", (1, 3)),
    Array(),
    *(Scalar(k) for k in ("bool", "int", "float")), *(Array("float64", (n,)) for n in LENGTHS),
    Scalar("float", "float64"), Scalar("float", "float32"), Scalar("int", "int64"), Scalar("int", None, 3),
]  # fmt: skip


def test_joins_come_to_rest():
    for a in TYPES:
        assert join(a, a) == a
        for b in TYPES:
            both = join(a, b)
            assert both == join(b, a)
            assert join(both, a) == both or join(join(both, a), b) == join(both, a)


def test_joins_forget_what_differs():
    n = Dim("n", 0, True)
    assert join(Array("float64", (n, 1)), Array("float64", (3, 1))) == Array("float64", (Dim("?", 0, True), 1))
    assert join(Array("float64", (n,)), Array("float64", (1,))) == Array("float64", (Dim("?"),))
    assert join(Array("float64", (n,)), Array("float64", (n, n))) == Array("float64")
    assert join(Scalar("int", None, 0), Scalar("int", None, 1)) == Scalar("int")
    assert join(Scalar("int", None, 0), Scalar("float")) == Scalar("float")
    assert join(Scalar("float"), Scalar("float", "float32")) == Scalar("float", "float32")
    assert join(Scalar("float", "float32"), Scalar("float", "float64")) == Array(None, ())
    assert join(Scalar("float"), Array("float64", (n,))) == Array("float64")


ODD = [
    Lit(None), Lit("axis"), Lit(2), Lit(-1), Lit(1.5), Lit(True), Lit(Ellipsis), Lit(np.float32), Lit((1, 2)), (),
    (Lit(1), Lit(2)), Slice(Lit(1), None), (Slice(None, None),), (Lit(1), Var("n", INT)),
    *(Var("v", t) for t in (*TYPES, UNKNOWN, NONE, Static("x"), ListOf(FLOAT), ListOf(UNKNOWN), Seq("tuple", ()))),
    Var("s", Seq("list", (FLOAT, Array("float64", (2,))))), Var("d", Mapping((("a", FLOAT),))),
    Global("g", Array("int64", (3,))),
]  # fmt: skip
NAMES = ["axis", "keepdims", "dtype", "shape", "axes", "k", "offset", "n", "ddof", "a_min", "M", "default", "key"]


# of what is inferred alike one operation, but for those of NumPy
OPS = [*{f if (op.__module__ or "").startswith("scipy") else op: op for op, f in TABLE.items()}.values()]


@pytest.mark.parametrize("op", [*OPS, np.tanh, np.float32, np.modf], ids=lambda f: getattr(f, "__name__", str(f)))
def test_odd_operands_are_no_error(op):
    rng = random.Random(op.__name__)
    for _ in range(150):
        args = tuple(rng.choice(ODD) for _ in range(rng.randint(0, 3)))
        kwargs = {rng.choice(NAMES): rng.choice(ODD) for _ in range(rng.choice([0, 0, 1, 2]))}
        infer(op, args, kwargs)
