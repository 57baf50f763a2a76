"""Where SciPy has a function, and whether JAX has it too."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback.transpile.core import Lit

_SUBPACKAGES = ("special", "linalg", "stats", "signal", "integrate", "interpolate", "optimize", "fft", "ndimage")

IN_JAX: Mapping[str, frozenset[str]] = {
    "scipy.integrate": frozenset({"trapezoid"}),
    "scipy.special": frozenset(
        """
        beta betainc betaln boxcox boxcox1p dawsn digamma entr erf erfc erfcx erfinv exp1 expi expit expn fresnel gamma
        gammainc gammaincc gammaln gammasgn i0 i0e i1 i1e kl_div log_ndtr log_softmax loggamma logit logsumexp
        multigammaln ndtr ndtri owens_t poch polygamma rel_entr sici softmax spence xlog1py xlogy zeta
        """.split()
    ),
    "scipy.stats": frozenset(
        f"{distribution}.{method}"
        for distributions, methods in (
            ("norm expon gamma beta chi2 cauchy gumbel_l gumbel_r pareto truncnorm", "pdf logpdf cdf logcdf sf logsf"),
            ("logistic", "pdf logpdf cdf sf"),
            ("uniform laplace", "pdf logpdf cdf"),
            ("t vonmises multivariate_normal dirichlet", "pdf logpdf"),
            ("poisson bernoulli", "pmf logpmf cdf"),
            ("binom geom nbinom multinomial", "pmf logpmf"),
            ("norm logistic", "ppf isf"),
            ("uniform expon pareto", "ppf"),
        )
        for distribution in distributions.split()
        for method in methods.split()
    ),
    "scipy.linalg": frozenset(
        """
        block_diag cho_factor cho_solve cholesky circulant det eigh expm expm_frechet hankel inv lu lu_factor lu_solve
        qr solve solve_sylvester solve_triangular svd toeplitz
        """.split()
    ),
    "scipy.signal": frozenset("convolve convolve2d correlate correlate2d detrend fftconvolve".split()),
}
"""What `jax.scipy` has that means the same. Its hypergeometric functions are right near 0 only."""


def scipy_path(f: Any) -> tuple[str, str] | None:
    """Subpackage and name of a function of SciPy: `scipy.special`, `expit`; of a method: `scipy.stats`, `norm.pdf`."""
    if isinstance(f, types.MethodType):
        return _method_path(f)
    name = getattr(f, "__name__", "")
    if isinstance(f, np.ufunc):
        homes = [f"scipy.{part}" for part in _SUBPACKAGES]
    else:
        parts = (getattr(f, "__module__", None) or "").split(".")
        homes = [".".join(parts[:2])] if parts[0] == "scipy" else []
    return next(((home, name) for home in homes if getattr(sys.modules.get(home), name, None) is f), None)


def _method_path(f: types.MethodType) -> tuple[str, str] | None:
    """The path of a method of an object that a subpackage has."""
    parts = type(f.__self__).__module__.split(".")
    home = ".".join(parts[:2])
    if parts[0] != "scipy" or home not in sys.modules:
        return None
    names = (name for name, x in vars(sys.modules[home]).items() if x is f.__self__)
    return next(((home, f"{name}.{f.__name__}") for name in names), None)


def by_name(op: Any, args: list[Any], kwargs: list[tuple[str, Any]]) -> tuple[list[Any], list[tuple[str, Any]]]:
    """The arguments of a call: of a distribution those that are not as they are by themselves, `scale` by its name."""
    if not isinstance(op, types.MethodType) or kwargs:
        return args, kwargs
    if args[1:2] == [Lit(None)] and len(args) == 3:  # the mean of vectors
        return args[:1], [("cov", args[2])]
    if not hasattr(op.__self__, "shapes"):
        return args, kwargs
    places = 1 + len((op.__self__.shapes or "").replace(",", " ").split())
    where = args[places:]
    if where and where[-1] == Lit(len(where) - 1):
        return by_name(op, args[:-1], kwargs)
    if len(where) == 2 and where[0] == Lit(0):
        return args[:places], [("scale", where[1])]
    return args, kwargs


def is_in_jax(path: tuple[str, str]) -> bool:
    """Has JAX a function of SciPy? The version that is imported is asked too."""
    module, name = path
    if name not in IN_JAX.get(module, ()):
        return False
    if "jax" not in sys.modules:
        return True
    found: Any = importlib.import_module(f"jax.{module}")
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None
