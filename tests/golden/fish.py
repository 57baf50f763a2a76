# flags: --mode grad --wrt stock,growth,quota
# args: rng.uniform(0.2, 0.8, 8), 0.4, 0.3, 5
# input
import numpy as np


def catch(stock, growth, quota, years):
    total = 0.0
    for _ in range(years):
        harvest = quota * stock[:-1]
        total += np.sum(np.sqrt(harvest))
        stock[:-1] += growth * stock[:-1] * (1.0 - stock[:-1]) - harvest
        stock[1:] += 0.1 * harvest
    return total
# output
import numpy as np


def catch_grad(stock, growth, quota, years):
    """Gradient of `catch` with respect to (stock, growth, quota)."""
    stock = stock.copy()
    tape = np.empty((max(years, 0), stock.shape[0] - 1))
    for i in range(years):
        t = stock[:-1]
        tape[i] = t
        harvest = quota * t
        stock[:-1] += growth * t * (1.0 - t) - harvest
        stock[1:] += 0.1 * harvest

    dstock, dquota, dgrowth = np.zeros_like(stock), 0.0, 0.0
    for t in reversed(tape):
        harvest = quota * t
        # stock[1:] += 0.1 * harvest
        dharvest = 0.1 * dstock[1:]
        # stock[:-1] += growth * stock[:-1] * (1.0 - stock[:-1]) - harvest
        d = dstock[:-1]
        dharvest -= d
        d2 = d * (1.0 - t)
        dgrowth += np.sum(d2 * t)
        # total += np.sum(np.sqrt(harvest))
        dharvest += 0.5 / np.sqrt(harvest)
        # harvest = quota * stock[:-1]
        dquota += np.sum(dharvest * t)
        d = -(d * (growth * t)) + d2 * growth + dharvest * quota
        dstock[:-1] += d
    return dstock, float(dgrowth), float(dquota)
