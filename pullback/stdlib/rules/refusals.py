"""Functions of NumPy that are computed, and whose derivative nobody has written: each with what there is instead."""

from __future__ import annotations

import numpy as np

from pullback.stdlib.registry import refused

refused(
    np.unique, np.unique_all, np.unique_counts, np.unique_inverse, np.unique_values, np.union1d, np.intersect1d,
    np.setdiff1d, np.setxor1d,
    way_round="Sort with np.sort and choose with np.where; pullback.stop_gradient makes it a constant.",
)  # fmt: skip
refused(
    np.histogram, np.histogram2d, np.histogramdd, np.histogram_bin_edges,
    way_round="Counts do not change: take pullback.stop_gradient of what is counted. For weights use np.bincount.",
)  # fmt: skip
refused(np.sort_complex, way_round="Choose an order that is written out: z[np.lexsort((z.imag, z.real))].")
refused(np.trim_zeros, way_round="Cut it with a slice.")
refused(np.i0, np.kaiser, way_round="Use scipy.special.i0.")
refused(np.polymul, way_round="Use np.convolve: np.polymul drops leading zeros.")
refused(np.polydiv, way_round="Write the division out: np.polydiv drops leading zeros.")
refused(np.poly, way_round="Multiply the factors with np.convolve.")
refused(np.roots, way_round="Find the root by Newton's method, in a loop.")
refused(np.polyfit, way_round="Solve for the coefficients: np.linalg.solve(v.T @ v, v.T @ y) with v = np.vander(x, n).")
refused(np.packbits, np.unpackbits, way_round="They are for integers: take pullback.stop_gradient.")
refused(np.asarray_chkfinite, way_round="Use np.asarray, and check_finite=True for the check.")
refused(
    np.apply_along_axis, np.apply_over_axes, np.vectorize, np.frompyfunc,
    way_round="Call the function on whole arrays, or on each row in a loop, and np.stack the results.", computed=False,
)  # fmt: skip
refused(np.piecewise, way_round="Use np.select, or np.where for each piece.", computed=False)
refused(np.require, way_round="Use np.asarray.", computed=False)
