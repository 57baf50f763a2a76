"""The public functions: each takes a function, or decorates one, and returns its derivative."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any, TypeVar, overload

from pullback import errors
from pullback.derived import Derived, Order
from pullback.jacobians import Jacobian, order_of
from pullback.jax_vjp import custom_vjp
from pullback.primal import Primal
from pullback.pushed import Linearized, Pushed
from pullback.references import global_name, under_its_name
from pullback.sparse import sparse_jacobian
from pullback.target import target_of
from pullback.transpile.parse.live import primal_of
from pullback.transpile.request import Mode
from pullback.wrt import Wrt

Function = Callable[..., Any]
F = TypeVar("F", bound=Function)


def _mode(mode: Mode) -> Callable[[F], F]:
    """Mark a function of this page, so that it is known in what is differentiated."""

    def mark(f: F) -> F:
        f.__pullback_mode__ = mode  # type: ignore[attr-defined]
        return f

    return mark


def _derived(f: Function | None, order: Order) -> Any:
    return functools.partial(Derived, order=order) if f is None else Derived(f, order)


@overload
def grad(
    f: Function,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Derived: ...
@overload
def grad(
    f: None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Callable[[Function], Derived]: ...
@_mode("grad")
def grad(
    f: Function | None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Any:
    """The gradient of a function whose result is a scalar: `g(*args) -> gradient`, or `(gradient, aux)` with `has_aux`.

    `wrt` is the position or the name of a parameter, or a tuple of them: then the gradients are a tuple. Positions
    count after `self`, and after what a `functools.partial` holds. With `check_finite` each number is checked as it is
    computed, forwards and backwards, and the first NaN or infinity raises NotFinite with the line where it was born.
    That is slow, and for looking for one.
    """
    return _derived(f, Order("grad", wrt, has_aux, backend, signature, check_finite=check_finite))


@overload
def value_and_grad(
    f: Function,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Derived: ...
@overload
def value_and_grad(
    f: None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Callable[[Function], Derived]: ...
@_mode("value_and_grad")
def value_and_grad(
    f: Function | None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Any:
    """The value and the gradient: `g(*args) -> (value, gradient)`, or `((value, aux), gradient)` with `has_aux`."""
    return _derived(f, Order("value_and_grad", wrt, has_aux, backend, signature, check_finite=check_finite))


@overload
def vjp(
    f: Function,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Derived: ...
@overload
def vjp(
    f: None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Callable[[Function], Derived]: ...
@_mode("vjp")
def vjp(
    f: Function | None = None,
    /,
    *,
    wrt: Wrt = 0,
    has_aux: bool = False,
    backend: str = "numpy",
    signature: str | None = None,
    check_finite: bool = False,
) -> Any:
    """The value and what pulls a cotangent of it back: `g(*args) -> (out, pull)`, `pull(ct) -> cotangents`.

    `pull` may be called any number of times. With `has_aux`: `(out, pull, aux)`.
    """
    return _derived(f, Order("vjp", wrt, has_aux, backend, signature, check_finite=check_finite))


@_mode("jvp")
def jvp(
    f: Function, /, *, wrt: Wrt = 0, has_aux: bool = False, backend: str = "numpy", signature: str | None = None
) -> Pushed:
    """The value and its tangent, in forward mode: `g(primals, tangents) -> (out, tangent_out)`.

    `primals` is the tuple of the arguments. The tangents match `wrt`, one or a tuple of them, and have the structure
    and the shapes of these arguments. With `has_aux`: `(out, tangent_out, aux)`.
    """
    return Pushed(f, Order("jvp", wrt, has_aux, backend, signature))


@_mode("hvp")
def hvp(f: Function, /, *, wrt: Wrt = 0, backend: str = "numpy", signature: str | None = None) -> Pushed:
    """The Hessian of a function whose result is a scalar times a vector: `g(primals, tangents)`, shaped as gradients.

    It is the tangent of the gradient, and costs a small multiple of it. `primals` and `tangents` as of `jvp`.
    """
    return Pushed(f, Order("hvp", wrt, backend=backend, signature=signature))


@_mode("linearize")
def linearize(
    f: Function, /, *, wrt: Wrt = 0, has_aux: bool = False, backend: str = "numpy", signature: str | None = None
) -> Linearized:
    """The value and the linear function from tangents to its tangent: `g(*args) -> (out, linear)`.

    `linear` takes tangents as `jvp` does, any number of times. With `has_aux`: `(out, linear, aux)`.
    """
    return Linearized(f, Order("linearize", wrt, has_aux, backend, signature))


@_mode("jacobian")
def jacobian(
    f: Function,
    /,
    *,
    wrt: Wrt = 0,
    mode: str | None = None,
    sparsity: Any = None,
    backend: str = "numpy",
    signature: str | None = None,
) -> Any:
    """The Jacobian of a function from an array to an array, `g(*args)`, of the shape `out.shape + in.shape`.

    `mode` is "forward", one column for each element of the parameter, or "reverse", one row for each of the result; all
    of them at once where there is a rule for that. Without it the shapes of each call decide. With several
    parameters in `wrt` the result is a tuple of Jacobians. Of structures, the result of the function is one in which
    each leaf is a structure like the parameter; what is no float gives None.

    `sparsity`, an array or a sparse matrix of two axes, says where entries can be: columns that share no row are then
    computed together, in forward mode, and the result is a `scipy.sparse.csr_array`.
    """
    if sparsity is not None:
        return sparse_jacobian(f, wrt, mode, backend, signature, sparsity)
    return Jacobian(f, order_of(wrt, mode, backend, signature))


@_mode("hessian")
def hessian(f: Function, /, *, wrt: Wrt = 0, backend: str = "numpy", signature: str | None = None) -> Jacobian:
    """The Hessian of a function whose result is a scalar, `g(*args)`, of the shape `in.shape + in.shape`.

    It is the Jacobian of the gradient, in forward mode, all columns at once. In several parameters it is a tuple of
    tuples: `h[i][j]` has the second derivatives in the parameters `i` and `j`, of the shape `in_i.shape + in_j.shape`.
    In a structure each leaf of that is in the place of `i`, with a structure in the place of `j` in it.
    """
    return Jacobian(f, Order("hessian", wrt, backend=backend, signature=signature))


class Differentiable:
    """A function that is called as it is, with its derivatives as attributes: what `differentiable` returns."""

    __wrapped__: Callable[..., Any]

    def __init__(
        self, f: Function, wrt: Wrt, backend: str, static: tuple[str, ...], check_finite: bool = False
    ) -> None:
        functools.update_wrapper(self, target_of(f).function)
        self._primal: Any = primal_of(f)
        self._order = (wrt, backend, static, check_finite)
        self._derived: dict[Mode, Derived] = {}

    @property
    def __pullback_primal__(self) -> Any:
        return self._primal

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function itself."""
        return self._primal(*args, **kwargs)

    @property
    def primal(self) -> Derived:
        """The function itself as it is written for JAX. Raises NotSupportedYet for NumPy, for which it is as it is."""
        return self._derivative("primal", Primal)

    @property
    def grad(self) -> Derived:
        """The gradient."""
        return self._derivative("grad")

    @property
    def value_and_grad(self) -> Derived:
        """The value and the gradient."""
        return self._derivative("value_and_grad")

    @property
    def vjp(self) -> Derived:
        """The value and what pulls a cotangent of it back."""
        return self._derivative("vjp")

    @property
    def jvp(self) -> Derived:
        """The value and its tangent."""
        return self._derivative("jvp", Pushed)

    @property
    def hvp(self) -> Derived:
        """The product of the Hessian with a vector."""
        return self._derivative("hvp", Pushed)

    @property
    def linearize(self) -> Derived:
        """The value and the linear function from tangents to its tangent."""
        return self._derivative("linearize", Linearized)

    @property
    def jacobian(self) -> Derived:
        """The Jacobian."""
        return self._derivative("jacobian", Jacobian)

    @property
    def hessian(self) -> Derived:
        """The Hessian."""
        return self._derivative("hessian", Jacobian)

    @functools.cached_property
    def custom_vjp(self) -> Function:
        """The function as a `jax.custom_vjp`: JAX calls it, and its derivative in `jax.grad` is the emitted one.

        It is differentiated in all arguments that hold floats, whatever `wrt` is.
        """
        if self._order[1] != "jax":
            hint = 'Write differentiable(f, backend="jax").'
            raise errors.NotSupportedYet("custom_vjp is a function of JAX: the backend has to be jax", hint=hint)
        return custom_vjp(self._primal, self._order[2])

    def _derivative(self, mode: Mode, kind: type[Derived] = Derived) -> Derived:
        made = self._derived.get(mode)
        if made is None:
            wrt, backend, static, check_finite = self._order
            order = Order(mode, wrt, backend=backend, static=static, check_finite=check_finite)
            made = self._derived.setdefault(mode, kind(self._primal, order))
        return made

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickled by reference, as a function is."""
        return global_name(self) or (Differentiable, (under_its_name(self._primal), *self._order))

    def __repr__(self) -> str:
        return f"<differentiable {self.__wrapped__.__module__}.{self.__wrapped__.__qualname__}>"

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else _OfObject(self, instance)


class _OfObject:
    """A method of an object, called as it is, with its derivatives as attributes."""

    def __init__(self, of: Differentiable, receiver: object) -> None:
        self.__func__, self.__self__ = of, receiver

    @property
    def __pullback_primal__(self) -> Any:
        return types.MethodType(self.__func__.__wrapped__, self.__self__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The method itself."""
        return self.__func__(self.__self__, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.__func__, name)
        return types.MethodType(found, self.__self__) if isinstance(found, Derived) else found

    def __repr__(self) -> str:
        return f"<differentiable {self.__func__.__wrapped__.__qualname__} of {self.__self__!r}>"


@overload
def differentiable(
    f: Function, /, *, wrt: Wrt = 0, backend: str = "numpy", static: tuple[str, ...] = (), check_finite: bool = False
) -> Differentiable: ...
@overload
def differentiable(
    f: None = None,
    /,
    *,
    wrt: Wrt = 0,
    backend: str = "numpy",
    static: tuple[str, ...] = (),
    check_finite: bool = False,
) -> Callable[[Function], Differentiable]: ...
def differentiable(
    f: Function | None = None,
    /,
    *,
    wrt: Wrt = 0,
    backend: str = "numpy",
    static: tuple[str, ...] = (),
    check_finite: bool = False,
) -> Any:
    """Mark a function: it is called as before, and has `.grad`, `.value_and_grad`, `.vjp`, `.jvp` and the others.

    Parameters named in `static` are part of the signature with their value: there is code for each value. With
    `check_finite` the derivatives check each number as `grad` does.
    """
    if isinstance(static, str):
        raise errors.WrtError(f"static is a tuple of names, not {static!r}", hint=f"Write static=({static!r},).")
    make = functools.partial(
        Differentiable, wrt=wrt, backend=backend, static=tuple(static), check_finite=check_finite
    )
    return make if f is None else make(f)
