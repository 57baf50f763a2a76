"""Scripts: what a Core block becomes before it is text, statements over nested expressions with writes in place.

Variables are still Core's, bound once; `naming` decides what they are called. A `Write`, an `Update` or a `Mutate`
binds new variables that have the storage, and so the names, of the old ones. Loops only carry; what Core collects is
appended to lists.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Union

from pullback.transpile import abstract as ab
from pullback.transpile.core import Caught, Global, Lit, OpFunction, Origin, Param, Var
from pullback.transpile.frozen import node, value
from pullback.transpile.shapes import of_shape_alone


@node
class Apply:
    """`op(*args, **kwargs)` as an expression."""

    op: OpFunction
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...] = ()
    out: Var | None = None


@node
class Choice:
    """`then if cond else orelse`."""

    cond: Expr
    then: Expr
    orelse: Expr


@node
class Invoke:
    """A call of one of the program's functions, by its key; it takes over the arguments `taken`."""

    function: str
    args: tuple[Expr, ...]
    out: Var
    taken: tuple[int, ...] = ()


@node
class Cut:
    """`lower:upper:step` inside an index."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


Expr = Union[Var, Lit, Global, Apply, Choice, Invoke, Cut, tuple["Expr", ...]]  # noqa: UP007
Target = Union[Var, None, tuple["Target", ...]]  # noqa: UP007


@node
class Body:
    """Statements, and the values that they leave for what is around them."""

    statements: tuple[Statement, ...]
    results: tuple[Expr, ...] = ()


@node
class Assign:
    """`target = value`; a tuple as a target takes the value apart, None in it is a part that nobody reads."""

    target: Target
    value: Expr
    origin: Origin


@node
class Update:
    """`old op= value` on an array in place; `out` is the array afterwards."""

    out: Var
    old: Var
    op: OpFunction
    value: Expr
    origin: Origin


@node
class Write:
    """`view[index] = value`, or `view[index] op= value`, in place; `out` is the array afterwards.

    `view` is the array `old` or a view of it. `each`: where the index names an element several times, each time counts,
    as `op.at` does it.
    """

    out: Var
    old: Var
    view: Expr
    index: Expr
    value: Expr
    op: OpFunction | None
    each: bool
    origin: Origin


@node
class Mutate:
    """`value = call`, which writes into its arguments at the positions `at`; `new` are these arrays afterwards."""

    value: Var | None
    new: tuple[Var, ...]
    at: tuple[int, ...]
    call: Invoke
    origin: Origin

    @property
    def old(self) -> tuple[Expr, ...]:
        """The arrays before the call."""
        return tuple(self.call.args[k] for k in self.at)


@node
class Append:
    """`to.append(value)`."""

    to: Var
    value: Expr
    origin: Origin


@node
class Change:
    """A list is changed in place; `out` is the list afterwards, and `taken` the item that was taken out."""

    out: Var
    old: Var
    op: OpFunction
    args: tuple[Expr, ...]
    taken: Var | None
    origin: Origin


@node
class Reverse:
    """`what.reverse()`."""

    what: Var
    origin: Origin


@node
class Act:
    """An effect: print, assert, raise."""

    op: str
    args: tuple[Expr, ...]
    kwargs: tuple[tuple[str, Expr], ...]
    origin: Origin


@node
class Branch:
    """`if`; the results of the branch taken are called `outs` afterwards.

    A branch that `leaves` the loop around it has as results what the loop leaves as its `outs`. `skips`: as in Core.
    """

    outs: tuple[Var, ...]
    cond: Expr
    then: Body
    orelse: Body
    origin: Origin
    leaves: tuple[bool, bool] = (False, False)
    skips: bool = False

    @property
    def given(self) -> tuple[tuple[Expr, ...], ...]:
        """What `outs` are at the end of each branch that comes to its end."""
        sides = zip((self.then, self.orelse), self.leaves, strict=True)
        return tuple(b.results for b, leaves in sides if not leaves and len(b.results) == len(self.outs))

    @property
    def tries(self) -> bool:
        """Is the second branch there for exceptions of the first?"""
        return isinstance(self.cond, Lit) and isinstance(self.cond.value, Caught)


@node
class ForLoop:
    """`for target in iterable`; `body.results` are what `carried` are in the next round, and `outs` at the end."""

    outs: tuple[Var, ...]
    inits: tuple[Expr, ...]
    carried: tuple[Var, ...]
    target: Target
    iterable: Expr
    body: Body
    origin: Origin


@node
class WhileLoop:
    """`while test`; `test` reads `carried`, and has statements only where its result is no single expression."""

    outs: tuple[Var, ...]
    inits: tuple[Expr, ...]
    carried: tuple[Var, ...]
    test: Body
    body: Body
    origin: Origin


@node
class Define:
    """`def name(params): body`, whose one result is returned."""

    out: Var
    name: str
    params: tuple[Var, ...]
    body: Body
    origin: Origin


@node
class Return:
    """`return value`: the last statement of a branch at the end of a function."""

    value: Expr
    origin: Origin


Loop = ForLoop | WhileLoop
Changing = Assign | Update | Write | Mutate | Append | Change | Reverse
Statement = Changing | Act | Branch | ForLoop | WhileLoop | Define | Return


@value
class Procedure:
    """One function on its way to text. All paths through `body` end in a `Return`; `results` are unnamed values in it.

    What a `public` function returns shares no storage with its arguments. `wanted` are the variables whose arrays would
    be written in place; of parameters, those that are `owned` may be. A function of the user's that has `mutated`
    parameters returns what its result has first: the rest is these arrays.
    """

    name: str
    params: tuple[Param, ...]
    body: Body
    origin: Origin
    user_names: frozenset[str]
    doc: str
    public: bool
    results: frozenset[Var]
    wanted: frozenset[Var]
    owned: frozenset[Var]
    mutated: tuple[Var, ...]


def counted(s: Loop) -> Expr | None:
    """The `range` that a loop runs over, if it runs over one."""
    e = s.iterable if isinstance(s, ForLoop) else None
    if isinstance(e, Apply) and e.op is builtins.reversed:
        e = e.args[0]
    return e if isinstance(e, Apply) and e.op is builtins.range else None


def atoms(e: Expr | None) -> Iterable[Var]:
    """The variables that an expression reads, in order."""
    return reading(e).keys()


def reading(e: Expr | None) -> dict[Var, bool]:
    """The variables that an expression reads, in order, each with whether it reads more of it than an array's shape."""
    out: dict[Var, bool] = {}
    _gather(e, out)
    return out


def _gather(e: Expr | None, out: dict[Var, bool]) -> None:
    match e:
        case Var():
            out[e] = True
        case Apply():
            shapes = of_shape_alone(e)
            for k, x in enumerate(e.args):
                if not isinstance(x, Var):
                    if not isinstance(x, Lit):
                        _gather(x, out)
                elif shapes and k in shapes and isinstance(x.type, ab.Array):
                    out.setdefault(x, False)
                else:
                    out[x] = True
            for _, x in e.kwargs:
                _gather(x, out)
        case tuple():
            for x in e:
                _gather(x, out)
        case Choice():
            _gather((e.cond, e.then, e.orelse), out)
        case Invoke():
            _gather(e.args, out)
        case Cut():
            for part in (e.lower, e.upper, e.step):
                _gather(part, out)


def targets(t: Target) -> Iterator[Var]:
    """The variables that a target binds."""
    match t:
        case Var():
            yield t
        case tuple():
            for x in t:
                yield from targets(x)
