"""Types of what `scipy.special` gives, where that is not computed element by element."""

from __future__ import annotations

from scipy.special import logsumexp

from pullback.transpile.infer.reduce import reduction
from pullback.transpile.infer.table import shape_function

shape_function(logsumexp)(reduction)
