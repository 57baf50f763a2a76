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
    if n == 0:
        return 1.0, (0.0, None, 0.0, None)

    if n % 2 == 1:
        t, tape = power_forward(x, n - 1)
        return x * t, (t, tape, 0.0, None)

    half, tape = power_forward(x, n // 2)
    return half * half, (0.0, None, half, tape)


def power_pullback(x, n, tape, dout):
    t, tape, half, tape2 = tape

    if n == 0:
        return 0.0

    if n % 2 == 1:
        # return x * power(x, n - 1)
        return dout * t + power_pullback(x, n - 1, tape, dout * x)

    # return half * half
    dhalf = dout * half
    dhalf += dhalf
    # half = power(x, n // 2)
    return power_pullback(x, n // 2, tape2, dhalf)


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
