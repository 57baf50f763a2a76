"""The tables of derivative rules, registered by importing this package."""

from pullback.stdlib.rules import (
    arithmetic,
    building,
    complex_numbers,
    constants,
    contraction,
    decompositions,
    forward,
    indexing,
    linear_algebra,
    random,
    matrices,
    norms,
    reductions,
    scalar_math,
    shapes,
    ufuncs,
)

__all__ = [
    "arithmetic",
    "building",
    "complex_numbers",
    "constants",
    "contraction",
    "decompositions",
    "forward",
    "indexing",
    "linear_algebra",
    "random",
    "matrices",
    "norms",
    "reductions",
    "scalar_math",
    "shapes",
    "ufuncs",
]
