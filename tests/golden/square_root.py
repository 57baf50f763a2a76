# flags: --mode grad --wrt a --bare
# args: 2.0
# args: 3.0
# input
def square_root(a):
    x = 1.0
    while True:
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-10:
            break
    return x
# output
def square_root_grad(a):
    """Gradient of `square_root` with respect to a."""
    tape = []
    x = 1.0
    while True:
        tape.append(x)
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-10:
            break

    dx, da = 1.0, 0.0
    for x in reversed(tape):
        t = 2.0 * x
        step = (x * x - a) / t
        # x = x - step
        dstep = -dx
        # step = (x * x - a) / (2.0 * x)
        d = dstep / t
        da -= d
        d2 = d * x
        dx = dx - 2.0 * (d * step) + d2 + d2
    return da
