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
