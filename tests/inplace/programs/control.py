"""Programs that say something of their own derivative, but for what changes it."""

from __future__ import annotations

import numpy as np

from pullback import stop_gradient
from tests.inplace.cases import positive, refused


@refused(positive(4), text="'y' cannot be used: it may be the array that is written", marked="return np.sum(y * x)")
def written_after_it_was_stopped(x):
    u = 2.0 * x
    y = stop_gradient(u)
    u[0] = x[1]
    return np.sum(y * x)


@refused(positive(4), text="'u' cannot be used: it may be the array that is written", marked="return np.sum(u * x)")
def read_after_a_write_to_what_was_stopped(x):
    u = 2.0 * x
    y = stop_gradient(u)
    y[0] = x[1]
    return np.sum(u * x)
