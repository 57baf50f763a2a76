"""Types of what distributions of `scipy.stats` give."""

from __future__ import annotations

from scipy import stats

from pullback.stdlib import registry
from pullback.transpile.abstract import UNKNOWN, Array, Type
from pullback.transpile.infer.elementwise import elementwise
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import Call, known_shape, shape_function

METHODS = "pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf".split()
DISTRIBUTIONS = [d for d in vars(stats).values() if isinstance(d, stats.rv_continuous | stats.rv_discrete)]
OF_NUMBERS = [getattr(d, name) for d in DISTRIBUTIONS for name in METHODS if hasattr(d, name)]
OF_VECTORS = [stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf]

shape_function(*OF_NUMBERS)(elementwise)
registry.fresh(*OF_NUMBERS, *OF_VECTORS)


@shape_function(*OF_VECTORS)
def density_of_vectors(call: Call) -> Type:
    """A number for each row; a number too where there is one row."""
    shape = known_shape(call.array(0, "x"))
    if len(shape) < 2:
        return scalar_of("float64")
    several = shape[0] != 1 if isinstance(shape[0], int) else shape[0].not_one
    return Array("float64", shape[:1]) if len(shape) == 2 and several else UNKNOWN
