"""Types of what distributions of `scipy.stats` give."""

from __future__ import annotations

from scipy import stats

from pullback.stdlib import registry
from pullback.transpile.abstract import UNKNOWN, Array, Type, shape_of
from pullback.transpile.infer.elementwise import elementwise
from pullback.transpile.infer.lengths import broadcast_shapes
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import Call, known_shape, shape_function

METHODS = "pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf".split()
DISTRIBUTIONS = [d for d in vars(stats).values() if isinstance(d, stats.rv_continuous | stats.rv_discrete)]
OF_NUMBERS = [getattr(d, name) for d in DISTRIBUTIONS for name in METHODS if hasattr(d, name)]
OF_VECTORS = [stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf]

OF_SHARES = [stats.dirichlet.logpdf, stats.dirichlet.pdf]
OF_COUNTS = [stats.multinomial.logpmf, stats.multinomial.pmf]

shape_function(*OF_NUMBERS)(elementwise)
registry.fresh(*OF_NUMBERS, *OF_VECTORS, *OF_SHARES, *OF_COUNTS, stats.multivariate_normal.entropy)


@shape_function(*OF_VECTORS)
def density_of_vectors(call: Call) -> Type:
    """A number for each row; a number too where there is one row."""
    shape = known_shape(call.array(0, "x"))
    if len(shape) < 2:
        return scalar_of("float64")
    several = shape[0] != 1 if isinstance(shape[0], int) else shape[0].not_one
    return Array("float64", shape[:1]) if len(shape) == 2 and several else UNKNOWN


@shape_function(*OF_SHARES)
def density_of_shares(call: Call) -> Type:
    """A number for each column; a number too where there is one column."""
    shape = known_shape(call.array(0, "x"))
    if len(shape) < 2:
        return scalar_of("float64")
    several = shape[1] != 1 if isinstance(shape[1], int) else shape[1].not_one
    return Array("float64", shape[1:]) if len(shape) == 2 and several else UNKNOWN


@shape_function(*OF_COUNTS)
def probability_of_counts(call: Call) -> Type:
    """A number for each line of counts."""
    x, n, p = call.array(0, "x"), call.type(1, "n"), call.array(2, "p")
    found = broadcast_shapes(known_shape(x)[:-1], shape_of(n) or (), known_shape(p)[:-1])
    return UNKNOWN if found is None else Array("float64", found)


@shape_function(stats.multivariate_normal.entropy)
def entropy(call: Call) -> Type:
    """A number."""
    return scalar_of("float64")
