"""Inferred types of reductions, products, rearrangements and constructors against what NumPy gives."""

import itertools
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pullback.transpile import prims
from pullback.transpile.abstract import UNKNOWN, Array, Dim, Scalar
from pullback.transpile.core import Lit, Slice, Var
from pullback.transpile.infer import infer
from pullback.transpile.infer.reduce import ACCUMULATIONS, REDUCTIONS
from pullback.transpile.signature import type_of_value
from tests.transpile.conforms import Variables, check, conforms, core_index, known

DTYPES = ["float32", "float64", "int64", "bool"]
SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (1, 1), (2, 1, 3), (2, 3, 4)]
ARRAYS = [np.ones(s, d) for s in SHAPES for d in DTYPES]
FLOATS = [np.ones(s, d) for s in SHAPES for d in DTYPES[:2]]


def axes(a):
    """Axes, and tuples of them, that an array has."""
    single = [None, *range(-a.ndim, a.ndim)]
    return single + [p for r in (2, 3) for p in itertools.combinations(range(a.ndim), r)]


@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda f: f.__name__)
def test_reductions(op):
    for a in [*ARRAYS, 2.0, 3, np.float32(1)]:
        for axis in axes(np.asarray(a)):
            for extra in ({}, {"keepdims": True}):
                kwargs = {"axis": axis, **extra}
                try:
                    op(a, **kwargs)
                except (TypeError, ValueError):
                    continue
                check(op, (a,), kwargs)


@pytest.mark.parametrize("op", ACCUMULATIONS, ids=lambda f: f.__name__)
def test_accumulations(op):
    for a in ARRAYS:
        for axis in [None, *range(a.ndim)]:
            check(op, (a,), {} if axis is None else {"axis": axis})


def test_reductions_in_another_dtype():
    for a in ARRAYS:
        check(np.sum, (a,), {"dtype": np.float32})
        check(np.mean, (a,), {"axis": -1, "dtype": "float64"} if a.ndim else {"dtype": "float64"})


def test_products_of_vectors():
    for s, t in itertools.product([(3,), (2, 3), (4, 2, 3), (1, 3), (4, 3, 2)], repeat=2):
        for op in (getattr(np, name) for name in ("vecdot", "matvec", "vecmat") if hasattr(np, name)):
            a, b = np.ones(s, np.float32), np.ones(t)
            try:
                op(a, b)
            except ValueError:
                continue
            check(op, (a, b))


@pytest.mark.parametrize("op", [np.matmul, np.dot, np.inner, np.outer, np.vdot, np.kron, np.multiply])
def test_products(op):
    shapes = [(), (1,), (3,), (2, 3), (3, 3), (3, 2), (1, 3), (3, 1), (4, 2, 3), (1, 3, 3), (4, 3, 1)]
    for s, t in itertools.product(shapes, shapes):
        for d, e in itertools.product(DTYPES, ["float32", "float64"]):
            a, b = np.ones(s, d), np.ones(t, e)
            try:
                op(a, b)
            except ValueError:
                continue
            check(op, (a, b))
    if op not in (np.matmul, np.vdot, np.inner):
        check(op, (np.ones(3, np.float32), 2.0))


TERMS = "ij,jk->ik ij,ij->i ij,ij ij,jk i,j->ij i,i bij,bjk->bik ij,j->ji nchw,oc->nohw"


@pytest.mark.parametrize("term", TERMS.split())
def test_einsum_of_two(term):
    left, right = term.partition("->")[0].split(",")
    for size in ({}, {"i": 1}, {"j": 1}, {"b": 1}):
        lengths = {c: size.get(c, 2 + k) for k, c in enumerate(sorted({*left, *right}))}
        for d in ("float32", "float64", "int64"):
            a, b = np.ones([lengths[c] for c in left]), np.ones([lengths[c] for c in right], d)
            make = Variables()
            t = infer(np.einsum, (Lit(term), make("a", a), make("b", b)), {})
            assert conforms(np.einsum(term, a, b), t, make.known)
            assert known(t)


def test_rearrangements():
    for a in ARRAYS:
        check(np.transpose, (a,))
        check(np.ravel, (a,))
        check(np.ascontiguousarray, (a,))
        check(np.asfortranarray, (a,))
        check(np.flatnonzero, (a,))
        check(np.searchsorted, (np.arange(3.0), a))
        check(np.digitize, (a, np.arange(3.0)))
        check(np.squeeze, (a,))
        check(np.copy, (a,))
        check(np.flip, (a,))
        check(np.atleast_1d, (a,))
        check(np.atleast_2d, (a,))
        check(np.size, (a,))
        check(np.ndim, (a,))
        check(np.shape, (a,))
        for i in range(-a.ndim - 1, a.ndim + 1):
            check(np.expand_dims, (a,), {"axis": i})
        for i, j in itertools.product(range(-a.ndim, a.ndim), repeat=2):
            check(np.swapaxes, (a,), {"axis1": i, "axis2": j})
            check(np.moveaxis, (a,), {"source": i, "destination": j})
        for order in itertools.permutations(range(a.ndim)):
            check(np.transpose, (a,), {"axes": order})
        for i, n in enumerate(a.shape):
            check(prims.dim, (a,), {"axis": i})
            check(np.repeat, (a,), {"repeats": 2, "axis": i})
            check(np.take, (a, np.zeros((2, 1), int)), {"axis": i})
            check(np.take, (a, 0), {"axis": i})
            if a.dtype != bool:
                check(np.diff, (a,), {"axis": i})
            if n == 1:
                check(np.squeeze, (a,), {"axis": i})
            check(np.sort, (a,), {"axis": i})
            check(np.argsort, (a,), {"axis": i})
        if a.ndim:
            check(np.nonzero, (a,))
            check(np.argwhere, (a,))
        if a.ndim >= 2:
            check(np.matrix_transpose, (a,))
            for k in (-1, 0, 1):
                check(np.diagonal, (a,), {"offset": k})
                check(np.trace, (a,))
        if a.ndim in (1, 2):
            for k in (-1, 0, 1):
                check(np.diag, (a,), {"k": k})
        check(np.tile, (a,), {"reps": (2, 1)})
        check(np.pad, (a,), {"pad_width": 1})


@pytest.mark.parametrize("op", [np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack])
def test_parts_put_together(op):
    parts = [np.ones(s, d) for s in [(3,), (1,), (2, 3), (2, 1), (1, 3)] for d in ("float32", "float64", "int64")]
    for a, b in itertools.product(parts, parts):
        for kwargs in ({}, {"axis": 1}, {"axis": -1}, {"axis": 0}, {"axis": None}):
            if kwargs and op not in (np.concatenate, np.stack):
                continue
            try:
                op((a, b), **kwargs)
            except (ValueError, TypeError):
                continue
            check(op, ((a, b),), kwargs)
            check(op, ([a, b],), kwargs, exact=False)


def test_parts_taken_apart():
    for a in [np.ones(6), np.ones((4, 6)), np.ones((1, 2))]:
        for where in (1, 2, (1,), (1, 2)):
            for axis in range(a.ndim):
                if isinstance(where, tuple) or a.shape[axis] % where == 0:
                    check(np.split, (a,), {"indices_or_sections": where, "axis": axis})
                check(np.array_split, (a,), {"indices_or_sections": where, "axis": axis})


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_reshapes(data):
    a = np.ones(data.draw(st.lists(st.integers(1, 4), max_size=4)), np.float32)
    factors = data.draw(st.permutations([p for n in a.shape for p in ([2, 2] if n == 4 else [n])]))
    cut = data.draw(st.integers(0, len(factors)))
    shape = [*factors[:cut], int(np.prod(factors[cut:]))]
    if data.draw(st.booleans()):
        shape[data.draw(st.integers(0, len(shape) - 1))] = -1
    check(np.reshape, (a,), {"shape": tuple(shape)})
    x, make = a, Variables()
    v = make("x", x)
    kept = data.draw(st.integers(0, a.ndim))
    dims = tuple(Var("n", infer(prims.dim, (v, Lit(i)), {})) for i in range(kept))
    t = infer(np.reshape, (v, (*dims, Lit(-1))), {})
    assert conforms(np.reshape(a, (*a.shape[:kept], -1)), t, make.known)


def test_a_reshape_that_keeps_axes_merges_the_others():
    x = Var("x", type_of_value(np.ones((2, 3, 4)), "x"))
    n = Var("n", infer(prims.dim, (x, Lit(0)), {}))
    assert infer(np.reshape, (x, (n, Lit(-1))), {}) == Array("float64", (Dim("x.0", 0, True), Dim("x.1*x.2", 0, True)))


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_slices_of_an_axis(data):
    n = data.draw(st.integers(0, 6))
    bound = st.none() | st.integers(-5, 5)
    index = slice(data.draw(bound), data.draw(bound), data.draw(st.sampled_from([None, 1, 2, -1, -2, 3])))
    check_index(np.ones((n, 3)), index)


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_indices(data):
    shape = data.draw(st.lists(st.integers(1, 4), max_size=3).map(tuple))
    basic = hnp.basic_indices(shape, allow_newaxis=True) if shape else st.just(())
    slices = st.just(slice(1, None)) | st.just(slice(None))
    mixed = st.one_of([st.integers(-n, n - 1) | slices for n in shape[:1]] or [st.just(())])
    arrays = st.tuples(*(st.one_of(
        st.integers(0, n - 1), st.just(slice(None)), st.just(slice(None, 1)),
        hnp.arrays(np.int64, st.sampled_from([(), (1,), (3,), (2, 1)]), elements=st.integers(0, n - 1)),
    ) for n in shape))  # fmt: skip
    index = data.draw(st.one_of(basic, mixed, arrays))
    try:
        np.ones(shape)[index]
    except IndexError:
        return
    check_index(np.ones(shape, np.float32), index)


def check_index(a, index):
    """The type of `a[index]` against the value."""
    make = Variables()
    parts = index if isinstance(index, tuple) else (index,)
    t = infer(operator.getitem, (make("x", a), core_index(parts, make, "i")), {})
    assert conforms(a[index], t, make.known), (a.shape, index, t, a[index])


def test_masks_lists_and_scalars_as_indices():
    check_index(np.ones((3, 4)), np.array([True, False, True]))
    check_index(np.ones((3, 4)), np.ones((3, 4), bool))
    check_index(np.ones((3, 4, 5)), (0, slice(None), np.array([0, 1])))
    check_index(np.ones((3, 4, 5)), (np.array([0, 1]), slice(None), np.array([0, 1])))
    check_index(np.ones((3, 4, 5)), (slice(None), np.array([[0], [1]]), np.array([0, 1])))
    check_index(np.ones((3, 4, 5)), (slice(None), np.array([0, 1]), None, 1))
    check_index(np.ones(3), (np.array([True, False, True]), Ellipsis))
    check_index(np.float32(2), None)
    check_index(np.array(2.0), ())
    check_index(np.ones(4), [0, 1])


def test_equal_slices_are_known_to_be_equal():
    u = Var("u", type_of_value(np.ones(9), "u"))

    def length(lower, upper):
        s = Slice(*(None if b is None else Lit(b) for b in (lower, upper)))
        return infer(operator.getitem, (u, (s,)), {}).shape[0]

    assert length(2, None) == length(None, -2) == length(1, -1) == Dim("u.0", -2)
    assert length(4, None) == length(2, -2) != Dim("u.0", -4)  # of five elements, or of three: then it is empty
    k = Var("k", Scalar("int"))
    same = [infer(operator.getitem, (u, (Slice(None, k),)), {}) for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != infer(operator.getitem, (u, (Slice(None, Var("k", Scalar("int"))),)), {})


def test_constructors():
    for shape in [(), (3,), (2, 1), 4, [2, 3]]:
        for kwargs in ({}, {"dtype": np.float32}, {"dtype": "int64"}, {"dtype": bool}, {"dtype": None}):
            check(np.zeros, (), {"shape": shape, **kwargs})
            check(np.full, (), {"shape": shape, "fill_value": 2.0, **kwargs})
    for a in [*ARRAYS, 2.0, 3, np.float32(1)]:
        for op in (np.zeros_like, np.ones_like, np.asarray, np.array):
            check(op, (a,))
            check(op, (a,), {"dtype": np.float32})
        check(np.full_like, (a, 7))
    for n in (1, 2, 3):
        check(np.eye, (n,))
        check(np.eye, (n, 2), {"dtype": np.float32})
        check(np.identity, (n,))
        check(np.tri, (n,))
        check(np.tri, (n, 2), {"dtype": bool})
        check(np.linspace, (0.0, 1.0, n))
        for args in [(n,), (1, n), (0, 9, n), (n, 0, -1)]:
            check(np.arange, args)
        check(np.arange, (0.0, 1.0, 0.25))
        check(np.arange, (n,), {"dtype": np.float32})


def test_arrays_of_lists():
    single = np.float32(1)
    for x in [
        [1.0, 2], [1, 2], (1.0, 2.0), [single, 2.0], [single, single], [np.ones(3), np.ones(3)],
        [[1.0, 2.0], [3.0, 4.0]], [np.ones(3, np.float32), [1, 2, 3]], [True, False], [[1, 2], [3.0, 4]],
    ]:  # fmt: skip
        check(np.array, (x,))
        check(np.sum, (x,))


def test_conversions():
    for a in [*ARRAYS, 2.0, 3, np.float32(1)]:
        for dtype in (np.float32, "float64", int, bool, np.dtype("float32")):
            check(prims.astype, (a,), {"dtype": dtype})
        check(prims.spread, (a, np.ones((3, *np.shape(a)))))


def test_containers():
    values = ({"w": np.ones((2, 3)), "b": [1.0, 2.0], 3: (1, np.float32(1))}, [np.ones(2), 3], 4.0)
    make = Variables()
    x = make("x", values)
    assert conforms(values, x.type, make.known)
    w = Var("w", infer(prims.item, (x, Lit(0)), {}))
    assert infer(prims.item, (w, Lit("w")), {}) == Array("float64", (Dim("x.0.w.0", 0, True), Dim("x.0.w.1", 0, True)))
    assert infer(prims.item, (x, Lit(-1)), {}) == Scalar("float")
    check(prims.copies, (1.5, 3))
    check(prims.copies, (np.float32(1), 0))
    assert conforms((1.0, np.ones(2)), infer(prims.make_tuple, (Lit(1.0), make("y", np.ones(2))), {}), make.known)


def test_an_unknown_operation_or_operand_is_left_open():
    v = Var("v", UNKNOWN)
    assert infer(print, (v,), {}) == UNKNOWN
    for op in (np.sum, np.matmul, np.reshape, np.zeros, np.stack, operator.getitem, np.einsum, len, max, np.clip):
        infer(op, (v, v), {})
        infer(op, (), {})
