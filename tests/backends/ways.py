"""How code for JAX is run: compiled as a whole, and for some programs operation by operation."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any


def ways(name: str, each: Callable[..., Any], compiled: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """The ways in which a program of this name is run.

    Without `jit` JAX runs the same code, and compiles each of its operations and loops by itself, which takes several
    times as long: one program in four is run so.
    """
    return (each, compiled) if zlib.crc32(name.encode()) % 4 == 0 else (compiled,)
