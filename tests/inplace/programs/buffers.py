"""Buffers that a function makes and fills, of floats and of integers."""

import numpy as np

from tests.inplace.cases import mixed, positive, refused, right, single


@right(mixed(5), 0.7)
def zeros_filled_in_a_loop(x, a):
    y = np.zeros(5)
    for i in range(5):
        y[i] = a * x[i] * x[i]
    return y * y


@right(mixed(5), 0.7)
@right(single(mixed(5)), 0.7)
def empty_like_filled_in_a_loop(x, a):
    y = np.empty_like(x)
    for i in range(x.shape[0]):
        y[i] = np.sin(a * x[i])
    return np.sum(y) * y


@right(mixed(3, 4))
def empty_matrix_filled_in_two_loops(a):
    n, m = a.shape
    y = np.empty((m, n))
    for i in range(n):
        for j in range(m):
            y[j, i] = a[i, j] * a[i, j]
    return y * np.arange(12.0).reshape(4, 3)


@right(mixed(5), 0.7)
def recurrence(x, a):
    y = np.zeros(5)
    y[0] = x[0]
    for i in range(1, 5):
        y[i] = a * y[i - 1] + np.sin(x[i]) * y[i - 1] ** 2
    return y[-1]


@right(mixed(5), 0.7)
def recurrence_of_two_terms_in_place(x, a):
    for i in range(2, len(x)):
        x[i] += a * x[i - 1] * x[i - 2]
    return np.sum(x * x)


@right(0.3, 0.7, 6)
@right(0.3, 0.7, 1)
@right(np.float32(0.3), 0.7, 6)
def trajectory(x, r, n):
    xs = np.zeros(n)
    xs[0] = x
    for t in range(1, n):
        xs[t] = 3.1 * r * xs[t - 1] * (1.0 - xs[t - 1])
    return np.mean(xs**2)


@right(mixed(3), 0.1, 4)
@right(mixed(3), 0.1, 0)
def states_of_a_simulation(u, dt, n):
    out = np.empty((n + 1, 3))
    out[0] = u
    for t in range(n):
        out[t + 1] = out[t] + dt * np.sin(out[t]) * out[t, ::-1]
    return out


@right(mixed(4))
def ones_and_full(x):
    p = np.ones(4)
    q = np.full(4, 0.5)
    r = np.ones_like(x)
    for i in range(4):
        p[i] *= x[i]
        q[i] -= x[3 - i] * p[i]
        r[i] += q[i] ** 2
    return p * q * r


@right(mixed(4), 3.5)
def full_of_a_variable(x, a):
    y = np.full(4, a)
    z = np.full_like(x, a)
    y[1] = x[0]
    z[2:] *= x[:2]
    return y * z


@right(mixed(4))
def integers_truncate(x):
    k = np.zeros(4, dtype=int)
    for i in range(4):
        k[i] = x[i] * 3.7
    return np.sum(k) * x


@right(mixed(4))
def integers_of_arange_truncate(x):
    k = np.arange(4)
    k[1] = x[1] * 10.0
    k[2:] = x[2:] * 5.0
    return k * x


@right(mixed(4), np.array([1, 2, 3, 4]))
def integer_argument_truncates(x, k):
    k[0] = x[0] * 3.3
    k[1:] = 2.0 * x[:3]
    k[2] += 5
    return k * x


@right(mixed(4))
def single_buffer_of_doubles(x):
    y = np.zeros(4, dtype=np.float32)
    y[:] = x * x
    y[0] += x[1]
    return np.sum(y)


@right(single(mixed(4)))
def double_buffer_of_singles(x):
    y = np.zeros(4)
    y[:] = x * x
    y[1:] *= x[1:]
    return y * y


@right(mixed(4))
def bools_swallow(x):
    m = np.zeros(4, dtype=bool)
    m[0] = x[0] > 0.0
    m[1] = x[1]
    return np.where(m, x, x * x)


@right(mixed(4))
def one_buffer_collected_by_copies(x):
    y = np.zeros(4)
    kept = []
    for i in range(3):
        y[i] = x[i] * x[i]
        kept.append(y.copy())
    return kept[0] * kept[1] + kept[2]


@refused(mixed(4), text="it may hold the array that is written on line", marked="kept")
def one_buffer_collected_as_itself(x):
    y = np.zeros(4)
    kept = []
    for i in range(3):
        y[i] = x[i] * x[i]
        kept.append(y)
    y[3] = x[3]
    return kept[0] * kept[1] + kept[2]


@right(mixed(4, 3))
def scratch_row_reused(a):
    row = np.zeros(3)
    total = np.zeros(3)
    for i in range(4):
        row[:] = a[i]
        row *= row[0]
        total += np.sin(row)
    return total * row


@right(mixed(6))
def prefix_sums(x):
    for i in range(1, 6):
        x[i] += x[i - 1]
    return x * x


@right(mixed(6))
def prefix_products_backwards(x):
    for i in range(4, -1, -1):
        x[i] *= x[i + 1]
    return np.sum(x * x)


@right(mixed(6))
def running_maximum(x):
    m = np.empty(6)
    m[0] = x[0]
    for i in range(1, 6):
        m[i] = max(m[i - 1], x[i])
    return m * x


@right(mixed(6))
def running_maximum_in_place(x):
    for i in range(1, 6):
        if x[i - 1] > x[i]:
            x[i] = x[i - 1]
    return x * np.arange(6.0)


@right(positive(4), 0.6)
def horner_into_a_buffer(c, t):
    b = np.zeros(4)
    b[-1] = c[-1]
    for k in range(2, -1, -1):
        b[k] = c[k] + t * b[k + 1]
    return b[0] * b[1]


@right(mixed(3), mixed(4, seed=1))
def convolution_by_elements(k, x):
    y = np.zeros(6)
    for i in range(3):
        for j in range(4):
            y[i + j] += k[i] * x[j]
    return y * y


@right(mixed(3), mixed(5, seed=1))
def convolution_by_slices(k, x):
    y = np.zeros(7)
    for i in range(3):
        y[i : i + 5] += k[i] * x
    return y * np.sin(y)


@right(mixed(4), 3)
@right(mixed(4), 0)
def stack_machine(x, n):
    stack = np.zeros(8)
    top = 0
    for i in range(4):
        stack[top] = x[i]
        top += 1
    for _ in range(n):
        top -= 1
        stack[top - 1] = np.sin(stack[top - 1]) * stack[top]
    return stack[0] * stack[1]


@right(mixed(5))
def ring_buffer(x):
    ring = np.zeros(3)
    s = 0.0
    for t in range(10):
        ring[t % 3] = x[t % 5] + 0.5 * ring[(t - 1) % 3]
        s += ring[t % 3] * ring[(t + 1) % 3]
    return s


@right(mixed(3, 4), mixed(4, 2, seed=1))
def matrix_product_by_elements(a, b):
    c = np.zeros((3, 2))
    for i in range(3):
        for j in range(2):
            for k in range(4):
                c[i, j] += a[i, k] * b[k, j]
    return c * c


@right(mixed(4))
def buffer_in_the_shape_of_another(x):
    y = np.zeros(x.shape)
    z = np.zeros((len(x), 2), dtype=x.dtype)
    y[1:] = x[:-1] * x[1:]
    z[:, 0] = y
    z[:, 1] = y * x
    return z


@right(mixed(4))
def matrix_of_eye(x):
    a = np.eye(4)
    a[0] = x
    for i in range(1, 4):
        a[i, i - 1] = x[i] * a[i - 1, i - 1]
    return a @ x


@right(mixed(6), 0.4)
def buffer_that_is_never_read(x, a):
    y = np.zeros(6)
    y[1:] = x[1:] * a
    return x * a


@right(mixed(4))
def buffer_unread_by_the_derivative(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i]
    return y.shape[0] * np.sum(x)


@right(positive(5))
def window_of_a_history(x):
    h = np.zeros(3)
    for i in range(5):
        h[:-1] = h[1:]
        h[-1] = x[i] * (1.0 + h[0])
    return h * h


@right(positive(5))
def window_of_a_history_by_roll(x):
    h = np.zeros(3)
    for i in range(5):
        h = np.roll(h, -1)
        h[-1] = x[i] * (1.0 + h[0])
    return h * h
