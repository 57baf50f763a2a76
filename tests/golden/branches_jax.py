# flags: --mode grad --wrt x,y --backend jax
# args: 0.5, -0.3
# input
from math import cos, exp, sin


def f(x, y):
    if x > 1.0:
        z = x * y
        if z > 4.0:
            return exp(-z)
        w = sin(z)
    elif x > 0.0:
        w = x / (1.0 + y * y)
    else:
        w = cos(x) - y
    return w * (y if y > 0.0 else 2.0 * x)
# output
import jax.numpy as jnp
from jax import lax


def f_grad(x, y):
    """Gradient of `f` with respect to (x, y)."""

    def then():
        z = x * y

        def then():
            # return exp(-z)
            dz = -jnp.exp(-z)
            return dz, 0.0, 0.0

        def orelse():
            w = jnp.sin(z)
            t = y > 0.0

            def then():
                return y

            def orelse():
                return 2.0 * x

            t2 = lax.cond(t, then, orelse)

            def then():
                # return w * (y if y > 0.0 else 2.0 * x)
                return w, 0.0

            def orelse():
                # return w * (y if y > 0.0 else 2.0 * x)
                dx = 2.0 * w
                return 0.0, dx

            # return w * (y if y > 0.0 else 2.0 * x)
            dy, dx = lax.cond(t, then, orelse)
            # w = sin(z)
            dz = t2 * jnp.cos(z)
            return dz, dy, dx

        dz, dy, dx = lax.cond(z > 4.0, then, orelse)
        # z = x * y
        dx += dz * y
        dy += dz * x
        return dx, dy

    def orelse():
        t = x > 0.0

        def then():
            w = x / (1.0 + y * y)
            return w

        def orelse():
            w = jnp.cos(x) - y
            return w

        w = lax.cond(t, then, orelse)
        t2 = y > 0.0

        def then():
            return y

        def orelse():
            return 2.0 * x

        t3 = lax.cond(t2, then, orelse)

        def then():
            # return w * (y if y > 0.0 else 2.0 * x)
            return w, 0.0

        def orelse():
            # return w * (y if y > 0.0 else 2.0 * x)
            dx = 2.0 * w
            return 0.0, dx

        # return w * (y if y > 0.0 else 2.0 * x)
        dy, dx = lax.cond(t2, then, orelse)

        def then():
            t = 1.0 + y * y
            w = x / t
            # w = x / (1.0 + y * y)
            d = t3 / t
            dx2 = dx + d
            d = d * w * y
            dy2 = dy - d - d
            return dy2, dx2

        def orelse():
            # w = cos(x) - y
            dy2 = dy - t3
            dx2 = dx - t3 * jnp.sin(x)
            return dy2, dx2

        dy2, dx2 = lax.cond(t, then, orelse)
        return dx2, dy2

    dx, dy = lax.cond(x > 1.0, then, orelse)
    return dx, dy
