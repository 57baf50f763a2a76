# flags: --mode grad --wrt xs --bare
# args: n(5)
# args: n(1)
# input
def ternary_loop(xs):
    best = xs[0]
    total = 0.0
    for x in xs:
        best = x if x > best else best
        total = total + (x * x if x < 0.0 else -x)
    return best * total
# output
import numpy as np


def ternary_loop_grad(xs):
    """Gradient of `ternary_loop` with respect to xs."""
    best = xs[0]
    tape = []
    total = 0.0
    for x in xs:
        t = x > best
        best = x if t else best
        t2 = x < 0.0
        tape.append((t, t2))
        total = total + (x * x if t2 else -x)

    dbest, dxs = total, np.zeros_like(xs)
    for i in reversed(range(len(xs))):
        x = xs[i]
        t, t2 = tape.pop()
        # total = total + (x * x if x < 0.0 else -x)
        if t2:
            dx = best * x
            dx += dx
        else:
            dx = -best
        # best = x if x > best else best
        if t:
            dx += dbest
            dbest = 0.0
        dxs[i] += dx
    # best = xs[0]
    dxs[0] += dbest
    return dxs
