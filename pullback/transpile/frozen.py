"""Dataclasses of which a transpilation makes very many: frozen for the type checker, though not when the program runs.

Python sets every field of a frozen dataclass by a call of its own, and takes three times as long to make one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def node(cls: type[T]) -> type[T]:
    """A frozen dataclass whose instances are equal only to themselves."""
    return dataclass(eq=False)(cls)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A frozen dataclass whose instances are equal if their fields are."""
    return dataclass(unsafe_hash=True)(cls)
