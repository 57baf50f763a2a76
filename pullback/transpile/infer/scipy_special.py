"""Types of what `scipy.special` gives, of functions that are no ufuncs."""

from __future__ import annotations

from scipy import special

from pullback.stdlib import registry
from pullback.transpile.abstract import Array, Type
from pullback.transpile.infer.elementwise import elementwise, of_elements
from pullback.transpile.infer.reduce import reduced_dtype, reduction
from pullback.transpile.infer.table import Call, shape_function, type_of

ELEMENTWISE = [
    *(special.polygamma, special.zeta, special.spherical_jn, special.spherical_yn, special.spherical_in),
    special.spherical_kn,
]
if hasattr(special, "softplus"):  # SciPy 1.17
    ELEMENTWISE.append(special.softplus)
shape_function(special.logsumexp)(reduction)
shape_function(*ELEMENTWISE)(elementwise)
registry.fresh(*ELEMENTWISE, special.logsumexp, special.softmax, special.log_softmax, special.multigammaln)


@shape_function(special.multigammaln)
def of_matrices(call: Call) -> Type:
    """An element for each, whatever the number of dimensions."""
    return of_elements(special.gammaln, (type_of(call.args[0]),))


@shape_function(special.softmax, special.log_softmax)
def normalised(call: Call) -> Type:
    """The same shape."""
    a = call.array(0, "x")
    return Array(reduced_dtype(call, a), a.shape)
