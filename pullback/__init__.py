"""Differentiates plain Python and NumPy functions and writes the gradient as Python that a person can read."""

from pullback.api import (
    Differentiable,
    differentiable,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    value_and_grad,
    vjp,
)
from pullback.checking import check_grad
from pullback.control import checkpoint, on_gradient, stop_gradient
from pullback.derived import Derived
from pullback.errors import (
    AliasError,
    NoRule,
    NotDifferentiable,
    NotFinite,
    NotScalar,
    NotSupportedYet,
    PullbackError,
    RuleError,
    SignatureNeeded,
    SourceError,
    SourceUnavailable,
    StaleSource,
    WrtError,
)
from pullback.stdlib.registry import elementwise, rule

__all__ = [
    "AliasError",
    "Derived",
    "Differentiable",
    "NoRule",
    "NotDifferentiable",
    "NotFinite",
    "NotScalar",
    "NotSupportedYet",
    "PullbackError",
    "RuleError",
    "SignatureNeeded",
    "SourceError",
    "SourceUnavailable",
    "StaleSource",
    "WrtError",
    "check_grad",
    "checkpoint",
    "differentiable",
    "elementwise",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "linearize",
    "on_gradient",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
