# flags: --mode grad --wrt a --bare --backend jax
# args: 2.0
# input
def root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x
# output
from pullback.runtime.jax import kept_while, walk_back


def root_grad(a):
    """Gradient of `root` with respect to a."""

    def step(x):
        x2 = 0.5 * (x + a / x)
        return x2, x

    def test(x):
        return abs(x * x - a) > 1e-10

    x, tape = kept_while(test, step, a)

    def adjoint(carry, x, k):
        dx, da = carry
        # x = 0.5 * (x + a / x)
        dx = 0.5 * dx
        d = dx / x
        da += d
        dx -= d * (a / x)
        return dx, da

    dx, da = walk_back(step, tape, adjoint, (1.0, 0.0))
    return da + dx
