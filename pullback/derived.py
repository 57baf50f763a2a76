"""A derivative as a function: code is generated for the types of its arguments, once for each signature."""

from __future__ import annotations

import functools
import inspect
import os
import threading
import types
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pullback import errors, output
from pullback.backends.base import Emitted
from pullback.backends.modules import is_enclosed
from pullback.cotangent import checked, fitting_tangents, like
from pullback.jax_trees import register_annotated, register_types, register_used
from pullback.references import global_name, under_its_name
from pullback.target import target_of
from pullback.transpile.abstract import Scalar, Static, Type, Unknown
from pullback.transpile.annotations import types_of_annotations
from pullback.transpile.collector import collector_paused
from pullback.transpile.depth import with_room
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function, primal_of
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.pipeline import find_backend, transpile
from pullback.transpile.quick import Test, never, test_of
from pullback.transpile.request import ALONG, Mode, Request
from pullback.transpile.signature import Binder, arguments_in_order, exact_key, signature_key, type_of_value
from pullback.transpile.signature_text import format_signature, parse_signature
from pullback.wrt import Wrt, check_wrt, wrt_positions

_MOST_SHAPES = 1024
_NONE_YET: tuple[Test, Callable[..., Any]] = never, never


@dataclass(frozen=True)
class Order:
    """What is asked of a derivative, apart from the function; `of`: what is asked of the one that it is taken of."""

    mode: Mode
    wrt: Wrt = 0
    has_aux: bool = False
    backend: str = "numpy"
    signature: str | None = None
    static: tuple[str, ...] = ()
    check_finite: bool = False
    of: Order | None = None


@dataclass(frozen=True)
class Specialisation:
    """The derivative for one signature: its parameters' types, its text, and the function that the text became."""

    types: tuple[Type, ...]
    emitted: Emitted
    function: Callable[..., Any]


class Derived:
    """The derivative of a function, called like it: `grad`, `value_and_grad` and `vjp` return it.

    The first call with a new signature (structure, dtypes, ranks, axes of length 1) generates code for it.
    """

    __wrapped__: Callable[..., Any]
    _primal: Any
    _order: Order

    def __init__(self, f: Callable[..., Any], order: Order) -> None:
        given: Any = primal_of(f)
        inner = given if isinstance(given, Derived) else None
        if inner is not None:
            given, order = inner._primal, replace(order, of=inner._order, static=order.static or inner._order.static)
        self._primal = given
        self._target = target = target_of(given)
        primal = target.function
        functools.update_wrapper(self, primal)
        if target.args or target.keywords:
            self.__signature__ = inspect.signature(given)
        self._order = order
        self._along = _along(given, order.of)
        self._signature = _OF_TWO if self._along else inspect.signature(primal, follow_wrapped=False)
        self._names = tuple(self._signature.parameters)
        self._request = request = self._request_for(order)
        self._wrt, self._bare = request.wrt, request.bare
        static = () if self._along else order.static
        self._static = tuple(_static_position(name, self._names, primal.__name__) for name in static)
        self._ahead = parse_signature(order.signature) if order.signature is not None else {}
        for name in self._ahead:
            _parameter(name, self._innermost._names, primal.__name__)
        find_backend(order.backend)
        if order.backend == "jax":
            register_annotated(primal)
        if order.check_finite and order.backend != "numpy":
            raise errors.NotSupportedYet("check_finite is for NumPy only yet", hint="Differentiate for NumPy.")
        self._stars = _stars(self._signature)
        is_plain = not target.keywords and not any(self._stars) and self._along is None
        self._count = _positional(self._signature) - len(target.args) if is_plain else -1
        self._binder = Binder(self._signature)
        self._specialisations: dict[Hashable, Specialisation] = {}
        self._functions: dict[Hashable, tuple[Test, Callable[..., Any]]] = {}
        self._latest = _NONE_YET
        self._lock = threading.RLock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative at these arguments, which stay as they are."""
        if kwargs or len(args) != self._count:
            args = self._in_order(args, kwargs)
        elif self._target.args:
            args = (*self._target.args, *args)
        is_like, function = self._latest
        if not is_like(args):
            function = self._function(args)
        try:
            return function(*args)
        except errors.StaleSource:  # raised before anything was computed: a global has now another type
            self._forget(args)
            return self._function(args)(*args)

    def _forget(self, args: tuple[Any, ...]) -> None:
        """Forget the code for the types of these arguments."""
        with self._lock:
            self._specialisations.pop(self._key(args), None)
            self._functions.clear()
            self._latest = _NONE_YET

    def specialize(self, *args: Any, **kwargs: Any) -> Derived:
        """This derivative with the code for the types of these arguments at hand, and no other."""
        values = self._in_order(args, kwargs)
        key = self._key(values)
        target = self._target
        out = type(self)(functools.partial(target.function, *target.args, **target.keywords), self._order)
        out._specialisations[key] = self._specialise(key, values)
        return out

    @property
    def __pullback_derivative__(self) -> tuple[Callable[..., Any], Order]:
        """The function, and what is asked of its derivative."""
        return self._primal, self._order

    @property
    def signatures(self) -> tuple[str, ...]:
        """The signatures that code was generated for, oldest first, as `--signature` takes them."""
        names = self._innermost._names
        return tuple(format_signature(names, s.types) for s in list(self._specialisations.values()))

    @property
    def source(self) -> str:
        """The generated module: for the latest signature, or for the annotations if there was no call yet."""
        made = list(self._specialisations.values())
        return made[-1].emitted.text if made else self._ahead_of_time.text

    def show(self) -> None:
        """Print the generated module."""
        print(self.source, end="")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the generated module to a file, whole or not at all, and never over one that pullback did not write."""
        self._check_enclosed()
        file = Path(self.__wrapped__.__code__.co_filename)
        output.write(path, output.marked(self.source, file.name), keep=[str(file)])

    def _check_enclosed(self) -> None:
        """Refuse to write out what needs a variable of a function around: no module has it."""
        made = [*self._specialisations.values()]
        emitted = made[-1].emitted if made else self._ahead_of_time
        names = [name for name, (module, _) in emitted.user_names.items() if is_enclosed(module)]
        if names:
            what = ", ".join(map(repr, sorted(names)))
            message = f"the derivative reads {what} of the function around {self.__wrapped__.__name__!r}"
            raise errors.NotSupportedYet(message, hint="Pass it as an argument; `show` prints the text.")

    def __repr__(self) -> str:
        names = ", ".join(self._names[i] for i in self._wrt)
        function = f"{self.__wrapped__.__module__}.{self.__wrapped__.__qualname__}"
        return f"<{self._order.mode} of {function} in {names}: {self._made}>"

    @property
    def _made(self) -> str:
        count = len(self._specialisations)
        return {0: "not specialised yet", 1: "1 specialisation"}.get(count, f"{count} specialisations")

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickled by reference: under its own name, or as the derivative of a function that has one."""
        return global_name(self) or (type(self), (under_its_name(self._primal), self._order))

    def _in_order(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """One argument for each parameter. Raises TypeError as the function itself would."""
        if self._along is not None:
            try:
                primals, tangents = _OF_TWO.bind(*args, **kwargs).args
            except TypeError as e:
                raise TypeError(f"a derivative along tangents: {e}") from None
            values, moved = self._along._given(primals, tangents)
            return values, moved[0] if self._along._bare else tuple(moved)
        args, kwargs = (*self._target.args, *args), {**self._target.keywords, **kwargs}
        quick = None if any(self._stars) else self._binder(args, kwargs)
        if quick is not None:
            return quick
        try:
            return arguments_in_order(self._signature, args, kwargs)
        except TypeError as e:
            raise TypeError(f"{self.__wrapped__.__name__}(): {e}") from None

    def _given(self, primals: Sequence[Any], tangents: Any) -> tuple[tuple[Any, ...], list[Any]]:
        """One argument for each parameter, and one tangent for each in `wrt`, in the dtypes of the arguments.

        Raises TypeError where a tangent has not the structure and the shapes of its argument.
        """
        if not isinstance(primals, tuple | list):
            raise TypeError(f"the arguments are given as a tuple, not as {type(primals).__name__}: g((x, y), dx)")
        args = self._in_order(tuple(primals), {})
        wanted = {self._names[i]: like(args[i]) for i in self._wrt}
        return args, fitting_tangents(tangents, wanted, self._bare)

    @property
    def _innermost(self) -> Derived:
        """The derivative whose arguments are those of the function itself."""
        return self if self._along is None else self._along._innermost

    def _arguments(self, values: Sequence[Any]) -> Sequence[Any]:
        """The arguments of the function itself."""
        return values if self._along is None else self._along._arguments(values[0])

    def _key(self, args: tuple[Any, ...]) -> Hashable:
        """What the code for these arguments depends on."""
        return self._static_key(signature_key(args), args)

    def _exact_key(self, args: tuple[Any, ...]) -> Hashable:
        """As `_key`, and shapes as they are; found faster."""
        return self._static_key(exact_key(args), args)

    def _static_key(self, key: Hashable, args: Sequence[Any]) -> Hashable:
        if self._along is not None:
            return self._along._static_key(key, args[0])
        for i in self._static:
            try:
                hash(args[i])
            except TypeError:
                what = f"{self._names[i]!r} is static, so it has to be hashable; this is a {type(args[i]).__name__}"
                raise TypeError(f"{what}. Under jax.jit, name it in static_argnums.") from None
        return (key, *((type(args[i]), args[i]) for i in self._static)) if self._static else key

    def _types(self, values: Sequence[Any]) -> tuple[Type, ...]:
        """The types of the arguments of the function itself."""
        if self._along is not None:
            return self._along._types(values[0])
        return tuple(
            static_type(x) if i in self._static else type_of_value(x, name)
            for i, (x, name) in enumerate(zip(values, self._names, strict=True))
        )

    def _function(self, args: tuple[Any, ...]) -> Callable[..., Any]:
        """The generated function for these arguments, remembered under their very shapes."""
        exact = self._exact_key(args)
        found = self._functions.get(exact)
        if found is None:
            found = never, self._specialise(self._key(args), args).function
        elif found[0] is never and not self._static:  # the second time
            found = test_of(args), found[1]
        with self._lock:
            if len(self._functions) >= _MOST_SHAPES:
                self._functions.clear()
            self._functions[exact] = self._latest = found
        return found[1]

    @with_room
    @collector_paused()
    def _specialise(self, key: Hashable, values: Sequence[Any]) -> Specialisation:
        with self._lock:
            made = self._specialisations.get(key)
            if made is None:
                source = from_function(self.__wrapped__)
                found = self._types(values)
                self._check_wrt(source, found, values)
                emitted = transpile(source, found, self._request_at(values), self._order.backend)
                function = load(emitted, source)
                if self._order.backend == "jax":
                    from pullback.runtime.jax import on_arrays

                    register_types(found)
                    register_used(function)
                    function = on_arrays(function, self._order.mode in ("vjp", "linearize"))
                elif self._order.mode == "vjp":
                    function = checked(function)
                made = Specialisation(found, emitted, self._by_position(function))
                self._specialisations[key] = made
            return made

    def _request_at(self, values: Sequence[Any]) -> Request:
        """What is asked of the transpiler for these arguments."""
        return self._request

    def _request_for(self, order: Order) -> Request:
        """What is asked of the transpiler. Raises WrtError where `wrt` names no parameter."""
        if order.mode == "primal":
            return Request("primal", (), True)
        if self._along is not None and order is self._along._order:
            return self._along._request
        function, first = self._target.function.__name__, self._target.first_free(self._names)
        if self._along is not None:
            function, first = f"{function}_{self._along._order.mode}", 0
        wrt, bare = wrt_positions(order.wrt, self._names, function, first)
        of = self._request_for(order.of) if order.of is not None else None
        return Request(order.mode, wrt, bare, order.has_aux, check_finite=order.check_finite, of=of)

    def _check_wrt(self, source: FunctionSource, types: Sequence[Type], values: Sequence[Any] | None = None) -> None:
        """Refuse parameters that can carry no derivative, here or further in."""
        if self._along is not None:
            self._along._check_wrt(source, types, None if values is None else values[0])
            return
        request: Request | None = self._request
        while request is not None:
            check_wrt(source, request.wrt, types, values)
            request = request.of

    @functools.cached_property
    @with_room
    def _ahead_of_time(self) -> Emitted:
        """Code for the types that the signature and the annotations give; general code where they give none."""
        source = from_function(self.__wrapped__)
        annotated = types_of_annotations(source)
        found = tuple(self._ahead.get(name, annotated.get(name, Unknown())) for name in self._innermost._names)
        self._check_wrt(source, found)
        return transpile(source, found, self._request, self._order.backend)

    def _by_position(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, taking keyword-only parameters by position too."""
        kinds = [p.kind for p in self._signature.parameters.values()]
        by_name = inspect.Parameter.KEYWORD_ONLY
        several, named = self._stars
        if by_name not in kinds and not several and not named:
            return function
        end = len(kinds) - named
        first = kinds.index(by_name) if by_name in kinds else end
        plain, names = first - several, self._names[first:end]

        def by_position(*args: Any, **more: Any) -> Any:
            rest = args[plain] if several else ()
            others = args[-1] if named else {}
            return function(*args[:plain], *rest, **dict(zip(names, args[first:end], strict=True)), **others, **more)

        return by_position


_OF_TWO = inspect.signature(lambda primals, tangents: None)


def _along(f: Any, order: Order | None) -> Derived | None:
    """The derivative along tangents that others are taken of, whose two parameters are then theirs."""
    while order is not None and order.mode not in ALONG:
        order = order.of
    return None if order is None else Derived(f, order)


def static_type(value: object) -> Type:
    """The type of an argument that is part of the signature with its value."""
    return Scalar("int", value=value) if type(value) is int else Static(value)


def _positional(signature: inspect.Signature) -> int:
    """The number of parameters if all can be given by position, else -1."""
    kinds = {p.kind for p in signature.parameters.values()}
    return -1 if inspect.Parameter.KEYWORD_ONLY in kinds else len(signature.parameters)


def _stars(signature: inspect.Signature) -> tuple[bool, bool]:
    """Has a function `*args`, has it `**kwargs`?"""
    kinds = {p.kind for p in signature.parameters.values()}
    return inspect.Parameter.VAR_POSITIONAL in kinds, inspect.Parameter.VAR_KEYWORD in kinds


def _static_position(name: str, names: Sequence[str], function: str) -> int:
    return names.index(_parameter(name, names, function))


def _parameter(name: str, names: Sequence[str], function: str) -> str:
    if name not in names:
        raise errors.SourceError(f"{function!r} has no parameter {name!r}", hint=f"It has {', '.join(names)}.")
    return name
