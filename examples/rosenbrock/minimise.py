"""Minimise Rosenbrock's function in 100 dimensions with scipy.optimize and the derivatives that pullback writes.

    python minimise.py [lbfgs|newton]

L-BFGS takes value and gradient from one call: `fun` returns both where `jac=True`. Newton-CG takes products of the
Hessian with vectors as well; the Hessian itself is never made. A gradient is a float64 array of the shape of `x`,
contiguous and of its own memory, so that SciPy can use it as it is.
"""

import sys

import numpy as np
from scipy.optimize import minimize

import pullback


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


value_and_gradient = pullback.value_and_grad(rosenbrock)
gradient = pullback.grad(rosenbrock)
hessian_times = pullback.hvp(rosenbrock)


def lbfgs(start):
    """The minimum that L-BFGS finds."""
    return minimize(value_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": 2000})


def newton(start):
    """The minimum that Newton's method finds, each step by conjugate gradients."""

    def product(x, v):
        return hessian_times((x,), v)

    return minimize(rosenbrock, start, jac=gradient, hessp=product, method="Newton-CG", options={"xtol": 1e-8})


METHODS = {"lbfgs": lbfgs, "newton": newton}


def main():
    """Minimise from a point that is far away, and say how that went."""
    start = np.tile([-1.2, 1.0], 50)
    found = METHODS[sys.argv[1] if len(sys.argv) > 1 else "lbfgs"](start)
    print(f"{found.nit} steps, value {found.fun:.1e}, distance {np.max(np.abs(found.x - 1.0)):.1e}")


if __name__ == "__main__":
    main()
