"""The samples of all rules; a module that gives some is imported here."""

from tests.stdlib import matrix_samples, real_parts_samples  # noqa: F401  they add their own
from tests.stdlib.samples import SAMPLES, Sample

__all__ = ["SAMPLES", "Sample"]
