"""Gradients of in-place programs as a careful person writes them, for comparison."""

from __future__ import annotations

import numpy as np


def heat_value_and_grad(u, alpha, steps):
    """Of `heat`, with respect to both numbers."""
    u = u.copy()
    tape = []
    for _ in range(steps):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        tape.append(lap)
        u[1:-1] += alpha * lap
    value = np.sum(u * u)
    du = 2.0 * u
    dalpha = 0.0
    for lap in reversed(tape):
        dalpha += np.sum(du[1:-1] * lap)
        dlap = alpha * du[1:-1]
        du[2:] += dlap
        du[1:-1] -= 2.0 * dlap
        du[:-2] += dlap
    return value, (du, dalpha)


def fish_value_and_grad(stock, growth, quota, years):
    """Of `fish`: the state is kept once a year, all else is computed again."""
    stock = stock.copy()
    tape = []
    total = 0.0
    for _ in range(years):
        tape.append(stock.copy())
        harvest = quota * stock[:-1]
        total += np.sum(np.sqrt(harvest))
        stock[:-1] += growth * stock[:-1] * (1.0 - stock[:-1]) - harvest
        stock[1:] += 0.1 * harvest
    dstock = np.zeros_like(stock)
    dgrowth = dquota = 0.0
    for stock in reversed(tape):
        s = stock[:-1]
        dharvest = 0.1 * dstock[1:]
        d = dstock[:-1].copy()
        dharvest -= d
        dgrowth += np.sum(d * s * (1.0 - s))
        dstock[:-1] += d * growth * (1.0 - 2.0 * s)
        dharvest += 0.5 / np.sqrt(quota * s)
        dquota += np.sum(dharvest * s)
        dstock[:-1] += dharvest * quota
    return total, (dstock, dgrowth, dquota)


def seidel_value_and_grad(a, sweeps):
    """Of `seidel`, without a tape."""
    a = a.copy()
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    value = (a * a).sum()
    da = 2.0 * a
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            for j in range(n - 2, 0, -1):
                d = 0.2 * da[i, j]
                da[i, j] = d
                da[i - 1, j] += d
                da[i + 1, j] += d
                da[i, j - 1] += d
                da[i, j + 1] += d
    return value, (da,)


def gauss_seidel_value_and_grad(u, f, sweeps):
    """Of `gauss_seidel_recurrence`, without a tape."""
    u = u.copy()
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - f[i])
    value = np.sum(u * u)
    du = 2.0 * u
    df = np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            d = 0.5 * du[i]
            du[i] = 0.0
            du[i - 1] += d
            du[i + 1] += d
            df[i] -= d
    return value, (du, df)


def _average(a, out):
    out[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])


def _average_pullback(da, dout):
    d = 0.2 * dout[1:-1, 1:-1]
    dout[1:-1, 1:-1] = 0.0
    da[1:-1, 1:-1] += d
    da[1:-1, :-2] += d
    da[1:-1, 2:] += d
    da[2:, 1:-1] += d
    da[:-2, 1:-1] += d


def jacobi_value_and_grad(a, b, steps):
    """Of `jacobi_2d`, without a tape."""
    a, b = a.copy(), b.copy()
    for _ in range(steps):
        _average(a, b)
        _average(b, a)
    da, db = 2.0 * a, np.zeros_like(b)
    for _ in range(steps):
        _average_pullback(db, da)
        _average_pullback(da, db)
    return np.sum(a * a), (da, db)


def fdtd_value_and_grad(ex, ey, hz, c, steps):
    """Of `fdtd_2d` in the fields, without a tape."""
    ex, ey, hz = ex.copy(), ey.copy(), hz.copy()
    for t in range(steps):
        ey[0, :] = t
        ey[1:, :] -= c * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= c * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    dhz = 2.0 * hz
    dex, dey = np.zeros_like(ex), np.zeros_like(ey)
    for _ in range(steps):
        d = 0.7 * dhz[:-1, :-1]
        dex[:-1, 1:] -= d
        dex[:-1, :-1] += d
        dey[1:, :-1] -= d
        dey[:-1, :-1] += d
        d = c * dex[:, 1:]
        dhz[:, 1:] -= d
        dhz[:, :-1] += d
        d = c * dey[1:, :]
        dhz[1:, :] -= d
        dhz[:-1, :] += d
        dey[0, :] = 0.0
    return np.sum(hz * hz), (dex, dey, dhz)
