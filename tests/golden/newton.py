# flags: --mode grad --wrt a --bare
# args: 2.0
# args: 1.0
# input
def root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x
# output
