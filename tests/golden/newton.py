# flags: --mode grad --wrt a --bare
# args: 2.0
# args: 3.0
# input
def root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x
# output
def root_grad(a):
    """Gradient of `root` with respect to a."""
    tape = []
    x = a
    while abs(x * x - a) > 1e-10:
        tape.append(x)
        x = 0.5 * (x + a / x)

    dx, da = 1.0, 0.0
    for x in reversed(tape):
        # x = 0.5 * (x + a / x)
        dx = 0.5 * dx
        d = dx / x
        da += d
        dx -= d * (a / x)
    return da + dx
