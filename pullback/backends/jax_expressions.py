"""How each operation is written in JAX."""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pullback import runtime
from pullback.stdlib import random
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Global, Lit, Slice

from . import jax_calls, jax_nn, jax_windows, traced_ops
from .expressions import Expressions, Functions
from .facts import type_of
from .jax_numbers import form_of
from .jax_scipy import form_of_scipy
from .namespace import Namespace
from .script import Apply, Choice, Cut, Expr
from .syntax import call, constant

ONE_TRIANGLE: frozenset[Any] = frozenset({np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh})
RANDOM: dict[Any, str] = {f: f.__name__ for f in random.FUNCTIONS} | {random.key: "PRNGKey"}


class JaxExpressions(Expressions):
    """Expressions for JAX arrays: writes are new arrays, numbers may be traced unless `is_static` knows better."""

    in_place = False

    def __init__(
        self,
        space: Namespace,
        functions: Functions,
        global_name: Callable[[Global], str],
        is_static: Callable[[object], bool],
    ) -> None:
        self.is_static = is_static
        super().__init__(space, functions, global_name)
        self._special.update({
            operator.getitem: lambda e: jax_windows.read(self, e) if e.kwargs else self._subscript(e),
            prims.set_item: lambda e: jax_windows.written(self, e) if e.kwargs else self._at(e, "set"),
            prims.add_item: lambda e: self._at(e, "add"),
            traced_ops.write_last: lambda e: call(self.space.helper("write_last"), *map(self.argument, e.args)),
            traced_ops.write_apart: self._apart,
            builtins.float: lambda e: self(e.args[0]),
            operator.not_: self._not,
            prims.appended: lambda e: self._items(e, None, None),
            prims.shortened: lambda e: self._sliced(e.args[0], None, Lit(-1)),
            prims.replaced: lambda e: self._items(e, e.args[1], self._after(e)),
            prims.put_part: self._put_part,
            prims.inserted: lambda e: self._items(e, e.args[1], self._sliced(e.args[0], e.args[1], None)),
            prims.removed: lambda e: self._items(e, e.args[1], self._after(e)),
            prims.add_at_key: self._added,
            np.copy: lambda e: self(e.args[0]),
            np.asfortranarray: lambda e: self(e.args[0]),
            np.ascontiguousarray: self._contiguous,
            np.fix: lambda e: call(f"{self.space.arrays()}.trunc", self(e.args[0])),
            np.ndarray.copy: lambda e: self(e.args[0]),
        })  # fmt: skip
        self._special.update(dict.fromkeys([*traced_ops.LAX, *traced_ops.HELPERS], self._control))

    def call(self, op: Any, e: Apply) -> Any:
        """A call of JAX's function for one of Python's numbers, or a plain one."""
        if op in RANDOM:
            return self._drawn(op, e)
        if op in jax_nn.FORMS:
            return jax_nn.FORMS[op](self, e)
        if op in ONE_TRIANGLE:  # JAX would take the mean of the two
            kwargs = {k: self(x) for k, x in e.kwargs}
            function = f"{self.space.arrays()}.linalg.{op.__name__}"
            return call(function, *map(self, e.args), **kwargs, symmetrize_input=ast.Constant(False))
        form = form_of_scipy(op) if self.is_static(e) else form_of(op, len(e.args)) or form_of_scipy(op)
        if form is not None:
            return form(self, e)
        return super().call(op, jax_calls.adapted(e))

    def given_function(self, e: Apply) -> Any:
        """A call of the helper that stands for a solver of SciPy."""
        more = {"args": self(e.args[-1])} if e.args[-1] else {}
        kwargs = more | {k: self(x) for k, x in e.kwargs}
        return call(self.space.helper(e.op.__name__), *map(self, e.args[:-1]), **kwargs)

    def _contiguous(self, e: Apply) -> Any:
        """The array itself: JAX has no order in memory. NumPy makes one with an axis at least."""
        rank = ab.rank(type_of(e.args[0]))
        return call(f"{self.space.arrays()}.atleast_1d", self(e.args[0])) if rank in (None, 0) else self(e.args[0])

    def dtype(self, text: str) -> Any:
        """A dtype by its name: Python's for one of 64 bits, which JAX does not warn of where it works in 32."""
        wide = {"float64": float, "int64": int, "complex128": complex}.get(text)
        return self.scalar_type(text) if wide is None else self.literal(wide)

    def _drawn(self, op: Any, e: Apply) -> Any:
        """A call of the function of `jax.random` that gives the same numbers."""
        if op is random.bits and len(e.args) < 3 and "dtype" not in dict(e.kwargs):
            e = replace(e, kwargs=(*e.kwargs, ("dtype", Lit(np.uint32))))  # JAX has 64 bits where it computes in 64
        function = f"{self.space.member('jax', 'random')}.{RANDOM[op]}"
        return call(function, *map(self, e.args), **{k: self(x) for k, x in e.kwargs})

    def _not(self, e: Apply) -> Any:
        if self.is_static(e.args):
            return ast.UnaryOp(ast.Not(), self(e.args[0]))
        return call(f"{self.space.arrays()}.logical_not", self(e.args[0]))

    def _choice(self, e: Choice) -> Any:
        if self.is_static(e.cond):
            return super()._choice(e)
        return call(f"{self.space.arrays()}.where", self(e.cond), self(e.then), self(e.orelse))

    def _control(self, e: Apply) -> Any:
        """A call of one of `jax.lax`, or of a helper that stands for one."""
        if e.op in traced_ops.HELPERS:
            function = self.space.helper(traced_ops.HELPERS[e.op])
        else:
            function = f"{self.space.member('jax', 'lax')}.{traced_ops.LAX[e.op]}"
        return call(function, *map(self, e.args), **{k: self(x) for k, x in e.kwargs})

    def _sliced(self, xs: Expr, lower: Expr | None, upper: Expr | None) -> Any:
        """`xs[lower:upper]`."""
        return ast.Subscript(self(xs), self(Cut(lower, upper, None)), ast.Load())

    def _after(self, e: Apply) -> Any:
        """What of a list follows an item that is changed, which may be counted from the end."""
        xs, key = e.args[:2]
        if isinstance(key, Lit) and type(key.value) is int and key.value != -1:
            return self._sliced(xs, Lit(key.value + 1), None)
        one = ast.Slice(constant(1), None, None)
        return None if key == Lit(-1) else ast.Subscript(self._sliced(xs, key, None), one, ast.Load())

    def _items(self, e: Apply, upto: Expr | None, after: Any) -> Any:
        """A list with what one has before a place, the new item if there is one, and what follows."""
        before = self(e.args[0]) if upto is None else self._sliced(e.args[0], None, upto)
        new = [] if e.op is prims.removed else [self(e.args[-1])]
        parts = [ast.Starred(before, ast.Load()), *new]
        return ast.List(parts if after is None else [*parts, ast.Starred(after, ast.Load())], ast.Load())

    def _put_part(self, e: Apply) -> Any:
        """A list with other items in the place of a part."""
        xs, index, new = e.args
        assert isinstance(index, tuple)
        (part,) = index
        assert isinstance(part, Cut | Slice)
        before, after = part.lower, part.upper
        parts = [] if before is None else [self._sliced(xs, None, before)]
        parts = [*parts, self(new), *([] if after is None else [self._sliced(xs, after, None)])]
        return ast.List([ast.Starred(x, ast.Load()) for x in parts], ast.Load())

    def _added(self, e: Apply) -> Any:
        """A list with something added to one of its items."""
        xs, key, value = e.args
        item = Apply(prims.item, (xs, key))
        numbers = isinstance(t := type_of(xs), ab.ListOf) and isinstance(t.item, ab.Array | ab.Scalar)
        total = Apply(operator.add if numbers else runtime.add_trees, (item, value))
        return self._items(Apply(prims.replaced, (xs, key, total)), key, self._after(e))

    def _apart(self, e: Apply) -> Any:
        array, index, value = e.args
        parts = self.argument(array), self.index_value(index), self.argument(value)
        return call(self.space.helper("write_apart"), *parts)

    def _at(self, e: Apply, method: str) -> Any:
        """`array.at[index].set(value)`."""
        array, index, value = e.args
        at = ast.Subscript(ast.Attribute(self(array), "at", ast.Load()), self.index(index), ast.Load())
        return call(ast.Attribute(at, method, ast.Load()), self(value))
