"""Algorithms as scientists write them."""

import numpy as np

from tests.inplace.cases import mixed, positive, right, single

RNG = np.random.default_rng(5)
SQUARE = RNG.standard_normal((4, 4)) + 4.0 * np.eye(4)
DEFINITE = SQUARE @ SQUARE.T


@right(mixed(8), 0.1, 4)
@right(single(mixed(8)), 0.1, 4)
@right(mixed(8), 0.1, 0)
def heat(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


@right(mixed(8), 0.1, 3)
def heat_of_a_new_array(u, alpha, steps):
    for _ in range(steps):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] = u[1:-1] + alpha * lap
        u[0] = u[1]
        u[-1] = u[-2]
    return np.sum(u * u)


@right(mixed(5, 5), 2)
@right(single(mixed(5, 5)), 2)
def seidel(a, sweeps):
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return (a * a).sum()


@right(positive(6) * 0.5, 0.4, 0.3, 4)
def fish(stock, growth, quota, years):
    total = 0.0
    for _ in range(years):
        harvest = quota * stock[:-1]
        total += np.sum(np.sqrt(harvest))
        stock[:-1] += growth * stock[:-1] * (1.0 - stock[:-1]) - harvest
        stock[1:] += 0.1 * harvest
    return total


@right(DEFINITE)
def log_det(a):
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - a[j, :j] @ a[j, :j])
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - a[i, :j] @ a[j, :j]) / a[j, j]
    return 2.0 * np.sum(np.log(np.diagonal(a)))


@right(DEFINITE)
def cholesky_by_elements(a):
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]
        for k in range(i):
            a[i, i] -= a[i, k] * a[i, k]
        a[i, i] = np.sqrt(a[i, i])
    return np.tril(a)


@right(SQUARE)
@right(single(SQUARE))
def lu(a):
    n = a.shape[0]
    for k in range(n):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a * a


@right(SQUARE)
def lu_by_elements(a):
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return a * a


@right(SQUARE, mixed(4))
def gaussian_elimination(a, b):
    n = b.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


@right(SQUARE[[1, 3, 0, 2]], mixed(4))
def gaussian_elimination_with_pivots(a, b):
    n = b.shape[0]
    for k in range(n - 1):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    for i in range(n - 1, -1, -1):
        b[i] = (b[i] - a[i, i + 1 :] @ b[i + 1 :]) / a[i, i]
    return b


@right(SQUARE)
def gauss_jordan_inverse(a):
    n = a.shape[0]
    inverse = np.eye(n)
    for k in range(n):
        p = a[k, k]
        a[k] /= p
        inverse[k] /= p
        for i in range(n):
            if i != k:
                f = a[i, k]
                a[i] -= f * a[k]
                inverse[i] -= f * inverse[k]
    return inverse


@right(positive(5) * 0.2, positive(5) + 2.0, positive(5, seed=1) * 0.2, mixed(5))
def thomas(a, b, c, d):
    n = d.shape[0]
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[-1] /= b[-1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    return d


@right(mixed(4, 3))
def gram_schmidt(a):
    n = a.shape[1]
    for k in range(n):
        for j in range(k):
            a[:, k] -= (a[:, j] @ a[:, k]) * a[:, j]
        a[:, k] /= np.sqrt(a[:, k] @ a[:, k])
    return a * np.arange(12.0).reshape(4, 3)


@right(mixed(3, 3))
def givens_rotation(a):
    r = np.hypot(a[0, 0], a[1, 0])
    c, s = a[0, 0] / r, a[1, 0] / r
    top = c * a[0] + s * a[1]
    a[1] = -s * a[0] + c * a[1]
    a[0] = top
    return a * a


@right(mixed(4, 3), mixed(4, seed=1))
def householder_in_place(a, b):
    for k in range(3):
        v = a[k:, k].copy()
        v[0] += np.sign(v[0]) * np.sqrt(v @ v)
        v /= np.sqrt(v @ v)
        a[k:] -= 2.0 * np.outer(v, v @ a[k:])
        b[k:] -= 2.0 * v * (v @ b[k:])
    return np.triu(a) * b[0] + b[1]


@right(positive(4, 4) * 3.0)
def floyd(d):
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    return d * d


@right(positive(4, 4) * 3.0)
def floyd_by_rows(d):
    for k in range(d.shape[0]):
        d[:] = np.minimum(d, d[:, k][:, None] + d[k])
    return d * d


@right(mixed(4), mixed(3, seed=1))
def dynamic_time_warping(x, y):
    n, m = len(x), len(y)
    d = np.full((n + 1, m + 1), 1e3)
    d[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            d[i, j] = cost + min(d[i - 1, j], d[i, j - 1], d[i - 1, j - 1])
    return d[n, m]


@right(positive(3), np.array([2, 1, 3]), 6)
def knapsack(values, weights, capacity):
    best = np.zeros(capacity + 1)
    for k in range(3):
        for c in range(capacity, weights[k] - 1, -1):
            best[c] = max(best[c], best[c - weights[k]] + values[k])
    return best[capacity] * best[2]


@right(positive(3), positive(3, 3), positive(4, 3))
def forward_algorithm(start, transition, emission):
    alpha = np.zeros((4, 3))
    alpha[0] = start * emission[0]
    for t in range(1, 4):
        for s in range(3):
            alpha[t, s] = emission[t, s] * np.sum(alpha[t - 1] * transition[:, s])
        alpha[t] /= np.sum(alpha[t])
    return alpha


@right(mixed(5, 5), mixed(5, 5, seed=1), mixed(5, 5, seed=2), 0.5, 3)
def fdtd_2d(ex, ey, hz, c, steps):
    for t in range(steps):
        ey[0, :] = t
        ey[1:, :] -= c * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= c * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(hz * hz)


@right(mixed(5, 5), mixed(5, 5, seed=1), 3)
def jacobi_2d(a, b, steps):
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return np.sum(a * a)


@right(mixed(6, 6), mixed(6, 6, seed=1), 2)
def red_black_gauss_seidel(u, f, sweeps):
    for _ in range(sweeps):
        for colour in range(2):
            for i in range(1, 5):
                for j in range(1 + (i + colour) % 2, 5, 2):
                    u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])
    return u * u


@right(mixed(6, 6), mixed(6, 6, seed=1), 2)
def red_black_by_slices(u, f, sweeps):
    for _ in range(sweeps):
        for p in range(1, 3):
            rows = slice(p, 5, 2)
            u[rows, 1:-1] = 0.25 * (u[p - 1 : 4 : 2, 1:-1] + u[p + 1 : 6 : 2, 1:-1] - f[rows, 1:-1] * u[rows, 1:-1])
    return u * u


@right(mixed(6), mixed(6, seed=1), 3)
def gauss_seidel_recurrence(u, f, sweeps):
    for _ in range(sweeps):
        for i in range(1, u.shape[0] - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - f[i])
    return np.sum(u * u)


@right(mixed(5), mixed(5, 5, seed=1) * 0.1 + 2.0 * np.eye(5), mixed(5, seed=2), 3)
def gauss_seidel(x, a, b, sweeps):
    for _ in range(sweeps):
        for i in range(5):
            s = 0.0
            for j in range(5):
                if j != i:
                    s += a[i, j] * x[j]
            x[i] = (b[i] - s) / a[i, i]
    return x * x


@right(mixed(5), mixed(5, 5, seed=1) * 0.1 + 2.0 * np.eye(5), mixed(5, seed=2))
def successive_over_relaxation(x, a, b):
    for _ in range(3):
        for i in range(5):
            x[i] += 1.2 * (b[i] - a[i] @ x) / a[i, i]
    return x * x


@right(DEFINITE, mixed(4))
def conjugate_gradient(a, b):
    x = np.zeros(4)
    r = b.copy()
    p = r.copy()
    rr = r @ r
    for _ in range(3):
        q = a @ p
        alpha = rr / (p @ q)
        x += alpha * p
        r -= alpha * q
        new = r @ r
        p *= new / rr
        p += r
        rr = new
    return x


@right(mixed(3, 4))
def softmax_in_place(x):
    x -= np.max(x, axis=1, keepdims=True)
    np.exp(x, out=x)
    x /= np.sum(x, axis=1, keepdims=True)
    return x * np.arange(4.0)


@right(mixed(5, 3), positive(3), mixed(3, seed=2))
def batch_norm_in_place(x, gamma, beta):
    x -= np.mean(x, axis=0)
    x /= np.sqrt(np.mean(x * x, axis=0) + 1e-3)
    x *= gamma
    x += beta
    return x * x


@right(mixed(4), 0.6)
def horner_in_place(c, t):
    for k in range(c.shape[0] - 2, -1, -1):
        c[k] += t * c[k + 1]
    return c[0]


@right(positive(4), 0.6)
def de_casteljau(p, t):
    n = p.shape[0]
    for r in range(1, n):
        p[: n - r] = (1.0 - t) * p[: n - r] + t * p[1 : n - r + 1]
    return p[0] * p[1]


@right(mixed(4), np.array([0.0, 1.0, 2.5, 3.0]), 1.7)
def newton_s_divided_differences(y, x, t):
    n = y.shape[0]
    for k in range(1, n):
        for i in range(n - 1, k - 1, -1):
            y[i] = (y[i] - y[i - 1]) / (x[i] - x[i - k])
    value = y[n - 1]
    for k in range(n - 2, -1, -1):
        value = value * (t - x[k]) + y[k]
    return value


@right(mixed(3, 2), mixed(3, 2, seed=1), positive(3), 3)
def n_body(p, v, m, steps):
    for _ in range(steps):
        f = np.zeros_like(p)
        for i in range(3):
            for j in range(i):
                d = p[j] - p[i]
                g = d / (np.sum(d * d) + 0.5) ** 1.5
                f[i] += m[j] * g
                f[j] -= m[i] * g
        v += 0.1 * f
        p += 0.1 * v
    return p * p + v


@right(mixed(4), mixed(4, seed=1), mixed(4, seed=2), mixed(4, seed=3), 0.1, 3)
def adam_in_place(w, g0, m, v, lr, steps):
    for t in range(1, steps + 1):
        g = np.tanh(w) + g0
        m *= 0.9
        m += 0.1 * g
        v[:] = 0.99 * v * v + 0.01 * g * g
        w -= lr * m / (1.0 - 0.9**t) / (np.sqrt(v) + 0.1)
    return w * w


@right(mixed(8), mixed(8, seed=1))
def butterflies(re, im):
    n = 8
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            for k in range(width):
                c, s = np.cos(np.pi * k / width), -np.sin(np.pi * k / width)
                i, j = start + k, start + k + width
                tr, ti = c * re[j] - s * im[j], s * re[j] + c * im[j]
                re[j], im[j] = re[i] - tr, im[i] - ti
                re[i], im[i] = re[i] + tr, im[i] + ti
        width *= 2
    return re * im


@right(mixed(8))
def haar_wavelet(x):
    n = x.shape[0]
    while n > 1:
        half = n // 2
        y = x[:n].copy()
        x[:half] = 0.5 * (y[::2] + y[1::2])
        x[half:n] = 0.5 * (y[::2] - y[1::2])
        n = half
    return x * x * np.arange(8.0)


@right(mixed(3, 4), mixed(2, 2, seed=1))
def convolution_2d(image, kernel):
    out = np.zeros((2, 3))
    for i in range(2):
        for j in range(3):
            out[i, j] = np.sum(image[i : i + 2, j : j + 2] * kernel)
    np.maximum(out, 0.0, out=out)
    return out * out


@right(mixed(3, 4))
def insertion_of_boundary_conditions(u):
    padded = np.zeros((5, 6))
    padded[1:-1, 1:-1] = u
    padded[0, :] = padded[1, :]
    padded[-1, :] = -padded[-2, :]
    padded[:, 0] = padded[:, -2]
    padded[:, -1] = padded[:, 1] * 2.0
    return padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] * padded[1:-1, :-2]


@right(mixed(6), mixed(3, seed=1), 0.2, 0.1)
def upwind_advection(u, c, dt, dx):
    flux = np.empty(7)
    for _ in range(2):
        for i in range(7):
            left, right_ = u[(i - 1) % 6], u[i % 6]
            flux[i] = c[i % 3] * (left if c[i % 3] > 0.0 else right_)
        u -= dt / dx * 0.1 * (flux[1:] - flux[:-1]) * u
    return u * u


@right(positive(5), 3)
def lotka_volterra_in_rows(p, n):
    s = np.empty((n + 1, 2))
    s[0, 0], s[0, 1] = p[3], p[4]
    for t in range(n):
        x, y = s[t]
        s[t + 1, 0] = x + 0.1 * (p[0] * x - p[1] * x * y)
        s[t + 1, 1] = y + 0.1 * (p[2] * x * y - y)
    return s


@right(mixed(4), mixed(4, 4, seed=1), mixed(4, seed=2), 3)
def hopfield_units_one_by_one(s, w, b, sweeps):
    for _ in range(sweeps):
        for i in range(4):
            s[i] = np.tanh(w[i] @ s + b[i])
    return s


@right(mixed(4, 2), mixed(2, 2, seed=1), mixed(2, 2, seed=2))
def rnn_states_in_a_buffer(xs, w, u):
    hs = np.zeros((5, 2))
    for t in range(4):
        hs[t + 1] = np.tanh(xs[t] @ w + hs[t] @ u)
    return np.sum(hs[1:] * hs[:-1])


@right(mixed(5))
def bubble_sort(x):
    n = x.shape[0]
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return x * np.arange(5.0)


@right(mixed(5))
def selection_sort(x):
    for i in range(4):
        k = i
        for j in range(i + 1, 5):
            if x[j] < x[k]:
                k = j
        x[i], x[k] = x[k], x[i]
    return x * np.arange(5.0)


@right(mixed(2, 3), mixed(3, seed=1))
def jacobian_by_columns(a, x):
    jac = np.zeros((2, 3))
    y = np.tanh(a @ x)
    for j in range(3):
        jac[:, j] = (1.0 - y * y) * a[:, j]
    return jac * jac


@right(0.4, 5)
def pascal_like_triangle(p, n):
    c = np.zeros(n + 1)
    c[0] = 1.0
    for i in range(1, n + 1):
        for j in range(i, 0, -1):
            c[j] = p * c[j - 1] + (1.0 - p) * c[j]
        c[0] *= 1.0 - p
    return c


@right(100.0, 105.0, 0.3, 0.05, 4)
def binomial_american_put(spot, strike, sigma, rate, n):
    dt = 1.0 / n
    up = np.exp(sigma * np.sqrt(dt))
    q = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    v = np.zeros(n + 1)
    for j in range(n + 1):
        v[j] = max(strike - spot * up ** (2 * j - n), 0.0)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1):
            hold = np.exp(-rate * dt) * (q * v[j + 1] + (1.0 - q) * v[j])
            v[j] = max(hold, strike - spot * up ** (2 * j - i))
    return v[0]


@right(mixed(4), mixed(4, 4, seed=1) * 0.3, mixed(4, seed=2), 3)
@right(single(mixed(4)), single(mixed(4, 4, seed=1) * 0.3), single(mixed(4, seed=2)), 2)
@right(mixed(4), mixed(4, 4, seed=1) * 0.3, mixed(4, seed=2), 0)
def nonlinear_gauss_seidel(x, a, b, sweeps):
    for _ in range(sweeps):
        for i in range(x.shape[0]):
            x[i] = np.tanh(a[i] @ x + b[i])
    return np.sum(x * x)


@right(mixed(4), mixed(4, 4, seed=1) * 0.3, mixed(4, seed=2))
def nonlinear_gauss_seidel_until_it_settles(x, a, b):
    for _ in range(40):
        change = 0.0
        for i in range(x.shape[0]):
            old = x[i]
            x[i] = np.tanh(a[i] @ x + b[i])
            change = max(change, abs(x[i] - old))
        if change < 0.02:
            break
    return np.sum(x * x)


@right(mixed(4), mixed(4, 4, seed=1) * 0.3, 2.0)
def nonlinear_gauss_seidel_while_it_moves(x, a, most):
    while np.sum(x * x) < most:
        for i in reversed(range(x.shape[0])):
            if x[i] < 1.0:
                x[i] = np.exp(a[i] @ x * 0.2) + x[i]
            else:
                x[i] += 0.1 * np.sin(a[i] @ x)
    return x * x


@right(mixed(6), mixed(6, 6, seed=1) * 0.3, 2)
def nonlinear_gauss_seidel_by_blocks(x, a, width):
    for _ in range(2):
        for k in range(0, 6, width):
            x[k : k + width] = np.tanh(a[k : k + width] @ x)
    return np.sum(x * x * x)


@right(mixed(3, 3), mixed(3, 3, seed=1))
def rows_from_the_whole_matrix(m, w):
    for i in range(3):
        for j in range(3):
            m.T[j, i] = np.sin(np.sum(m * w)) * m[i, j]
        m[i] /= 1.0 + np.sum(m * m)
    return m


@right(mixed(4), mixed(4, seed=1), mixed(4, 4, seed=2) * 0.4)
def two_arrays_from_each_other(x, y, a):
    for i in range(4):
        x[i] = np.tanh(a[i] @ y) + x[i]
        y[3 - i] = np.tanh(a[:, i] @ x) * y[i]
    for i in range(4):
        x[i] *= 1.0 + 0.1 * (x @ y)
    return x, y


@right(mixed(5), mixed(5, 5, seed=1) * 0.4, np.array([[0, 2, 2], [4, 1, 3]]))
def chosen_elements_from_the_whole(x, a, chosen):
    for k in range(2):
        for j in range(3):
            x[chosen[k]] = np.tanh(a[chosen[k]] @ x) + j
            x[x > 1.5] *= 0.5
    return x * x
