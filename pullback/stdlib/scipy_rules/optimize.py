"""What there is instead of the functions of `scipy.optimize` that have no derivative here.

Roots and fixed points have one, by the implicit function theorem: the transpiler knows them itself.
"""

from __future__ import annotations

from scipy import optimize

from pullback.stdlib.registry import refused

refused(
    optimize.minimize, optimize.minimize_scalar, optimize.fmin, optimize.fmin_bfgs, optimize.fmin_cg,
    optimize.fmin_l_bfgs_b, optimize.fmin_ncg, optimize.fmin_powell, optimize.fmin_tnc, optimize.fminbound,
    optimize.brent, optimize.golden, optimize.least_squares, optimize.leastsq, optimize.curve_fit,
    way_round="Define a function that returns the gradient, by pullback.grad, and find its root.",
    computed=False,
)  # fmt: skip
refused(
    optimize.broyden1, optimize.broyden2, optimize.anderson, optimize.newton_krylov, optimize.linearmixing,
    optimize.excitingmixing, optimize.diagbroyden,
    way_round="Use scipy.optimize.root.", computed=False,
)  # fmt: skip
