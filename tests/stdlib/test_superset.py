"""What HIPS autograd 1.9 differentiates, or takes for constant, is so here too. The names are those of its tables."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import Any

import pytest

import pullback.stdlib.rules  # noqa: F401  registers
from pullback.stdlib import registry
from pullback.transpile.lower.calls import is_lowered

pytest.importorskip("scipy")

RULES = {
    "numpy": """
        abs absolute add amax amin angle append arccos arccosh arcsin arcsinh arctan arctan2 arctanh array array_split
        asarray astype atleast_1d atleast_2d atleast_3d broadcast_to clip column_stack concatenate conj conjugate cos
        cosh cross cumsum deg2rad degrees diag diagonal diff divide dot dsplit einsum exp exp2 expand_dims expm1 fabs
        fliplr flipud fmax fmin full gradient hsplit hstack hypot imag inner kron linspace log log10 log1p log2
        logaddexp logaddexp2 matmul max maximum mean min minimum mod moveaxis multiply nan_to_num negative outer pad
        partition power prod rad2deg radians ravel real real_if_close reciprocal remainder repeat reshape roll rollaxis
        rot90 row_stack select sin sinc sinh sort split sqrt square squeeze stack std subtract sum swapaxes tan tanh
        tensordot tile trace transpose tril triu true_divide var vsplit vstack where
    """,
    "numpy.linalg": "cholesky det eig eigh inv norm pinv slogdet solve svd",
    "numpy.fft": "fft fft2 fftn fftshift ifft ifft2 ifftn ifftshift irfft irfft2 irfftn rfft rfft2 rfftn",
    "scipy.special": """
        beta betainc betaln digamma erf erfc erfcinv erfinv expit gamma gammainc gammaincc gammaln i0 i1 iv ive j0 j1 jn
        logit logsumexp multigammaln polygamma psi rgamma y0 y1 yn
    """,
    "scipy.linalg": "solve_banded solve_sylvester solve_triangular sqrtm",
    "scipy.signal": "convolve",
    "scipy.integrate": "odeint",
    "scipy.stats": """
        beta.cdf beta.logpdf beta.pdf chi2.cdf chi2.logpdf chi2.pdf dirichlet.logpdf dirichlet.pdf gamma.cdf
        gamma.logpdf gamma.pdf multivariate_normal.entropy multivariate_normal.logpdf multivariate_normal.pdf norm.cdf
        norm.logcdf norm.logpdf norm.logsf norm.pdf norm.sf poisson.cdf poisson.logpmf poisson.pmf t.cdf t.logcdf
        t.logpdf t.pdf
    """,
}
CONSTANTS = {
    "numpy": """
        all allclose any argmax argmin argpartition argsort argwhere around array_equal array_equiv ceil count_nonzero
        empty_like equal fix flatnonzero floor floor_divide greater greater_equal isclose iscomplex iscomplexobj
        isfinite isinf isnan isneginf isposinf isreal isscalar less less_equal logical_and logical_not logical_or
        logical_xor ndim nonzero not_equal ones_like result_type rint round searchsorted shape sign size trunc
        zeros_like
    """,
    "scipy.special": "gammasgn",
}


def named(table: dict[str, str]) -> list[tuple[str, Any]]:
    """The functions of a table, those that the installed versions have."""
    pairs = [(module, name) for module, names in table.items() for name in names.split()]
    found = [(f"{m}.{n}", reduce(lambda x, k: getattr(x, k, None), n.split("."), import_module(m))) for m, n in pairs]
    return [(name, f) for name, f in found if f is not None]


def test_what_has_a_rule_in_autograd_has_one() -> None:
    functions = named(RULES)
    assert len(functions) > 200
    ruled = {name for name, f in functions if is_lowered(f) or (registry.has_rule(f) and not registry.is_constant(f))}
    assert {name for name, _ in functions} - ruled == set()


def test_what_is_constant_in_autograd_is_or_has_a_rule() -> None:
    assert [name for name, f in named(CONSTANTS) if not registry.has_rule(f) and not is_lowered(f)] == []
