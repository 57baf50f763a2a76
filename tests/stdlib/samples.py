"""Calls at which each rule is tested: shapes with and without broadcasting, axes of length 1, 0-d, empty, scalars."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback import runtime
from pullback.stdlib import random

RNG = np.random.default_rng(7)
SHAPES = ((), (3,), (2, 3), (1, 3), (2, 1, 2), (0,))
PAIRS = (
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (2, 1)),
    ((2, 1), (1, 3)),
    ((1,), (4,)),
    ((), (2, 2)),
    ((2, 0), (1,)),
)


@dataclass(frozen=True)
class Sample:
    """One call of an operation. `only`: the inputs in which it has a derivative there, where not in all."""

    inputs: tuple[Any, ...]
    static: dict[str, Any]
    only: tuple[int, ...] | None = None


def call(*inputs: Any, only: tuple[int, ...] | None = None, **static: Any) -> Sample:
    return Sample(inputs, static, only)


def normal(*shape: int) -> Any:
    """Normal numbers, none nearer to 0 than 0.1, all different."""
    x = RNG.standard_normal(shape)
    return x + np.copysign(0.1, x)


def uniform(low: float, high: float, *shape: int) -> Any:
    return RNG.uniform(low, high, shape)


def zeroed(a: Any, *places: Any) -> Any:
    """`a` with zeros at some places."""
    for place in places:
        a[place] = 0.0
    return a


SAMPLES: dict[Callable[..., Any], list[Sample]] = {}


def add(*ops: Callable[..., Any], samples: list[Sample] | Iterator[Sample]) -> None:
    listed = list(samples)
    for op in ops:
        SAMPLES.setdefault(op, []).extend(listed)


def unary(low: float, high: float) -> Iterator[Sample]:
    """Arrays and scalars between bounds."""
    for shape in SHAPES:
        yield call(np.asarray(uniform(low, high, *shape)))
    yield call(float(uniform(low, high)))
    yield call(np.float64(uniform(low, high)))


def scalars(low: float, high: float, count: int = 1) -> Iterator[Sample]:
    for _ in range(3):
        yield call(*(float(uniform(low, high)) for _ in range(count)))


def binary(low: float, high: float, low2: float, high2: float) -> Iterator[Sample]:
    for a, b in PAIRS:
        yield call(np.asarray(uniform(low, high, *a)), np.asarray(uniform(low2, high2, *b)))
    yield call(uniform(low, high, 3), float(uniform(low2, high2)))
    yield call(float(uniform(low, high)), uniform(low2, high2, 2, 3))
    yield call(float(uniform(low, high)), float(uniform(low2, high2)))


ANY = (-2.0, 2.0)
POSITIVE = (0.3, 3.0)

# arithmetic
add(operator.add, np.add, operator.sub, np.subtract, samples=binary(*ANY, *ANY))
add(operator.mul, np.multiply, samples=binary(*ANY, *ANY))
add(operator.truediv, np.divide, samples=[*binary(*ANY, *POSITIVE), *binary(*ANY, -3.0, -0.3)])
add(operator.mod, np.remainder, np.fmod, samples=binary(5.1, 5.9, 1.05, 1.25))
add(operator.mod, np.remainder, np.fmod, samples=binary(-5.9, -5.1, 1.05, 1.25))
add(operator.neg, np.negative, operator.pos, np.positive, np.conjugate, np.square, samples=unary(*ANY))
add(builtins.abs, operator.abs, np.absolute, np.fabs, samples=[*unary(0.2, 2.0), *unary(-2.0, -0.2)])
powers = (operator.pow, builtins.pow, np.power, np.float_power)
add(*powers, samples=binary(*POSITIVE, *ANY))
add(
    *powers,
    samples=[
        *(
            call(normal(3), n, only=(0,))
            for n in (-2, -1, 1, 2, 3, 4, 5, 2.0, 3.0, np.array([1, 2, 3]), np.array([2.0, 3.0, -1.0]))
        ),
        *(
            call(zeroed(normal(3), 1), n, only=(0,))
            for n in (0, 1, 2, 3, np.array([2, 0, 1]), np.array([0.0, 0.0, 2.0]))
        ),
        *(call(uniform(*POSITIVE, 3), n) for n in (0.5, -0.5, 1.5)),
        *(call(x, uniform(0.5, 2.0, 3), only=(1,)) for x in (2, 0.5, 0, np.array([0.0, 1.0, 2.0]))),
        *(call(-1.5, n, only=(0,)) for n in (-1, 0, 1, 2, 3, 4.0, 5)),
        *(call(0.0, n, only=(0,)) for n in (0, 1, 2)),
    ],
)
add(builtins.float, samples=scalars(*ANY))
add(np.float16, np.float32, np.float64, samples=[])
for scalar_of in (builtins.max, builtins.min):
    add(
        scalar_of,
        samples=[
            call(1.0, 2.5),
            call(2.5, -1.0),
            call(1, 2.5),
            call(2.5, 1),
            call(3, 2.5),
            call(np.float64(1.0), np.float64(2.0)),
        ],
    )

# functions of one number
PLAIN = {
    "exp": ANY, "exp2": ANY, "expm1": ANY, "log": POSITIVE, "log2": POSITIVE, "log10": POSITIVE, "log1p": (-0.5, 3.0),
    "sqrt": POSITIVE, "cbrt": POSITIVE, "sin": ANY, "cos": ANY, "tan": (-1.2, 1.2),
    "sinh": ANY, "cosh": ANY, "tanh": ANY,
    "degrees": ANY, "radians": ANY,
}  # fmt: skip
INVERSES = {"sin": (-0.9, 0.9), "cos": (-0.9, 0.9), "tan": ANY, "sinh": ANY, "cosh": (1.2, 3.0), "tanh": (-0.9, 0.9)}
for name, bounds in PLAIN.items():
    add(getattr(np, name), samples=unary(*bounds))
    add(getattr(math, name), samples=scalars(*bounds))
for name, bounds in INVERSES.items():
    add(getattr(np, f"arc{name}"), samples=unary(*bounds))
    add(getattr(math, f"a{name}"), samples=scalars(*bounds))
add(np.cbrt, samples=unary(-3.0, -0.3))
add(math.cbrt, samples=scalars(-3.0, -0.3))
add(np.rad2deg, np.deg2rad, samples=unary(*ANY))
add(np.reciprocal, samples=[*unary(*POSITIVE), *unary(-3.0, -0.3)])
add(np.sinc, samples=[*unary(*ANY), call(np.array([0.0, 1e-9, -1e-5, 0.009, 0.011, 1.0]))])
add(np.nan_to_num, samples=unary(*ANY))
add(math.erf, math.erfc, samples=scalars(*ANY))
add(math.fabs, samples=[call(1.5), call(-1.5)])

# functions of two numbers
add(np.hypot, np.arctan2, np.logaddexp, np.logaddexp2, samples=[*binary(*ANY, *POSITIVE), *binary(*POSITIVE, *ANY)])
add(math.atan2, samples=[call(1.0, 2.0), call(-1.0, 0.5), call(0.3, -2.0)])
add(
    np.maximum,
    np.minimum,
    np.fmax,
    np.fmin,
    samples=[*binary(*ANY, *ANY), call(normal(2, 3), 0.0), call(0.0, normal(3))],
)
add(np.fmax, np.fmin, samples=[call(normal(3), np.array([0.0, np.nan, 0.0]), only=(0,))])
add(np.copysign, samples=[*binary(0.2, 2.0, *POSITIVE), *binary(-2.0, -0.2, *POSITIVE), *binary(0.2, 2.0, -2.0, -0.2)])
add(math.copysign, samples=[call(1.0, 2.0), call(-1.0, 2.0), call(1.0, -2.0)])
add(np.nextafter, math.nextafter, samples=[call(1.0, 2.0, only=(0,))])
add(np.heaviside, samples=[*binary(0.2, 2.0, *ANY), call(np.array([-1.0, 0.0, 2.0]), normal(3), only=(1,))])
add(
    np.ldexp,
    samples=[call(normal(3), 2), call(normal(2, 3), np.array([1, -2, 3])), call(normal(1), np.array([1, 2, 3]))],
)
add(math.ldexp, samples=[call(1.5, 3), call(-0.3, -2)])
add(math.log, samples=[call(2.5, 3.0), call(2.5, 0.3), call(0.2, 10)])
add(
    math.pow,
    samples=[*scalars(*POSITIVE, 2), call(-1.5, 3, only=(0,)), call(-1.5, 2.0, only=(0,)), call(0.0, 2.0, only=(0,))],
)
add(math.fmod, math.remainder, samples=[call(5.5, 1.2), call(-5.5, 1.2), call(5.5, -1.2)])
if hasattr(math, "fma"):
    add(math.fma, samples=[call(1.5, -2.0, 0.5), call(0.0, 3.0, -1.0), call(2.0, 3, 1)])
add(math.hypot, samples=[call(1.5), call(3.0, -4.0), call(1.0, 2.0, 3.0), call(1.0, 2)])
add(math.dist, samples=[call((1.0, 2.0), (0.5, -1.0)), call([1.0], [3.0]), call((1.0, 2), (0.5, 1.0))])
add(math.fsum, samples=[call([1.0, 2.0, -0.5]), call((1.0,))])
add(
    builtins.sum,
    samples=[
        call([1.0, 2.0, -0.5]), call((1.0, 2, 0.5), 0.25), call([]), call(normal(3)), call(normal(3), 1.5),
        call((normal(2), 0.5, normal(3, 1)), 1.5), call((0.5, normal(2)), normal(1)), call(normal(0), 2.0),
    ],
)  # fmt: skip
add(math.prod, samples=[call([1.5, 2.0, -0.5]), call((1.5, 0.0, 2.0)), call((3.0,)), call((0.0, 0.0, 2.0))])

# choices
MASK = np.array([[True, False, True], [False, False, True]])
add(
    np.where,
    samples=[
        call(MASK, normal(2, 3), normal(2, 3)), call(MASK, normal(3), 0.0), call(MASK, 1.0, normal(2, 1)),
        call(MASK[0], normal(2, 1), normal(3)), call(True, normal(3), normal(1)), call(MASK, 0.5, -0.5),
    ],
)  # fmt: skip
INSIDE_AND_OUT = np.array([-2.0, -0.3, 0.4, 3.0])
add(
    np.clip,
    samples=[
        call(INSIDE_AND_OUT, -1.0, 1.0), call(INSIDE_AND_OUT, None, 1.0), call(INSIDE_AND_OUT, 0.0, None),
        call(normal(2, 4), np.array([-0.5, -0.4, -0.3, -0.2]), np.array([[0.2], [0.4]])), call(normal(3), 1.0, -1.0),
        call(0.3, 0.5, 2.5),
    ],
)  # fmt: skip

# reductions
AXES: tuple[dict[str, Any], ...] = (
    {}, {"axis": 0}, {"axis": 1}, {"axis": -1}, {"axis": 1, "keepdims": True}, {"axis": (0, 2)}, {"axis": (-1, 0)},
    {"axis": (1, 2), "keepdims": True}, {"axis": (0,)}, {"keepdims": True}, {"axis": (0, 1, 2)},
)  # fmt: skip
reductions = (np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min)
for shape in ((2, 3, 4), (3, 1, 2), (1, 1, 1)):
    for op in (np.sum, np.mean, np.var, np.prod, np.max, np.min):
        add(op, samples=[call(normal(*shape), **axes) for axes in AXES])
add(np.std, samples=[call(normal(2, 3, 4), **axes) for axes in AXES])
for op in reductions:
    add(op, samples=[call(normal(4)), call(normal(4), axis=0), call(normal(4), axis=-1, keepdims=True)])
add(np.amax, np.amin, samples=[call(normal(3, 4)), call(normal(3, 4), axis=1)])
NORM_AXES: tuple[dict[str, Any], ...] = ({}, {"axis": 0}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True})
add(
    np.linalg.norm,
    samples=[call(normal(3, 4), **axes) for axes in NORM_AXES] + [call(normal(5)), call(normal(2, 1, 3))],
)
for op in (np.sum, np.mean, np.prod, np.max, np.min):
    add(op, samples=[call(np.asarray(normal())), call(np.float64(normal())), call(normal(0, 3), axis=1)])
add(np.sum, np.prod, samples=[call(normal(0)), call(normal(3, 0), axis=1)])
add(np.sum, np.mean, samples=[call(normal(3), dtype=np.float64)])
add(
    np.var,
    np.std,
    samples=[
        call(normal(5), ddof=1),
        call(normal(3, 4), axis=1, ddof=1, keepdims=True),
        call(normal(3, 4), axis=(0, 1), ddof=2),
    ],
)
add(
    np.prod,
    samples=[
        call(zeroed(normal(5), 2)), call(zeroed(normal(5), 2, 3)),
        call(zeroed(normal(3, 4), (0, 1), (2, 2), (2, 3)), axis=1),
        call(zeroed(normal(3, 4), (0, 1), (2, 1)), axis=0, keepdims=True), call(zeroed(normal(2, 2, 2), (0, 0, 0)),
        axis=(0, 2)),
    ],
)  # fmt: skip
add(
    runtime.product_of_others,
    samples=[
        call(normal(4)),
        call(zeroed(normal(2, 4), (0, 1), (1, 1), (1, 2))),
        call(normal(3, 1)),
        call(normal(1, 2, 3)),
    ],
)
for axis in (None, 0, 1, -1):
    add(np.cumsum, samples=[call(normal(2, 3), axis=axis), call(normal(1, 3), axis=axis)])
add(np.cumsum, samples=[call(normal(4)), call(normal(0))])

# products
MATRICES = (
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 3), (3, 1)), ((2, 1), (1, 4)), ((1,), (1, 3)),
    ((2, 2, 3), (3,)), ((2, 2, 3), (3, 4)), ((1, 2, 3), (3, 1)),
)  # fmt: skip
STACKS = (
    ((3,), (2, 3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((5, 2, 3), (1, 3, 4)),
    ((2, 1, 2, 3), (5, 3, 4)), ((4, 5, 2, 3), (3,)), ((3,), (4, 5, 3, 2)), ((4, 5, 2, 3), (3, 2)),
)  # fmt: skip
for op in (operator.matmul, np.matmul):
    add(op, samples=[call(normal(*a), normal(*b)) for a, b in (*MATRICES, *STACKS)])
DOTS = (((3,), (2, 3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (2, 3, 4)), ((2, 1, 3), (2, 2, 3, 1)))
add(np.dot, samples=[call(normal(*a), normal(*b)) for a, b in (*MATRICES, *DOTS)])
INNERS = (((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)), ((2, 2, 3), (4, 3)), ((1, 3), (2, 1, 3)))
add(np.inner, samples=[call(normal(*a), normal(*b)) for a, b in INNERS])
add(
    np.dot,
    np.inner,
    samples=[call(normal(2, 3), 1.5), call(1.5, normal(3)), call(2.0, 3.0), call(np.asarray(normal()), normal(2, 1))],
)
add(
    np.outer,
    samples=[
        call(normal(*a), normal(*b))
        for a, b in (((3,), (2,)), ((1,), (3,)), ((2, 3), (2,)), ((), (3,)), ((2,), (1, 2)))
    ],
)
add(
    np.vdot,
    samples=[
        call(normal(3), normal(3)),
        call(normal(2, 3), normal(2, 3)),
        call(normal(2, 3), normal(6)),
        call(2.0, 3.0),
    ],
)
TENSORDOTS = (
    ((2, 3), (3, 4), 1),
    ((2, 3), (2, 3), 2),
    ((2,), (3,), 0),
    ((2, 3, 4), (4, 3, 5), ((1, 2), (1, 0))),
    ((2, 3, 4), (5, 2), ((0,), (1,))),
    ((2, 3, 4), (4, 2, 3), ((2, 0, 1), (0, 1, 2))),
    ((2, 3), (4, 3), (-1, 1)),
)
add(np.tensordot, samples=[call(normal(*a), normal(*b), axes=axes) for a, b, axes in TENSORDOTS])
add(np.tensordot, samples=[call(normal(2, 2, 3), normal(2, 3, 4))])
add(np.vecdot, samples=[call(normal(*a), normal(*b)) for a, b in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)))])
if hasattr(np, "matvec"):
    add(
        np.matvec,
        samples=[call(normal(*a), normal(*b)) for a, b in (((2, 3), (3,)), ((4, 2, 3), (3,)), ((2, 3), (4, 3)))],
    )
    add(
        np.vecmat,
        samples=[call(normal(*a), normal(*b)) for a, b in (((2,), (2, 3)), ((2,), (4, 2, 3)), ((4, 2), (2, 3)))],
    )
EINSUMS = (
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("i,i", (3,), (3,)), ("i,j->ij", (2,), (3,)),
    ("ij,ij->i", (2, 3), (2, 3)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("nchw,oc->nohw", (2, 3, 2, 2), (4, 3)), ("ij,k->k", (2, 3), (4,)),
    ("ij,kj->ikj", (1, 3), (2, 3)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)), ("...ij,...jk->...ik", (5, 2, 3), (1, 3, 4)),
    ("ij...,j->i...", (2, 3, 2), (3,)),
    ("ii,i->i", (3, 3), (3,)), ("ii,j->j", (3, 3), (2,)), ("ij,jk->ik", (2, 1), (3, 4)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("i,...->...", (3,), (2, 2)), ("ba,cb", (2, 3), (4, 2)),
)  # fmt: skip
add(np.einsum, samples=[call(text, *(normal(*s) for s in shapes)) for text, *shapes in EINSUMS])
add(
    np.einsum,
    samples=[
        call("ii", normal(3, 3)), call("ii->i", normal(3, 3)), call("ij->ji", normal(2, 3)),
        call("ij->", normal(2, 3)), call("iii->i", normal(2, 2, 2)),
        call("ij,jk,kl->il", normal(2, 3), normal(3, 2), normal(2, 2)), call("i...->...", normal(2, 3)),
        call("ijj->i", normal(2, 3, 3)),
    ],
)  # fmt: skip

# shapes
add(
    np.reshape,
    samples=[
        call(normal(2, 3), shape=(3, 2)),
        call(normal(6), shape=(2, -1)),
        call(normal(2, 3), shape=-1),
        call(1.5, shape=(1, 1)),
        call(normal(0, 2), shape=(0,)),
    ],
)
add(np.ravel, np.copy, samples=[call(normal(2, 3)), call(normal(3)), call(np.asarray(normal())), call(normal(1, 0))])
add(np.copy, samples=[call(normal(2, 3), order="C")])
add(np.ravel, samples=[call(normal(2, 3), order="F")])
add(np.reshape, samples=[call(normal(2, 3), shape=(3, 2), order="F")])
add(np.sort, samples=[call(normal(5)), call(normal(2, 4)), call(normal(3, 2), axis=0), call(normal(2, 2), axis=None)])
HOLES = np.array([[1.0, np.nan, -2.0], [0.5, 3.0, np.nan]])
add(np.nansum, np.nanmean, samples=[call(normal(2, 3)), call(normal(2, 3), axis=1), call(normal(2, 3), keepdims=True)])
add(np.nansum, np.nanmean, samples=[call(HOLES, only=(0,)), call(HOLES, axis=0), call(HOLES, axis=-1, keepdims=True)])
add(np.einsum, samples=[call("ij,jk,kl->il", normal(2, 3), normal(3, 2), normal(2, 2), optimize=True)])
add(np.ascontiguousarray, np.asfortranarray, samples=[call(normal(2, 3)), call(normal(3))])
add(
    np.transpose,
    samples=[call(normal(*s)) for s in ((3,), (2, 3), (2, 3, 4))]
    + [call(normal(2, 3, 4), axes=axes) for axes in ((1, 2, 0), (2, 0, 1), (0, -1, 1))],
)
add(np.matrix_transpose, samples=[call(normal(2, 3)), call(normal(4, 2, 3))])
add(np.swapaxes, samples=[call(normal(2, 3, 4), axis1=0, axis2=2), call(normal(2, 3), axis1=-1, axis2=0)])
add(
    np.moveaxis,
    samples=[call(normal(2, 3, 4), source=0, destination=-1), call(normal(2, 3, 4), source=(0, 1), destination=(1, 2))],
)
add(
    np.rollaxis,
    samples=[call(normal(2, 3, 4), axis=axis, start=s) for axis in (0, 1, -1) for s in (0, 1, 3, -1)]
    + [call(normal(2, 3), axis=1)],
)
add(
    np.rot90,
    samples=[call(normal(2, 3), k=k) for k in (-1, 0, 1, 2, 3)]
    + [call(normal(2, 3)), call(normal(2, 3, 4), axes=(2, 0))],
)
add(np.expand_dims, samples=[call(normal(2, 3), axis=k) for k in (0, 1, -1, (0, 3), (-1, 0))] + [call(1.5, axis=0)])
add(
    np.squeeze,
    samples=[
        call(normal(1, 3, 1)),
        call(normal(1, 3, 1), axis=0),
        call(normal(1, 3, 1), axis=(0, -1)),
        call(normal(1, 1)),
    ],
)
add(
    np.atleast_1d,
    np.atleast_2d,
    np.atleast_3d,
    samples=[call(1.5), call(normal(3)), call(normal(2, 3)), call(normal(2, 3, 1))],
)
add(
    np.broadcast_to,
    samples=[
        call(normal(3), shape=(2, 3)),
        call(normal(2, 1), shape=(4, 2, 3)),
        call(1.5, shape=(2, 2)),
        call(normal(3), shape=(3,)),
    ],
)
add(
    np.flip, samples=[call(normal(3)), call(normal(2, 3)), call(normal(2, 3), axis=0), call(normal(2, 3), axis=(0, -1))]
)
add(np.fliplr, np.flipud, samples=[call(normal(2, 3)), call(normal(1, 2, 3))])
add(
    np.roll,
    samples=[
        call(normal(4), shift=1),
        call(normal(2, 3), shift=-2),
        call(normal(2, 3), shift=1, axis=-1),
        call(normal(2, 3), shift=(1, 2), axis=(0, 1)),
    ],
)
add(
    np.repeat,
    samples=[
        call(normal(3), repeats=2),
        call(normal(2, 3), repeats=2),
        call(normal(2, 3), repeats=3, axis=0),
        call(normal(2, 3), repeats=2, axis=-1),
    ],
)
add(
    np.tile,
    samples=[
        call(normal(3), reps=2),
        call(normal(2, 3), reps=2),
        call(normal(3), reps=(2, 1, 2)),
        call(normal(2, 1, 2), reps=(2, 1)),
        call(1.5, reps=3),
        call(normal(2, 3), reps=(2, 3)),
    ],
)
add(
    runtime.unbroadcast,
    samples=[
        *(call(normal(2, 3), np.ones(s), only=(0,)) for s in ((2, 3), (3,), (1, 3), (2, 1), (), (1, 1, 3))),
        *(call(normal(2, 3), np.ones((2, 1)), np.ones(n), only=(0,)) for n in (1, 3)),
    ],
)
add(runtime.match_kinds, samples=[call(normal(2, 3), normal(2, 3)), call(1.5, 2.0)])
add(runtime.fitted, samples=[call(normal(2, 3), normal(2, 3)), call(1.5, 2.0)])
add(runtime.add_trees, samples=[call(normal(2, 3), normal(2, 3)), call(1.5, 2.0)])
add(np.tril, np.triu, samples=[call(normal(3, 3)), call(normal(2, 3), k=1), call(normal(2, 3, 2), k=-1)])

add(
    np.diff,
    samples=[
        call(normal(4)),
        call(normal(1)),
        call(normal(2, 3), axis=0),
        call(normal(2, 5), n=2),
        call(normal(2, 3, 4), n=3, axis=1),
        call(normal(3), n=0),
    ],
)

# building and taking apart
add(
    np.concatenate,
    samples=[
        call((normal(2), normal(3))), call((normal(2, 3), normal(1, 3), normal(2, 3))),
        call((normal(2, 1), normal(2, 3)), axis=1),
        call((normal(2, 1), normal(2, 3)), axis=-1), call((normal(2, 3, 1), normal(2, 1, 1)), axis=-2),
        call((normal(1, 2, 3), normal(1, 2, 1)), axis=2),
        call((normal(2, 3, 1), normal(1, 3, 1)), axis=-3), call([normal(2, 3), normal(2)], axis=None),
        call((normal(2, 3),)), call((normal(2), np.arange(3))),
        call((normal(1, 1, 1, 2), normal(1, 1, 1, 1)), axis=3),
    ],
)  # fmt: skip
add(
    np.stack,
    samples=[call((normal(2, 3), normal(2, 3)), axis=k) for k in (0, 1, 2, -1, -2)]
    + [call((1.5, 2.5)), call([normal(3), np.arange(3)])],
)
add(np.hstack, samples=[call((normal(2), normal(3))), call((normal(2, 1), normal(2, 3))), call((1.5, 2.5))])
add(np.vstack, samples=[call((normal(3), normal(3))), call((normal(2, 3), normal(1, 3))), call((1.5, 2.5))])
add(np.column_stack, samples=[call((normal(3), normal(3, 2))), call((normal(2), normal(2), normal(2)))])
add(
    np.split,
    np.array_split,
    samples=[
        call(normal(4), indices_or_sections=2), call(normal(2, 6), indices_or_sections=3, axis=1),
        call(normal(5), indices_or_sections=(1, 3)),
        call(normal(2, 3), indices_or_sections=(1,), axis=-1),
    ],
)  # fmt: skip
add(
    np.array,
    np.asarray,
    samples=[
        call(normal(2, 3)), call(1.5), call((1.5, 2.5)), call([1.5, 2, np.float64(0.5)]),
        call(((1.0, 2.0), (3.0, 4.0))), call([normal(3), normal(3)]),
        call([[1.5, [2.5]][0]]), call([[normal(2)], [normal(2)]]), call(normal(2), dtype=np.float64),
    ],
)  # fmt: skip
add(np.full, samples=[call((2, 3), 1.5), call(3, np.float64(1.5)), call((2, 3), normal(3)), call((2, 3), normal(2, 1))])
add(np.full_like, samples=[call(np.ones((2, 3)), 1.5, only=(1,)), call(np.ones((2, 3)), normal(3), only=(1,))])
add(
    np.linspace,
    samples=[
        call(1.0, 2.5),
        call(1.0, 2.5, num=5),
        call(1.0, 2.5, num=4, endpoint=False),
        call(normal(3), 2.0, num=4),
        call(0, 1.5, num=1),
    ],
)
add(np.arange, samples=[call(1.5, 4.0), call(0.5, 4.2, 0.9), call(3.7)])

# reads
add(
    np.take,
    samples=[
        call(normal(4), np.array([0, 2, 2, -1])), call(normal(2, 3), np.array([[0, 5], [5, 1]])),
        call(normal(2, 3), np.array([2, 0, 2]), axis=1),
        call(normal(3, 2), np.array([[0, 2], [2, -1]]), axis=0), call(normal(2, 3, 2), 1, axis=-2), call(normal(3), 1),
    ],
)  # fmt: skip
add(
    runtime.scatter_add,
    samples=[
        call(normal(3), np.ones(4), np.array([0, 2, 2]), None, only=(0,)),
        call(normal(2, 3), np.ones((2, 4)), np.array([1, 1, 0]), 1, only=(0,)),
    ],
)
add(
    np.take_along_axis,
    samples=[
        call(normal(2, 3), np.array([[2], [2]]), axis=1),
        call(normal(2, 3), np.array([[1, 1, 0]]), axis=0),
        call(normal(2, 3), np.array([[0, 0, 2, 2], [1, 1, 1, 0]])),
        call(normal(1, 3), np.array([[0, 0], [1, 2]]), axis=1),
        call(normal(2, 3), np.array([0, 5, 5]), axis=None),
        call(normal(2, 3, 2), np.array([[[0, 1]], [[1, 1]]]), axis=1),
    ],
)
add(
    runtime.scatter_add_along,
    samples=[call(normal(2, 4), np.ones((2, 3)), np.array([[0, 0, 2, 2], [1, 1, 1, 0]]), 1, only=(0,))],
)
add(
    runtime.scatter_along,
    samples=[
        call(normal(3), np.ones(3), np.array([2, 0, 1]), 0, only=(0,)),
        call(normal(2, 3), np.ones((2, 3)), np.array([[2, 0, 1], [0, 1, 2]]), 1, only=(0,)),
    ],
)
DIAGONALS: tuple[dict[str, Any], ...] = ({}, {"offset": 1}, {"offset": -1}, {"offset": 2})
add(np.diagonal, samples=[call(normal(*s), **k) for s in ((3, 3), (2, 4), (4, 3)) for k in DIAGONALS])
add(
    np.diagonal,
    samples=[
        call(normal(2, 3, 4)),
        call(normal(2, 3, 4), axis1=2, axis2=0, offset=1),
        call(normal(2, 3, 4), axis1=-2, axis2=-1),
    ],
)
add(
    runtime.place_diagonal,
    samples=[
        call(normal(3), np.ones((3, 4)), 1, 0, 1, only=(0,)),
        call(normal(4, 2), np.ones((2, 3, 4)), 0, 0, 1, only=(0,)),
    ],
)
add(np.diag, samples=[call(normal(3)), call(normal(3), k=1), call(normal(3, 3)), call(normal(2, 4), k=-1)])
add(
    np.trace,
    samples=[
        call(normal(3, 3)),
        call(normal(2, 4), offset=1),
        call(normal(3, 3, 2)),
        call(normal(2, 3, 1, 2), offset=-1),
    ],
)

# random numbers
KEY = random.key(5)
add(
    random.uniform,
    samples=[
        call(KEY, (3, 2), float, -0.5, 1.5, only=(3, 4)), call(KEY, (), float, 0.2, 1.5, only=(3, 4)),
        call(KEY, (3, 2), float, normal(2), normal(3, 1), only=(3, 4)),
    ],
)  # fmt: skip
add(
    random.truncated_normal,
    samples=[
        call(KEY, -0.5, 1.5, only=(1, 2), shape=(3, 2)), call(KEY, -0.5, uniform(0.2, 2.0, 3), only=(1, 2)),
        call(KEY, uniform(-0.9, 0.1, 2, 1), 1.5, only=(1, 2), shape=(2, 3)),
    ],
)  # fmt: skip
add(
    random.permutation,
    samples=[
        call(KEY, normal(5), only=(1,)), call(KEY, normal(2, 4), only=(1,), axis=1),
        call(KEY, normal(3, 2, 2), only=(1,)),
    ],
)  # fmt: skip
add(
    random.choice,
    samples=[
        call(KEY, normal(5), only=(1,), shape=(3,)), call(KEY, normal(5), only=(1,)),
        call(KEY, normal(2, 4), only=(1,), shape=(2, 2), replace=False, axis=1),
        call(KEY, normal(3), only=(1,), shape=(4,), p=np.array([0.2, 0.5, 0.3])),
    ],
)  # fmt: skip
