"""The samples of all rules; a module that gives some is imported here."""

from tests.stdlib import (  # noqa: F401  they add their own
    argument_samples,
    integral_samples,
    matrix_samples,
    nn_samples,
    numpy_samples,
    real_parts_samples,
    scipy_matrix_samples,
    scipy_samples,
)
from tests.stdlib.samples import SAMPLES, Sample

__all__ = ["SAMPLES", "Sample"]
