# flags: --mode grad --wrt x --bare
# args: 1.3, 5
# args: 1.3, 0
# input
def power(x, n):
    if n == 0:
        return 1.0
    if n % 2 == 1:
        return x * power(x, n - 1)
    half = power(x, n // 2)
    return half * half
# output
def power_forward(x, n):
    t = n == 0
    if t:
        return 1.0, (t, None, 0.0, None, 0.0, None, None)

    t2 = n % 2 == 1
    if t2:
        t3, tape = power_forward(x, n - 1)
        return x * t3, (t, t2, t3, tape, 0.0, None, None)

    half, tape = power_forward(x, n // 2)
    return half * half, (t, t2, 0.0, None, half, n // 2, tape)


def power_pullback(x, n, tape, dout):
    t, t2, t3, tape, half, i, tape2 = tape

    if t:
        return 0.0

    if t2:
        # return x * power(x, n - 1)
        return dout * t3 + power_pullback(x, n - 1, tape, dout * x)

    # return half * half
    dhalf = dout * half
    dhalf += dhalf
    # half = power(x, n // 2)
    return power_pullback(x, i, tape2, dhalf)


def power_grad(x, n):
    """Gradient of `power` with respect to x."""
    if n == 0:
        return 0.0

    if n % 2 == 1:
        t, tape = power_forward(x, n - 1)

        # return x * power(x, n - 1)
        return t + power_pullback(x, n - 1, tape, x)

    half, tape = power_forward(x, n // 2)

    # return half * half
    dhalf = 2.0 * half
    # half = power(x, n // 2)
    return power_pullback(x, n // 2, tape, dhalf)
