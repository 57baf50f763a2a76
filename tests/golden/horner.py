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
