"""Derivative rules of SciPy, which pullback does without: those of a subpackage are registered where it is imported."""

from pullback.stdlib.registry import when_imported

SUBPACKAGES = ("special",)

for name in SUBPACKAGES:
    when_imported(f"scipy.{name}", f"{__name__}.{name}")
