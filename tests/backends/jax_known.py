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
