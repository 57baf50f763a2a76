"""Where `jax.numpy` differs from NumPy in the arguments that a function takes, and what it cannot know beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit, Op, OpFunction

from .jax_scipy import form_of_scipy
from .refusing import refuse
from .scipy_arguments import LOOKS, refused_in_jax
from .scipy_names import by_name, is_in_jax, scipy_path
from .script import Apply

_LEFT_OUT: dict[OpFunction, frozenset[str]] = {
    np.sort: frozenset({"kind", "stable"}),
    np.argsort: frozenset({"kind", "stable"}),
}
"""Arguments that say how, not what: JAX has one way, which keeps the order of what is equal."""

_GIVEN: dict[OpFunction, tuple[tuple[str, Lit], ...]] = {np.choose: (("mode", Lit("clip")),)}
"""Arguments without which JAX wants to look at values. NumPy raises for what is clipped here."""

_RUN_DECIDES = {
    np.compress: 0, np.extract: 0, np.flatnonzero: 0, np.nonzero: 0, np.argwhere: 0, np.delete: 1, np.bincount: 0,
    np.unique: 0, np.unique_all: 0, np.unique_counts: 0, np.unique_inverse: 0, np.unique_values: 0, np.union1d: 0,
    np.intersect1d: 0, np.setdiff1d: 0, np.setxor1d: 0, np.trim_zeros: 0, np.roots: 0,
}  # fmt: skip
"""Operations whose result is as long as this operand says."""

_MISSING = frozenset(
    {
        *(np.asarray_chkfinite, np.array2string, np.base_repr, np.binary_repr, np.common_type, np.min_scalar_type),
        *(np.may_share_memory, np.shares_memory, np.array_repr, np.array_str, np.einsum_path),
    }
)
"""Functions that JAX does not have, or that look at values."""


def check_call(s: Op, is_static: Callable[[object], bool]) -> None:
    """Raise NotSupportedYet, with the user's place, for a call that JAX has no form for."""
    name = f"np.{getattr(s.op, '__name__', '')}"
    place = _RUN_DECIDES.get(s.op)
    if place is not None and place < len(s.args) and not is_static(s.args[place]):
        refuse(s.origin, f"{name}, of whose result only the run knows the length,", "use np.where on whole arrays")
    if s.op in _MISSING and not is_static(s.args):
        refuse(s.origin, name, "call it before or after the function")
    path = scipy_path(s.op)
    if path is not None and not is_in_jax(path) and form_of_scipy(s.op) is None:
        refuse(s.origin, ".".join(path), "write it with functions that jax.numpy and jax.scipy have")
    if path is not None and path[1].startswith("vonmises") and by_name(s.op, list(s.args), []) != ([*s.args[:2]], []):
        refuse(s.origin, f"{'.'.join(path)} with loc or scale", "write (x - loc) / scale for x, and divide by scale")
    if path is not None and path[1].startswith("multivariate_normal"):
        if s.out.type == ab.UNKNOWN:
            refuse(s.origin, f"{'.'.join(path)} of one row, or of more than two axes,", "use np.reshape")
        if len(s.args) < 3 or Lit(None) in s.args:
            refuse(s.origin, f"{'.'.join(path)} without mean or cov", "pass both")
    if path == ("scipy.stats", "multinomial.logpmf") and ab.rank(s.out.type) != 0:
        refuse(s.origin, "scipy.stats.multinomial.logpmf of several lines of counts", "add up xlogy(x, p)")
    if path is not None and (found := refused_in_jax(path, s.kwargs)) is not None:
        refuse(s.origin, *found)
    repeats = dict(s.kwargs).get("repeats", Lit(1))
    if s.op is np.repeat and ab.rank(getattr(repeats, "type", ab.UNKNOWN)) != 0:
        refuse(s.origin, f"{name}, of whose result only the run knows the length,", "repeat each as often")
    if s.op is np.meshgrid and any(ab.rank(getattr(x, "type", ab.UNKNOWN)) == 0 for x in s.args):
        refuse(s.origin, "np.meshgrid of a number", "give it as an array of one element")
    if s.op is np.gradient and dict(s.kwargs).get("edge_order", Lit(1)) != Lit(1):
        refuse(s.origin, "np.gradient with edge_order=2", "leave it out, or write the ends out")
    if s.op in (np.partition, np.argpartition):
        what = f"{name}, which leaves open in what order the other elements are,"
        refuse(s.origin, what, "use np.sort or np.argsort")


def adapted(e: Apply) -> Apply:
    """A call with the arguments that JAX takes."""
    gone, given = _LEFT_OUT.get(e.op, frozenset()), _GIVEN.get(e.op, ())
    if scipy_path(e.op) is not None:
        gone |= LOOKS
    if gone or given:
        e = replace(e, kwargs=(*((k, x) for k, x in e.kwargs if k not in gone), *given))
    return e
