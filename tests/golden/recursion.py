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
