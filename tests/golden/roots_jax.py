# flags: --mode grad --wrt a --bare --backend jax
# args: np.array([1.5, 2.0, 3.0])
# input
import numpy as np


def root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def roots(a):
    total = 0.0
    for k in range(len(a)):
        total = total + root(a[k]) * a[k]
    return total
# output
import jax.numpy as jnp
from jax import lax

from pullback.runtime.jax import kept_while, walk_back


def root_step(x, a):
    x2 = 0.5 * (x + a / x)
    return x2, x


def root_forward(a):
    def test(x):
        return abs(x * x - a) > 1e-10

    x, tape = kept_while(test, root_step, a, a)
    return x, tape


def root_pullback(a, tape, dout):
    def adjoint(carry, x, k):
        dx, da = carry
        # x = 0.5 * (x + a / x)
        dx = 0.5 * dx
        d = dx / x
        da += d
        dx -= d * (a / x)
        return dx, da

    dx, da = walk_back(root_step, tape, adjoint, (dout, 0.0))
    return da + dx


def roots_grad(a):
    """Gradient of `roots` with respect to a."""

    def step(_, k):
        t, tape = root_forward(a[k])
        return None, (t, tape)

    _, tape = lax.scan(step, None, jnp.arange(len(a)))

    def step(da, xs):
        k, (d, tape) = xs
        t = a[k]
        # total = total + root(a[k]) * a[k]
        da = da.at[k].add(d + root_pullback(t, tape, t))
        return da, None

    da, _ = lax.scan(step, jnp.zeros_like(a), (jnp.arange(len(a)), tape), reverse=True)
    return da
