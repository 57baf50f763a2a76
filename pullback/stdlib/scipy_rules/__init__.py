"""Derivative rules of SciPy, which pullback does without: those of a subpackage are registered where it is imported."""

from pullback.stdlib.registry import when_imported

MODULES = {
    "special": (
        "bessel",
        "error_functions",
        "gamma_functions",
        "hypergeometric",
        "information",
        "integrals",
        "logistic",
    ),
}
"""The tables of rules for each subpackage."""

for subpackage, tables in MODULES.items():
    when_imported(f"scipy.{subpackage}", *(f"{__name__}.{table}" for table in tables))
