"""More calls at which rules are tested: orders, running products, NaN, grids, polynomials, joins, choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import runtime
from pullback.stdlib.operations import weighted_average
from tests.stdlib.samples import AXES, HOLES, Sample, call, normal, uniform, zeroed
from tests.stdlib.samples import add as add_samples

OPERATIONS: list[Callable[..., Any]] = []


def add(*ops: Callable[..., Any], samples: list[Sample]) -> None:
    """Add samples of operations, which are those of this module."""
    OPERATIONS.extend(op for op in ops if op not in OPERATIONS)
    add_samples(*ops, samples=samples)


GAPS = np.array([[[1.0, np.nan, -2.0], [0.5, 3.0, np.nan]], [[0.2, 0.7, 1.5], [np.nan, 2.0, -0.4]]])

# orders
for shape in ((2, 3, 4), (3, 1, 2), (1, 1, 1)):
    add(np.ptp, np.median, samples=[call(normal(*shape), **axes) for axes in AXES])
add(np.ptp, np.median, samples=[call(normal(4)), call(normal(5)), call(normal(1))])
add(np.median, samples=[call(np.array([1.0, 2.0, 4.0, 3.0]))])
PLACES: tuple[Any, ...] = (0.0, 0.3, 0.5, 1.0, np.array([0.1, 0.5, 0.9]))
NEXT: tuple[dict[str, Any], ...] = ({}, {"axis": 0}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"keepdims": True})
add(np.quantile, samples=[call(normal(4, 5), q, **axes, only=(0,)) for q in PLACES for axes in NEXT])
add(
    np.quantile,
    samples=[call(normal(6), 0.37), call(normal(3, 4), 0.21, axis=0), call(normal(2, 3, 4), 0.4, axis=(0, 2))],
)
add(
    np.quantile,
    samples=[call(normal(6), np.array([0.11, 0.47, 0.83])), call(normal(2, 6), np.array([0.33, 0.9]), axis=1)],
)
add(
    np.quantile,
    samples=[call(normal(3, 4), np.array([0.33, 0.5]), axis=(0, 1), keepdims=True, only=(0,)), call(normal(1), 0.4)],
)
for method in ("lower", "higher", "nearest", "midpoint"):
    add(np.quantile, samples=[call(normal(3, 6), 0.32, axis=1, method=method), call(normal(6), 0.33, method=method)])
add(
    np.percentile,
    samples=[call(normal(6), 37.0), call(normal(3, 4), np.array([21.0, 60.0]), axis=0), call(normal(5), 50)],
)
add(np.nanmedian, samples=[call(normal(2, 3)), call(HOLES), call(HOLES, axis=0), call(GAPS, axis=-1, keepdims=True)])
add(np.nanmedian, samples=[call(GAPS, axis=(0, 2))])
add(
    np.nanquantile,
    samples=[call(HOLES, 0.3, only=(0,)), call(GAPS, 0.6, axis=-1, only=(0,)), call(normal(5), 0.2, only=(0,))],
)
add(
    np.nanquantile,
    samples=[
        call(GAPS, np.array([0.3, 0.7]), axis=1, keepdims=True, only=(0,)),
        call(HOLES, 0.4, axis=1, method="lower", only=(0,)), call(HOLES, 0.4, method="midpoint", only=(0,)),
    ],
)  # fmt: skip
add(np.nanpercentile, samples=[call(HOLES, 30.0, only=(0,)), call(GAPS, np.array([25.0, 70.0]), axis=-1, only=(0,))])
add(np.partition, samples=[call(normal(6), kth=2), call(normal(3, 4), kth=1, axis=0), call(normal(2, 5), kth=(1, 3))])
add(np.sort, samples=[call(normal(5), kind="stable"), call(normal(2, 3, 2), axis=1), call(normal(2, 3), axis=-2)])

# running products and sums
for axis in (None, 0, 1, -1):
    add(
        np.cumprod,
        samples=[call(normal(2, 3), axis=axis), call(zeroed(normal(3, 4), (0, 1), (0, 3), (2, 0)), axis=axis)],
    )
add(np.cumprod, samples=[call(normal(7)), call(zeroed(normal(5), 2)), call(zeroed(normal(6), 1, 4)), call(normal(0))])
add(np.cumprod, samples=[call(normal(2, 3, 4), axis=1), call(normal(1, 3), axis=0), call(zeroed(normal(5), 0))])
if hasattr(np, "cumulative_sum"):
    add(
        np.cumulative_sum,
        np.cumulative_prod,
        samples=[
            call(normal(4)), call(normal(2, 3), axis=0), call(normal(2, 3), axis=-1, include_initial=True),
            call(normal(3), include_initial=True),
        ],
    )  # fmt: skip
add(np.nancumsum, np.nancumprod, samples=[call(normal(2, 3)), call(HOLES), call(HOLES, axis=0), call(GAPS, axis=1)])
add(
    runtime.carried_back,
    samples=[call(normal(n), normal(n)) for n in (1, 2, 3, 6)] + [call(normal(2, 5), zeroed(normal(2, 5), (0, 2)))],
)

FACTORS = normal(4)
add(
    runtime.of_running_products,
    samples=[
        call(normal(4), np.cumprod(FACTORS), FACTORS, only=(0,)),
        call(normal(5), zeroed(normal(5), 2), normal(5), only=(0, 2)),
    ],
)

# NaN among the elements
MISSING: tuple[dict[str, Any], ...] = ({}, {"axis": 0}, {"axis": -1}, {"axis": 1, "keepdims": True}, {"axis": (0, 1)})
for op in (np.nanmax, np.nanmin, np.nanprod, np.nanvar, np.nanstd):
    add(
        op, samples=[call(normal(2, 3)), *(call(HOLES + 0.1, **axes) for axes in MISSING[:4]), call(GAPS, **MISSING[4])]
    )
add(np.nanvar, np.nanstd, samples=[call(HOLES, ddof=1), call(GAPS, axis=(0, 2), ddof=1)])
add(np.nanprod, samples=[call(zeroed(GAPS.copy(), (0, 0, 0)), axis=-1)])

# joins
add(
    np.append,
    samples=[
        call(normal(3), normal(2)), call(normal(2, 3), normal(2)), call(normal(2, 3), normal(1, 3), axis=0),
        call(normal(2, 3), normal(2, 1), axis=-1), call(normal(3), 1.5), call(normal(2), np.arange(3)),
    ],
)  # fmt: skip
add(np.dstack, samples=[call((normal(3), normal(3))), call((normal(2, 3), normal(2, 3, 2))), call((normal(2, 1),))])
add(
    np.block,
    samples=[
        call([normal(2), normal(3)]), call([[normal(2, 3), normal(2, 1)], [normal(1, 3), normal(1, 1)]]),
        call([[normal(2, 2)], [normal(1, 2)]]), call([[1.5, normal(2)], [normal(3)]]), call(normal(2)),
    ],
)  # fmt: skip
add(
    np.delete,
    samples=[
        call(normal(5), 2), call(normal(5), -1), call(normal(3, 4), 1, axis=0), call(normal(3, 4), 0, axis=-1),
        call(normal(5), np.array([0, 3])), call(normal(3, 4), np.array([1, 1, -1]), axis=1), call(normal(2, 3), 4),
    ],
)  # fmt: skip
add(
    np.insert,
    samples=[
        call(normal(4), 2, 1.5), call(normal(4), 0, 1.5), call(normal(4), 4, 1.5), call(normal(4), -1, 1.5),
        call(normal(3, 2), 1, normal(2), axis=0), call(normal(3, 2), 2, normal(3), axis=1),
        call(normal(3, 2), -1, 0.5, axis=1), call(normal(2, 3), 4, 0.5), call(normal(2, 1, 3), 1, normal(2, 3), axis=1),
    ],
)  # fmt: skip
add(
    np.resize,
    samples=[call(normal(3), new_shape=(2, 4)), call(normal(2, 3), new_shape=4), call(normal(2), new_shape=(5,))],
)
add(np.diagflat, samples=[call(normal(3)), call(normal(2, 2), k=1), call(normal(2), k=-2), call(1.5)])
add(
    np.ediff1d,
    samples=[
        call(normal(4)), call(normal(2, 3)), call(normal(4), 1.5, 2.5), call(normal(3), normal(2)),
        call(normal(3), None, normal(1)),
    ],
)  # fmt: skip
add(
    np.meshgrid,
    samples=[
        call(normal(3), normal(2)), call(normal(3), normal(2), indexing="ij"), call(normal(3), normal(2), sparse=True),
        call(normal(2), normal(3), normal(2)), call(normal(2), normal(1), normal(3), indexing="ij"),
        call(normal(2), normal(3), sparse=True, indexing="ij"), call(1.5, normal(2)),
    ],
)  # fmt: skip
for mode in ("constant", "edge", "reflect", "symmetric", "wrap"):
    add(
        np.pad,
        samples=[
            call(normal(4), pad_width=2, mode=mode), call(normal(3, 4), pad_width=((1, 2), (0, 3)), mode=mode),
            call(normal(2, 3), pad_width=(1, 0), mode=mode), call(normal(3), pad_width=((5, 7),), mode=mode),
        ],
    )  # fmt: skip
for mode in ("linear_ramp", "maximum", "mean", "median", "minimum"):
    add(
        np.pad,
        samples=[
            call(normal(4), pad_width=2, mode=mode), call(normal(3, 4), pad_width=((1, 2), (0, 3)), mode=mode),
            call(normal(1, 3), pad_width=(1, 0), mode=mode),
        ],
    )  # fmt: skip
for mode in ("maximum", "mean", "median"):
    add(np.pad, samples=[call(normal(3, 4), pad_width=1, mode=mode, stat_length=((1, 2), (3, 9)))])
add(np.pad, samples=[call(normal(3, 2), pad_width=2, mode="linear_ramp", end_values=((1.0, 2.0), (0.5, 3.0)))])
for mode in ("reflect", "symmetric"):
    add(
        np.pad,
        samples=[
            call(normal(n), pad_width=((5, 7),), mode=mode, reflect_type="odd") for n in (1, 3)
        ] + [call(normal(3, 4), pad_width=((1, 2), (0, 3)), mode=mode, reflect_type="odd")],
    )  # fmt: skip
add(np.pad, samples=[call(normal(3), pad_width=1), call(normal(2, 2), pad_width=1, constant_values=2.5)])
add(
    runtime.unpadded,
    samples=[call(normal(7), ((1, 2),), mode, only=(0,)) for mode in ("edge", "reflect", "wrap")]
    + [call(normal(5, 6), ((1, 1), (0, 3)), "symmetric", reflect_type=kind, only=(0,)) for kind in ("even", "odd")],
)

# choices
HALF = np.array([True, False, True, True])
add(
    np.compress,
    samples=[call(HALF, normal(4)), call(HALF, normal(4, 2), axis=0), call(HALF[:3], normal(2, 3), axis=-1)],
)
add(np.compress, samples=[call(HALF, normal(2, 3))])
add(np.extract, samples=[call(HALF, normal(4)), call(HALF.reshape(2, 2), normal(2, 2))])
FIRST, SECOND = np.array([True, False, False]), np.array([True, True, False])
add(
    np.select,
    samples=[
        call([FIRST, SECOND], [normal(3), normal(3)]), call([FIRST, SECOND], [normal(3), 0.5], 1.5),
        call((FIRST,), (normal(2, 3),), normal(3)), call([FIRST, SECOND], [normal(1), normal(2, 1)], normal(2, 3)),
    ],
)  # fmt: skip
NUMBERS = np.array([[0, 1, 1], [1, 0, 2]])
add(
    np.choose,
    samples=[
        call(NUMBERS, [normal(2, 3), normal(3), normal(2, 1)]), call(NUMBERS, (normal(3), 0.5, normal(2, 3))),
        call(NUMBERS, normal(3, 2, 3)),
    ],
)  # fmt: skip

# grids
for mode in ("full", "same", "valid"):
    add(
        np.convolve,
        np.correlate,
        samples=[
            call(normal(n), normal(m), mode=mode) for n, m in ((5, 3), (3, 5), (6, 2), (2, 6), (1, 4), (4, 4), (3, 1))
        ],
    )
add(np.convolve, np.correlate, samples=[call(normal(4), normal(2))])
XP = np.array([-1.0, 0.5, 1.0, 3.0])
INSIDE = np.array([-0.5, 0.7, 2.0])
BEYOND = np.array([[-2.0, 0.2], [0.8, 4.0]])
add(
    np.interp,
    samples=[
        call(INSIDE, XP, normal(4)), call(BEYOND, XP, normal(4)), call(0.7, XP, normal(4)),
        call(BEYOND, XP, normal(4), left=0.5, right=-1.0), call(BEYOND, XP, normal(4), left=0.0),
        call(np.array([0.2, 2.4]), np.arange(4), normal(4)),
        call(np.array([0.2]), np.array([1.0]), normal(1), only=(2,)),
        call(BEYOND, XP, normal(4), period=4.5), call(BEYOND, XP, normal(4), period=-2.7, left=3.0),
        call(0.7, np.array([1.0]), normal(1), period=2.0), call(7.7, XP[::-1].copy(), normal(4), period=4.5),
    ],
)  # fmt: skip
add(np.unwrap, samples=[call(3.0 * normal(6)), call(4.0 * normal(2, 5), axis=0), call(normal(5), period=1.0)])
add(
    np.trapezoid,
    samples=[
        call(normal(5)), call(normal(3, 4), axis=0), call(normal(5), XP[[0, 1, 2, 3, 3]] + np.arange(5)),
        call(normal(3, 4), XP), call(normal(4, 3), XP, axis=0), call(normal(2, 4), normal(2, 4)),
        call(normal(5), None, 0.3), call(normal(2, 4), None, 0.3, axis=-2), call(normal(2, 4, 3), XP, axis=1),
        call(normal(1)), call(normal(2, 1), np.array([0.3])),
        call(normal(2, 3), normal(1, 3)), call(normal(1, 3), normal(2, 3)),
    ],
)  # fmt: skip
ONLY = (0,)
add(
    np.gradient,
    samples=[
        call(normal(5), only=ONLY), call(normal(2), only=ONLY), call(normal(5), 0.3, only=ONLY),
        call(normal(4), XP, only=ONLY), call(normal(3, 4), only=ONLY), call(normal(3, 4), axis=0, only=ONLY),
        call(normal(3, 4), 0.5, 2.0, only=ONLY), call(normal(3, 4), np.array([0.0, 1.0, 3.0]), XP, only=ONLY),
        call(normal(3, 4), 0.5, axis=(1, 0), only=ONLY), call(normal(3, 4), XP, axis=-1, only=ONLY),
        call(normal(2, 3, 2), only=ONLY), call(normal(2), np.array([0.0, 0.3]), only=ONLY),
        call(normal(3), edge_order=2, only=ONLY), call(normal(4), XP, edge_order=2, only=ONLY),
        call(normal(3, 5), 0.5, 2.0, edge_order=2, only=ONLY), call(normal(2, 4), XP, axis=1, edge_order=2, only=ONLY),
        call(normal(3, 4), np.array([0.0, 1.0, 3.0]), 0.5, edge_order=2, only=ONLY),
    ],
)  # fmt: skip

# polynomials and products
add(
    np.polyval,
    samples=[
        call(normal(4), normal(3)),
        call(normal(3), 1.5),
        call(normal(1), normal(2)),
        call(normal(3), normal(2, 2)),
    ],
)
add(
    np.polyadd, np.polysub, samples=[call(normal(3), normal(3)), call(normal(4), normal(2)), call(normal(1), normal(3))]
)
add(
    np.vander,
    samples=[call(normal(3)), call(normal(3), N=5), call(normal(4), N=2, increasing=True), call(normal(3), N=1)],
)
add(np.polyder, samples=[call(normal(4)), call(normal(4), m=2), call(normal(3), m=0)])
add(np.polyint, samples=[call(normal(3)), call(normal(2), m=2), call(normal(3), k=1.5)])
add(
    np.geomspace,
    samples=[call(1.0, 9.0, num=4), call(0.5, 0.1), call(-1.0, -4.0, num=3), call(2.0, 3.0, num=4, endpoint=False)],
)
add(
    np.logspace, samples=[call(0.5, 1.5, num=4), call(0.5, 1.5, num=3, base=2.0), call(0.1, 0.2, num=5, endpoint=False)]
)
KRONS = (((2,), (3,)), ((2, 3), (2, 2)), ((2, 3), (2,)), ((2,), (1, 3)), ((), (2, 2)), ((2, 1, 2), (1, 2, 2)))
add(np.kron, samples=[call(np.asarray(normal(*a)), normal(*b)) for a, b in KRONS] + [call(1.5, normal(2))])
CROSSES = (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)), ((4, 1, 3), (2, 3)))
add(np.cross, samples=[call(normal(*a), normal(*b)) for a, b in CROSSES])
add(
    np.cross,
    samples=[
        call(normal(3, 2), normal(3, 2), axis=0), call(normal(3, 2), normal(2, 3), axisa=0, axisb=1, axisc=0),
        call(normal(2, 3), normal(3, 2), axisb=0),
    ],
)  # fmt: skip
add(
    np.cov,
    samples=[
        call(normal(5)), call(normal(3, 5)), call(normal(5, 3), rowvar=False), call(normal(3, 5), bias=True),
        call(normal(2, 5), ddof=0), call(normal(5), normal(5)), call(normal(2, 4), normal(3, 4)),
        call(normal(4, 2), normal(4), rowvar=False, only=(0,)),
    ],
)  # fmt: skip
add(np.corrcoef, samples=[call(normal(3, 5)), call(normal(5), normal(5)), call(normal(5, 2), rowvar=False)])

# counts and parts
add(np.bincount, samples=[call(np.array([0, 2, 2, 1]), normal(4)), call(np.array([0, 3]), normal(2), minlength=6)])
add(np.modf, np.frexp, samples=[call(np.array([1.3, -2.7, 0.4])), call(uniform(1.1, 1.9, 2, 3)), call(1.7)])
WEIGHTS = np.array([0.5, 2.0, 1.5])
add(
    weighted_average,
    samples=[
        call(normal(3), WEIGHTS), call(normal(2, 3), WEIGHTS, axis=1), call(normal(3, 2), WEIGHTS, axis=0),
        call(normal(2, 3), uniform(0.5, 2.0, 2, 3)), call(normal(2, 3), uniform(0.5, 2.0, 2, 3), axis=0, keepdims=True),
        call(normal(2, 3, 2), WEIGHTS, axis=1, keepdims=True),
    ],
)  # fmt: skip
TIES = np.array([True, False, True])
add_samples(
    runtime.halved, samples=[call(normal(3), TIES, only=(0,)), call(normal(2, 3), np.stack([TIES, ~TIES]), only=(0,))]
)
