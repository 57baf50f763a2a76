"""Fit the rates of a model of two populations, hunters and hunted, to what was counted.

    python fit.py

The loss solves the equations of Lotka and Volterra with scipy.integrate; its gradient, which pullback writes, solves
the adjoint equations. L-BFGS of scipy.optimize takes both from one call.
"""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

import pullback

TIMES = np.linspace(0.5, 8.0, 16)
RATES, START = np.array([1.1, 0.4, 0.1, 0.4]), np.array([8.0, 4.0])


def growth(t, y, rates):
    """How fast the two populations grow."""
    hunted, hunters = y
    born, eaten, fed, died = rates
    return [born * hunted - eaten * hunted * hunters, fed * hunted * hunters - died * hunters]


def simulated(rates, start):
    """The populations at the times when they were counted."""
    return solve_ivp(growth, (0.0, 8.0), start, t_eval=TIMES, args=(rates,), rtol=1e-6, atol=1e-8).y


def loss(log_rates, log_start, counted):
    """How far the model is from what was counted, relative to that; rates and populations are positive."""
    difference = np.log(simulated(np.exp(log_rates), np.exp(log_start))) - np.log(counted)
    return np.mean(difference**2)


value_and_gradient = pullback.value_and_grad(loss, wrt=("log_rates", "log_start"))


def fit(counted, rates, start):
    """The rates, and the populations at first, that fit best, from others on."""

    def both(x):
        value, gradients = value_and_gradient(x[:4], x[4:], counted)
        return value, np.concatenate(gradients)

    found = minimize(both, np.log(np.concatenate((rates, start))), jac=True, method="L-BFGS-B")
    return np.exp(found.x[:4]), np.exp(found.x[4:]), found.fun


def main():
    """Count populations with known rates, one in a hundred wrong, and find the rates again."""
    noise = np.random.default_rng(0).standard_normal((2, len(TIMES)))
    counted = simulated(RATES, START) * np.exp(0.01 * noise)
    rates, start, value = fit(counted, np.array([0.8, 0.3, 0.15, 0.5]), counted[:, 0])
    print(f"rates {np.round(rates, 3)}, start {np.round(start, 2)}, loss {value:.1e}")


if __name__ == "__main__":
    main()
