"""Functions in whose traced branches and loops what is known decides."""

import numpy as np


def masked(x, v):
    return np.tanh(np.where(v > v[-1], v, v * x))


def in_a_branch(x, v, n):
    if x > 0.1:
        if n**2 > 5:
            v = masked(x, v)
    return x + np.sum(v * v)


def of_literals(x, v, n):
    if x > 0.1:
        if abs(1.25) < 1.25:
            v = masked(x, v)
    return x + np.sum(v * v)


def in_a_scan(x, v, n):
    for _ in range(4):
        if n**2 > 5:
            v = masked(x, v)
    return x + np.sum(v * v)


def in_a_while(x, v, n):
    i = 0
    while x * i < 1.0 and i < 6:
        if n**2 > 5:
            v = masked(x, v)
        i += 1
    return x + np.sum(v * v)


def in_a_loop_that_stops(x, v, n):
    for _ in range(4):
        if n**2 > 5:
            v = masked(x, v)
        if v[0] > 0.5:
            break
    return x + np.sum(v * v)


def one_of_three(x, v, n):
    for i in range(4):
        if x > 0.1 * i:
            k = n**2
            if k > 5:
                v = masked(x, v)
            elif k > 2 and k**2 < 30:
                v = np.sin(v)
    return x + np.sum(v * v)


def guarded(x, v, n):
    if x > 0.1:
        if n > 2:
            if 7 // (n - 2) > 3:
                v = masked(x, v)
            if n**2 > 9:
                v = v * masked(x, v)
    return x + np.sum(v * v)


def not_moved(x, v, n):
    for _ in range(3):
        if n > 2:
            if (n - 3) ** n > 0:
                v = np.tanh(np.where(v > v[-1], v, v * x))
    return x + np.sum(v * v)


def not_moved_from_a_branch(x, v, n):
    if x > 0.1:
        k = 1
        if n**2 > 5:
            k = n**3
            v = np.sin(v)
        if k % 2 == 0 or k**2 > 800:
            v = np.tanh(np.where(v > v[-1], v, v * x))
    return x + np.sum(v * v)


def bound_in_conditions(x, v, n):
    y = x * x
    if n > 2 and np.sum(z := np.sin(v)) > -10.0:
        y += z[0] * z[1]
        v = v * 0.8
    if x > 0.1 and n > 2 and np.sum(z := np.cos(v)) > -10.0:
        y += z[1] * x
    if n <= 2 or (t := np.sin(x)) < -1.0:
        y = y * x
    else:
        y += t * v[0]
    y = y + (z[2] * x if n > 2 and np.sum(z := v * v) > 0.0 else x)
    if n > 2 and (z := np.sin(v))[0]:
        y += z[1]
    if not (n > 2 and np.sum(z := v * v) > 0.0):
        y += x
    else:
        y += z[0]
    return y + np.sum(v * v)


def bound_in_loops(x, v, n):
    y = x
    for _ in range(2):
        if n > 2 and (s := np.sum(z := np.sin(v))) > -10.0:
            y += z[0] * z[1] * s
            v = v * 0.8
        elif n > 1:
            v = v * 0.7
        else:
            y = y * x
    while n > 2 and np.sum(z := np.sin(v * v)) > 0.4:
        y += z[0] * z[1]
        v = v * 0.8
    return y + np.sum(v * v)


def returned_on_one_side(x, v, n):
    y, k = x, 0
    while k < 3 and y < 4.0:
        k += 1
        y = np.tanh(x - np.sum(v))
        if n > 2:
            if x < 0.5:
                return v @ v + np.sum(v)
            continue
        x = np.tanh(y)
    return x * y + v @ v


def both(x, v):
    return np.cos(x), v * x


def pairs_on_one_side(x, v, n):
    for _ in range(3):
        if n > 2:
            break
        if x < 5.0:
            x, v = both(x, v)
        if v[0] > 4.0:
            break
    k = 0
    while k < 2:
        k += 1
        if n > 2:
            x, v = both(x * x, np.tanh(v))
            continue
        x = np.tanh(x + v[1])
    return x + np.sum(v * v)


def lengths_that_fit(x, n):
    y = np.zeros_like(x)
    for i in range(n):
        if x.shape[0] != 3:
            raise ValueError(f"three are wanted, not {x.shape[0]}")
        y[i] = x[i] ** 2
    return np.sum(y)


def fail(x):
    raise ValueError(f"{x.shape} does not do")


def failing_in_a_function(x):
    return fail(x) if x[0] > 0.0 else np.sum(x)


def failing_for_large_ones(x):
    if np.max(x) > 1.0:
        raise ValueError("large")
    return np.sum(x)
