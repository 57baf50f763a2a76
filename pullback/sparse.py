"""Sparse Jacobians: columns that share no row are computed together, as one direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback import errors
from pullback.derived import Order
from pullback.pushed import Directions


class SparseJacobian:
    """The Jacobian of a function whose entries can only be where `sparsity` says, as a `scipy.sparse.csr_array`.

    `colours` has a number for each column: those of one number have no row in common.
    """

    def __init__(self, f: Any, order: Order, sparsity: Any) -> None:
        self.pattern = _pattern(sparsity)
        self.colours = coloured(self.pattern)
        self._along = Directions(f, order)
        self.__wrapped__ = self._along.__wrapped__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments. Raises ValueError where its shape is not that of the sparsity."""
        from scipy.sparse import csr_array

        count = int(self.colours.max(initial=-1)) + 1
        seeds = np.equal.outer(np.arange(count), self.colours).astype(float)
        columns = self._along.along(args, kwargs, seeds)
        if columns.shape != (self.pattern.shape[0], count):
            raise ValueError(f"the sparsity has the shape {self.pattern.shape}, the result {columns.shape[:1]}")
        rows, places = self.pattern.nonzero()
        data = columns[rows, self.colours[places]]
        return csr_array((data, (rows, places)), shape=self.pattern.shape)

    @property
    def source(self) -> str:
        """The generated module: the derivatives along several directions at once."""
        return self._along.source


def sparse_jacobian(
    f: Any, wrt: Any, mode: str | None, backend: str, signature: str | None, sparsity: Any
) -> SparseJacobian:
    """A sparse Jacobian. Raises PullbackError where it is asked for in more than one parameter, or backwards."""
    if mode not in (None, "forward"):
        hint = "Leave `mode` out, or `sparsity`."
        raise errors.NotSupportedYet("a sparse Jacobian is computed in forward mode", hint=hint)
    if not isinstance(wrt, int | str):
        raise errors.NotSupportedYet("a sparse Jacobian is taken in one parameter", hint="Give `wrt` one name.")
    return SparseJacobian(f, Order("directions", wrt, backend=backend, signature=signature), sparsity)


def _pattern(sparsity: Any) -> Any:
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise errors.PullbackError("a sparse Jacobian needs SciPy", hint="pip install scipy") from None
    pattern = csr_array(sparsity, dtype=bool)
    if pattern.ndim != 2:
        raise ValueError(f"a sparsity has two axes, not {pattern.ndim}")
    pattern.eliminate_zeros()
    pattern.sort_indices()
    return pattern


def coloured(pattern: Any) -> np.ndarray[Any, Any]:
    """A number for each column, greedily, so that no two columns with a row in common have the same one.

    Curtis, Powell and Reid, On the estimation of sparse Jacobian matrices, 1974.
    """
    by_column = pattern.tocsc()
    seen: list[set[int]] = [set() for _ in range(pattern.shape[0])]  # the numbers of the columns in each row
    colours = np.zeros(pattern.shape[1], int)
    for j in range(pattern.shape[1]):
        rows = by_column.indices[by_column.indptr[j] : by_column.indptr[j + 1]]
        taken = set().union(*(seen[i] for i in rows))
        colour = next(c for c in range(len(taken) + 1) if c not in taken)
        colours[j] = colour
        for i in rows:
            seen[i].add(colour)
    return colours
