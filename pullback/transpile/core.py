"""Core: the language in the middle. Names are bound once, arrays and containers are values, control flow is structured.

    body  ::=  statement*                     in order, inside a Block
    statement ::= out = op(args, kwargs)      Op: an operation that has no effect
               |  effect(args)                Effect: print, assert, raise; kept in order, occurs once
               |  outs = if cond: block else: block    also: try: block except classes: block
               |  outs = for i, carried, items in source: block
               |  outs = while cond-block: block
                                              either loop may stop early, at the end of an iteration
               |  out = call function(args)
               |  out = def (params): block   Def: a closure, as the `pull` that a VJP returns

An operation is the Python callable itself (`np.tanh`, `operator.add`, `math.exp`, or one of `prims`): Core has a
meaning by running it. An argument is an atom (`Var` or `Lit`), a tuple of arguments (a shape, an axis, an index), or
a `Slice`. A function that an operation is given is a literal, a `Callback`: it reads nothing of the scope around, and
what it needs beside its own arguments the operation hands on to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Union

from pullback.transpile.abstract import BOOL, FLOAT, Scalar, Static, Type
from pullback.transpile.frozen import node, value


@value
class Origin:
    """Where a statement comes from: the place in the user's file and the text of the user's statement.

    `adjoint`: it differentiates that statement; `beside`: and stands next to it, as tangents of forward code do.
    """

    file: str
    line: int
    col: int
    end_line: int
    end_col: int
    text: str
    adjoint: bool = False
    beside: bool = False

    def tangent(self) -> Origin:
        """The origin of a statement that computes a tangent of what the one from here binds."""
        here = self.beside or not self.adjoint
        return Origin(self.file, self.line, self.col, self.end_line, self.end_col, self.text, True, here)

    def backwards(self) -> Origin:
        """The origin of a statement that differentiates the one from here."""
        return Origin(self.file, self.line, self.col, self.end_line, self.end_col, self.text, True)


class Tag:
    """The identity of a statement with blocks, which outlives its rewriting.

    An adjoint loop points at its primal by it.
    """


@node
class Var:
    """A name.

    Two variables are the same only if they are the same object; `hint` is what it would like to be called.
    """

    hint: str
    type: Type

    def __repr__(self) -> str:
        return f"{self.hint or 't'}_{id(self) // 16 % 9973}"


@node
class Lit:
    """A constant that is written into the text.

    A Python literal, or a static object with a dotted name (`np.float32`).
    """

    value: object
    text: str = ""

    @property
    def type(self) -> Type:
        match self.value:
            case bool():
                return BOOL
            case int() as n:
                return Scalar("int", value=n)
            case float():
                return FLOAT
            case complex():
                return Scalar("complex")
        return Static(self.value)

    def __eq__(self, other: object) -> bool:
        """Equal only as text is: 1, 1.0, True differ, and so do 0.0 and -0.0."""
        if not isinstance(other, Lit):
            return NotImplemented
        return (
            type(self.value) is type(other.value) and repr(self.value) == repr(other.value) and self.text == other.text
        )

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))

    def __repr__(self) -> str:
        return self.text or repr(self.value)


@value
class Global:
    """A module-level value of the user's, read by its name when the emitted code runs; never differentiated.

    `module` is where the name is, if it is not where the function is; `value` what it stood for while transpiling.
    """

    name: str
    type: Type
    module: str = ""
    value: object = field(default=None, compare=False)


@value
class Callback:
    """As a literal, a function of the program that an operation is given, by its key: it calls that when it runs.

    `derivatives`: the keys of further functions of the program, which only derivatives of the operation call.
    """

    key: str
    derivatives: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self.key


@value
class Slice:
    """`lower:upper:step` inside an index; a missing part is None."""

    lower: Atom | None = None
    upper: Atom | None = None
    step: Atom | None = None


Atom = Var | Lit | Global
Arg = Union[Atom, Slice, tuple["Arg", ...]]  # noqa: UP007  a string cannot be joined by |
OpFunction = Callable[..., object]
Kwargs = tuple[tuple[str, Arg], ...]


@value
class Block:
    """Statements in order, after `params` and before `results`.

    What is not bound inside is read from the scope around.
    """

    params: tuple[Var, ...]
    body: tuple[Stmt, ...]
    results: tuple[Atom, ...]


@node
class Op:
    """`out = op(*args, **kwargs)`, without effects.

    `args` are the operands, `kwargs` what is static (axis, keepdims).
    """

    out: Var
    op: OpFunction
    args: tuple[Arg, ...]
    kwargs: Kwargs
    origin: Origin

    @property
    def outs(self) -> tuple[Var, ...]:
        return (self.out,)


@node
class Effect:
    """`print(...)`, `assert`, `raise`: never removed, merged, reordered among themselves or repeated.

    `raise` has the class and its arguments, and as the keyword `cause` those of what it is raised from.

    Some are marks between which other statements of the block stand, see `marks`: `enter` and `leave` of a context,
    which say in which state of NumPy these are computed; `try`, `finally` and `end`.
    """

    op: str
    args: tuple[Arg, ...]
    origin: Origin
    kwargs: Kwargs = ()

    @property
    def outs(self) -> tuple[Var, ...]:
        return ()

    @property
    def is_observable(self) -> bool:
        """Does anybody see that it happens, or does it only say how other things are computed?"""
        return self.op not in ("enter", "leave")


@value
class Caught:
    """As a literal, the condition of an `if` whose first branch is tried: false where that raises one of `classes`.

    The second branch is what then follows, wherever the first one was.
    """

    classes: tuple[Lit, ...]


@node
class If:
    """`outs` are the results of the branch taken. Branches take no parameters.

    `skips`: in the user's text the first branch ends with `continue`, and what the second one has follows the `if`.
    """

    outs: tuple[Var, ...]
    cond: Atom
    then: Block
    orelse: Block
    origin: Origin
    tag: Tag = field(default_factory=Tag)
    adjoint_of: Tag | None = None
    skips: bool = False

    @property
    def tries(self) -> bool:
        """Is the second branch there for exceptions of the first?"""
        return isinstance(self.cond, Lit) and isinstance(self.cond.value, Caught)


@value
class Range:
    """`range(start, stop, step)`."""

    start: Atom
    stop: Atom
    step: Atom


@node
class For:
    """A scan. `body.params` = (index, *carried, *items); `body.results` = (*carried, *collected); `outs` likewise.

    The index runs over `source`, or counts the items from 0 where there is none. `items` are sequences walked in
    step. With `reverse` everything is walked from the end. Collected values are lists in the order of the source,
    whichever way the loop ran.

    `stop` is read where the body ends: if it is true, that was the last iteration. `keeps`: does that iteration leave
    what it collects, as all others do? A loop that stops early collects only what its iterations leave.

    `again`: the adjoint keeps what goes round once in so many iterations, and runs them a second time; 0 leaves it
    open how many.
    """

    outs: tuple[Var, ...]
    source: Range | None
    reverse: bool
    inits: tuple[Atom, ...]
    items: tuple[Atom, ...]
    body: Block
    origin: Origin
    tag: Tag = field(default_factory=Tag)
    adjoint_of: Tag | None = None
    stop: Atom | None = None
    keeps: bool = True
    again: Atom | None = None

    @property
    def index(self) -> Var:
        return self.body.params[0]

    @property
    def carried(self) -> tuple[Var, ...]:
        return self.body.params[1 : 1 + len(self.inits)]

    @property
    def item_params(self) -> tuple[Var, ...]:
        return self.body.params[1 + len(self.inits) :]


@node
class While:
    """`cond.params` and `body.params` are the carried values.

    `cond.results` is the test; `body.results`, `outs`, `stop` and `keeps` as in `For`.
    """

    outs: tuple[Var, ...]
    inits: tuple[Atom, ...]
    cond: Block
    body: Block
    origin: Origin
    tag: Tag = field(default_factory=Tag)
    adjoint_of: Tag | None = None
    stop: Atom | None = None
    keeps: bool = True

    @property
    def carried(self) -> tuple[Var, ...]:
        return self.body.params


@node
class Call:
    """`out = function(*args)`, one of the program's functions by its key."""

    out: Var
    function: str
    args: tuple[Atom, ...]
    origin: Origin

    @property
    def outs(self) -> tuple[Var, ...]:
        return (self.out,)


@node
class Def:
    """`out` is a function of `block.params` that reads the scope around it and may be called any number of times."""

    out: Var
    name: str
    block: Block
    origin: Origin

    @property
    def outs(self) -> tuple[Var, ...]:
        return (self.out,)


Stmt = Op | Effect | If | For | While | Call | Def


@value
class Param:
    """A parameter as the user declared it.

    `kind` as in `inspect.Parameter`, `default` a literal or None when it has none.
    """

    var: Var
    kind: str = "POSITIONAL_OR_KEYWORD"
    default: Lit | tuple[Arg, ...] | None = None


@value
class Function:
    """One function.

    `block.results` is its one result. `primal` functions are called by their own name, in the user's module. Where
    the user's function writes into the arrays of some of its parameters, at the positions `written`, the result is a
    tuple: what it returns, and these arrays as it leaves them. `again`: its adjoint computes it a second time, and
    keeps nothing of the first.
    """

    name: str
    params: tuple[Param, ...]
    block: Block
    origin: Origin
    user_names: frozenset[str] = frozenset()
    doc: str = ""
    primal: bool = True
    module: str = ""
    inner: bool = False
    written: tuple[int, ...] = ()
    again: bool = False


@value
class Program:
    """A function and, by key, those that it calls."""

    entry: Function
    functions: Mapping[str, Function] = field(default_factory=dict)
