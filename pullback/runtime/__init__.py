"""The few helpers that emitted code calls. Each stands alone, so that its source can be copied into a file."""

from pullback.runtime.factors import require_real, through_cholesky
from pullback.runtime.finite import require_finite
from pullback.runtime.gamma import gammainc_in_a, slope_by_fraction, slope_by_series
from pullback.runtime.hooks import alike, misfit, pass_through, read_only
from pullback.runtime.indexing import (
    last_written,
    place_diagonal,
    read_written,
    scatter_add,
    scatter_add_along,
    scatter_along,
)
from pullback.runtime.objects import record, require_distinct
from pullback.runtime.odes import adjoint_along, at_ends, floats_in, odeint_adjoint, solve_adjoint, still, with_floats
from pullback.runtime.order import order, place_to_insert, places_below, places_in_order
from pullback.runtime.padding import border_places, border_widths, odd_shares, unpadded
from pullback.runtime.products import carried_back, cofactors, fraction, of_running_products, product_of_others
from pullback.runtime.raising import error_called
from pullback.runtime.roots import root_of
from pullback.runtime.rules import require_cotangents
from pullback.runtime.samples import simpson_weights
from pullback.runtime.separate import arrays_in, require_apart, require_contiguous, require_separate
from pullback.runtime.shapes import at_least_one, fitted, halved, require_scalar, resized, unbroadcast
from pullback.runtime.trees import add_at, add_trees, match_kinds, to_fill, zeros_of, zeros_to_fill

__all__ = [
    "add_at",
    "add_trees",
    "adjoint_along",
    "alike",
    "arrays_in",
    "at_ends",
    "at_least_one",
    "border_places",
    "border_widths",
    "carried_back",
    "cofactors",
    "error_called",
    "fitted",
    "floats_in",
    "fraction",
    "gammainc_in_a",
    "halved",
    "last_written",
    "match_kinds",
    "misfit",
    "odd_shares",
    "odeint_adjoint",
    "of_running_products",
    "order",
    "pass_through",
    "place_diagonal",
    "place_to_insert",
    "places_below",
    "places_in_order",
    "product_of_others",
    "read_only",
    "read_written",
    "record",
    "require_apart",
    "require_contiguous",
    "require_cotangents",
    "require_distinct",
    "require_finite",
    "require_real",
    "require_scalar",
    "require_separate",
    "resized",
    "root_of",
    "scatter_add",
    "scatter_add_along",
    "scatter_along",
    "simpson_weights",
    "slope_by_fraction",
    "slope_by_series",
    "solve_adjoint",
    "still",
    "through_cholesky",
    "to_fill",
    "unbroadcast",
    "unpadded",
    "with_floats",
    "zeros_of",
    "zeros_to_fill",
]
