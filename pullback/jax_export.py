"""StableHLO artefacts of emitted code for JAX: arguments are what their types say, lengths are numbers or symbols."""

from __future__ import annotations

import builtins
import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pullback.backends.base import Emitted
from pullback.runtime import record
from pullback.transpile.abstract import Array, Dim, Length, ListOf, Record, Scalar, Seq, Static, Type
from pullback.transpile.abstract import Mapping as MappingType

PLATFORMS = ("cpu", "cuda", "rocm", "tpu")
_LONG = frozenset({"float64", "int64", "uint64", "complex128"})


class NoSpec(Exception):
    """A type says too little of an argument: what is not known, and how to say it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Parameter:
    """A parameter: its type, which an argument of the artefact has, or the value that it has in all calls."""

    name: str
    type: Type
    given: bool = False
    value: Any = None


def specs(parameters: Sequence[Parameter], along: Sequence[str]) -> list[Any]:
    """What JAX takes for the arguments of an artefact: the parameters without a value, in order, and tangents.

    `along`: the parameters along which these are. Raises NoSpec where it is not known what an argument is.
    """
    free = [p for p in parameters if not p.given]
    moved = [next(p for p in parameters if p.name == name) for name in along]
    with bits_of_64(needs_64_bits([p.type for p in free])):
        made = _Specs([p.type for p in free])
        return [made.of(p) for p in (*free, *moved)]


def artefact(emitted: Emitted, parameters: Sequence[Parameter], args: Sequence[Any], platforms: Sequence[str]) -> bytes:
    """The serialised program of a standalone text, for arguments as `specs` gives them.

    Raises what JAX raises where there is no program.
    """
    from jax import export, jit

    free = [p for p in parameters if not p.given]
    with bits_of_64(needs_64_bits([p.type for p in free])):
        function = _called_with(_function(emitted), parameters, free)
        return bytes(export.export(jit(function), platforms=tuple(platforms))(*args).serialize())


def is_artefact(path: Path, name: str) -> bool:
    """Is there an artefact of a function of this name in a file?"""
    from jax import export

    try:
        return bool(export.deserialize(bytearray(path.read_bytes())).fun_name == name)
    except Exception:  # whatever reading something else as one raises
        return False


def _function(emitted: Emitted) -> Callable[..., Any]:
    """The function of a standalone text. `len` may be a symbol there, which Python's own refuses."""
    scope: dict[str, Any] = {"len": _length}
    exec(compile(emitted.text, f"<{emitted.name}>", "exec", dont_inherit=True), scope)
    function: Callable[..., Any] = scope[emitted.name]
    return function


def _length(x: Any) -> Any:
    return x.shape[0] if getattr(x, "shape", ()) else builtins.len(x)


def _called_with(
    function: Callable[..., Any], parameters: Sequence[Parameter], free: Sequence[Parameter]
) -> Callable[..., Any]:
    """The function of what is not known of its arguments, and of the tangents after them."""
    named = {p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
    names = [*inspect.signature(function).parameters]

    def called(*args: Any) -> Any:
        found = {p.name: _object(p.type, x) for p, x in zip(free, args, strict=False)}
        values = [p.value if p.given else found[p.name] for p in parameters]
        bound = dict(zip(names, [*values, *args[len(free) :]], strict=True))
        by_name = {name: bound.pop(name) for name in names if name in named}
        return function(*bound.values(), **by_name)

    called.__name__ = function.__name__
    return called


def _object(t: Type, x: Any) -> Any:
    """An argument, with objects in the place of the dicts of their attributes."""
    match t:
        case Record(items=entries, cls=cls):
            return record(cls, **{str(k): _object(u, x[k]) for k, u in entries})
        case MappingType(items=entries):
            return {k: _object(u, x[k]) for k, u in entries}
        case Seq(kind=kind, items=items):
            made = [_object(u, y) for u, y in zip(items, x, strict=True)]
            return tuple(made) if kind == "tuple" else made
    return x


class _Specs:
    """Makes what JAX takes for an argument of a type. Names of lengths are symbols for 2 or more, as in types."""

    def __init__(self, types: Sequence[Type]) -> None:
        from jax import export

        names = sorted({n for t in types for n in _names(t)})
        scope = export.SymbolicScope([f"{name} >= 2" for name in names])
        symbols = export.symbolic_shape(", ".join(names), scope=scope) if names else ()
        self.lengths: dict[str, Any] = dict(zip(names, symbols, strict=True))

    def of(self, p: Parameter) -> Any:
        """What JAX takes for the argument."""
        return self.spec(p.type, p.name)

    def spec(self, t: Type, path: str) -> Any:
        """What JAX takes for a value of a type. Raises NoSpec."""
        import jax
        import jax.numpy as jnp

        abstract: Any = jax.ShapeDtypeStruct
        match t:
            case Scalar(kind="float" | "complex" as kind, dtype=None):
                dtype = jnp.result_type(complex if kind == "complex" else float)
                return abstract((), dtype, weak_type=True)
            case Scalar(dtype=str() as dtype):
                return abstract((), jnp.dtype(dtype))
            case Array(dtype=str() as dtype, shape=tuple() as shape):
                lengths = [self.length(n, k, path) for k, n in enumerate(shape)]
                return abstract(tuple(lengths), jnp.dtype(dtype))
            case Seq(kind=kind, items=items):
                made = [self.spec(u, f"{path}[{k}]") for k, u in enumerate(items)]
                return tuple(made) if kind == "tuple" else made
            case Record(items=entries):
                return {str(k): self.spec(u, f"{path}.{k}") for k, u in entries}
            case MappingType(items=entries):
                return {k: self.spec(u, f"{path}[{k!r}]") for k, u in entries}
            case Static(value=None):
                return None
            case Scalar(kind=kind):
                message = f"{path!r} is {'an' if kind == 'int' else 'a'} {kind}, whose value is a part of the program"
                raise NoSpec(message, f"Say --arg {path}=VALUE." if path.isidentifier() else "Make it a parameter.")
            case ListOf():
                raise NoSpec(f"{path!r} is a list of any length", "Write its items out: [f64[3], f64[3]].")
        raise NoSpec(f"{path!r} has no type", f"Say --signature '{path}: TYPE' or --arg {path}=VALUE.")

    def length(self, n: Length, axis: int, path: str) -> Any:
        """The length of an axis."""
        if not isinstance(n, Dim):
            return n
        name = n.symbol.removeprefix("axis#")
        if name not in self.lengths:
            hint = "Write a number for it, or a name, which stands for any length from 2 on."
            raise NoSpec(f"the length of axis {axis} of {path!r} is not known", hint)
        return self.lengths[name] + n.offset


def _names(t: Type) -> Iterator[str]:
    """The names of lengths in a type that its author gave."""
    for x in _leaves(t):
        shape = x.shape if isinstance(x, Array) else None
        yield from (n.symbol[5:] for n in shape or () if isinstance(n, Dim) and n.symbol.startswith("axis#"))


def needs_64_bits(types: Sequence[Type]) -> bool:
    """Is a number of these types 64 bits wide? A float of Python is, unless it stands beside shorter ones."""
    leaves = [x for t in types for x in _leaves(t)]
    if any(x.dtype in _LONG for x in leaves):
        return True
    plain = any(isinstance(x, Scalar) and x.dtype is None for x in leaves)
    return plain and not any(x.dtype and x.dtype.startswith(("float", "bfloat", "complex")) for x in leaves)


def _leaves(t: Type) -> Iterator[Scalar | Array]:
    match t:
        case Scalar() | Array():
            yield t
        case Seq(items=items):
            for u in items:
                yield from _leaves(u)
        case Record(items=entries) | MappingType(items=entries):
            for _, u in entries:
                yield from _leaves(u)


def with_lengths(t: Type, lengths: Mapping[str, int]) -> Type:
    """A type in which names of lengths that stand for numbers are these."""

    def known(n: Length) -> Length:
        return lengths.get(n.symbol.removeprefix("axis#"), n) if isinstance(n, Dim) else n

    match t:
        case Array(dtype=dtype, shape=tuple() as shape):
            return Array(dtype, tuple(map(known, shape)))
        case Seq(kind=kind, items=items):
            return Seq(kind, tuple(with_lengths(u, lengths) for u in items))
        case Record(items=entries) | MappingType(items=entries):
            return replace(t, items=tuple((k, with_lengths(u, lengths)) for k, u in entries))
        case ListOf(item=item):
            return ListOf(with_lengths(item, lengths))
    return t


@contextlib.contextmanager
def bits_of_64(wanted: bool) -> Iterator[None]:
    """JAX in 64 bits, or in 32, for as long as this is entered."""
    import jax

    config: Any = jax.config
    before = config.jax_enable_x64
    config.update("jax_enable_x64", wanted)
    try:
        yield
    finally:
        config.update("jax_enable_x64", before)
