"""Derivative rules of SciPy, which pullback does without: those of a subpackage are registered where it is imported."""

from pullback.stdlib.registry import when_imported

MODULES = {
    "integrate": ("integrate",),
    "linalg": ("equations", "factors", "made_matrices", "matrix_functions", "linalg"),
    "optimize": ("optimize",),
    "signal": ("signal",),
    "special": (
        "bessel",
        "error_functions",
        "gamma_functions",
        "hypergeometric",
        "information",
        "integrals",
        "logistic",
        "other_special",
    ),
    "stats": ("discrete", "simplex", "distributions", "other_distributions"),
}
"""The tables of rules for each subpackage, and last what refuses the rest of it."""

for subpackage, tables in MODULES.items():
    when_imported(f"scipy.{subpackage}", *(f"{__name__}.{table}" for table in tables))
