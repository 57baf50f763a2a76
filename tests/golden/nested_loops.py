# flags: --mode grad --wrt x --bare
# args: 0.9, 3, 4
# args: 0.9, 0, 4
# input
def f(x, n, m):
    s = 0.0
    for i in range(n):
        p = 1.0
        for j in range(i, m):
            p = p * x / (1.0 + j)
        s = s + p * x
    return s
# output
def f_grad(x, n, m):
    """Gradient of `f` with respect to x."""
    tape = []
    for i in range(n):
        tape2 = []
        p = 1.0
        for j in range(i, m):
            tape2.append(p)
            p = p * x / (1.0 + j)
        tape.append((p, tape2))

    dx = 0.0
    for i in reversed(range(n)):
        p, tape2 = tape.pop()
        # s = s + p * x
        dx += p
        dp = x
        for j in reversed(range(i, m)):
            p = tape2.pop()
            # p = p * x / (1.0 + j)
            d = dp / (1.0 + j)
            dp = d * x
            dx += d * p
    return dx
