# flags: --mode grad --wrt coefficients,x
# args: [1.0, -0.5, 0.25, 2.0], 0.7
# args: [3.0], 0.7
# input
def polynomial(coefficients, x):
    total = 0.0
    for c in reversed(coefficients):
        total = total * x + c
    return total
# output
def polynomial_grad(coefficients, x):
    """Gradient of `polynomial` with respect to (coefficients, x)."""
    tape = []
    total = 0.0
    for c in reversed(coefficients):
        tape.append(total)
        total = total * x + c

    dcoefficients = []
    dtotal, dx = 1.0, 0.0
    for total in reversed(tape):
        dcoefficients.append(dtotal)
        # total = total * x + c
        dx += dtotal * total
        dtotal *= x
    return dcoefficients, dx
