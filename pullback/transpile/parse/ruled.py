"""Derivative rules in files that are read and never run: they are not known there, so their operations are refused."""

from __future__ import annotations

from collections.abc import Hashable

from pullback.stdlib import registry
from pullback.transpile.parse.sources import Binding, FunctionSource, Value

RULED = "has a derivative rule, which is not known where the file is read without running it"
DIFFERENTIATE = "Differentiate it in Python, where the rule is registered: pullback.grad(f).save(path)."
RULE = "rule"  # what any of the decorators is called here
_DECORATORS = (registry.elementwise, registry.rule, registry.rule.forward)


def is_rule(found: Binding | None) -> bool:
    """Is this a decorator of derivative rules?"""
    return isinstance(found, Value) and any(found.obj == d for d in _DECORATORS)


def key_of(found: Binding) -> Hashable:
    """What tells an operation from others, None if this is none."""
    if isinstance(found, FunctionSource):
        return found.key
    return id(found.obj) if isinstance(found, Value) else None
