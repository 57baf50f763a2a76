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
    tape = []
    for _ in range(years):
        t = stock[:-1]
        tape.append(t.copy())
        harvest = quota * t
        stock[:-1] += growth * t * (1.0 - t) - harvest
        stock[1:] += 0.1 * harvest

    dstock, dquota, dgrowth = np.zeros_like(stock), 0.0, 0.0
    while tape:
        d = tape.pop()
        harvest = quota * d
        # stock[1:] += 0.1 * harvest
        dharvest = 0.1 * dstock[1:]
        # stock[:-1] += growth * stock[:-1] * (1.0 - stock[:-1]) - harvest
        d2 = dstock[:-1]
        dharvest -= d2
        d3 = d2 * (1.0 - d)
        dgrowth += np.sum(d3 * d)
        # total += np.sum(np.sqrt(harvest))
        dharvest += 0.5 / np.sqrt(harvest)
        # harvest = quota * stock[:-1]
        dquota += np.sum(dharvest * d)
        d = -(d2 * (growth * d)) + d3 * growth + dharvest * quota
        dstock[:-1] += d
    return dstock, float(dgrowth), float(dquota)
