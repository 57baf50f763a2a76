"""What lowering keeps of names and blocks, and the ways in which it begins again or gives up."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pullback import errors
from pullback.transpile.core import Atom, Block, Stmt, Var
from pullback.transpile.lower.frames import Frame, Local, Variable
from pullback.transpile.lower.memory import Cell, Container
from pullback.transpile.lower.values import Value
from pullback.transpile.parse.sources import FunctionSource

LoopVariable = tuple[int, Variable]  # a loop or an `if`, and a name that it binds


@dataclass
class Demands:
    """What a lowering has found out that it must do otherwise.

    Hand on variables of loops, unroll loops, run over indices where the body writes into what a loop runs over, test
    a condition that writes inside its loop, write out functions that give views which are written, take lists and
    dicts apart that are changed: parameters by name, results of calls.
    """

    variables: set[LoopVariable] = field(default_factory=set)
    unrolled: set[int] = field(default_factory=set)
    indexed: set[int] = field(default_factory=set)
    tested_inside: dict[int, Any] = field(default_factory=dict)
    written_out: set[Hashable] = field(default_factory=set)
    frames: dict[Hashable, Frame] = field(default_factory=dict)  # by where they are written out
    opened: set[str | int] = field(default_factory=set)


class NotATemplate(Exception):
    """A rule cannot be inlined for these arguments: what it does depends on what only the run will tell."""


class NeedIntegers(Exception):
    """A function that is called must be lowered for the values of some of its integer arguments."""

    def __init__(
        self, source: FunctionSource, names: frozenset[str], error: errors.PullbackError | None = None
    ) -> None:
        super().__init__(source.name)
        self.source = source
        self.names = names
        self.error = error  # to be raised where the values are not known either


class Restart(Exception):
    """The function must be lowered again, with more known about it than when it was begun."""


class Changing(Exception):
    """Attributes of objects of a class are set after they are made: the whole program must be lowered again."""

    def __init__(self, cls: type) -> None:
        super().__init__(cls.__name__)
        self.cls = cls


class Later(Enum):
    """What a name stands for is not known yet, because nobody has asked."""

    LATER = "later"


@dataclass(frozen=True)
class Unbound:
    """Why a name may have no value here. `wanted`: the loops that must hand their variable on if the name is read.

    `if_not_left`: what it stands for where the function has not returned before, see `jumps`.
    `last`: what the name stands for if this is the last iteration of a loop, LATER if that is known once it is wanted.
    `where`: what it stands for where a test has come out so, see `control`.
    """

    reason: str
    hint: str
    wanted: frozenset[LoopVariable] = frozenset()
    may_be_unbound: bool = True
    if_not_left: Value | None = None
    last: Value | Later | None = None
    where: tuple[Atom, bool, Value] | None = None


Binding = Value | Unbound
Name = Variable | Cell  # a cell is bound to its current content, as a name is to its value


def hint_of(name: Name) -> str:
    """What the values of a name are called."""
    match name:
        case Local():
            return name.name.lstrip(".").replace(" ", "_")
        case Cell():
            return name.hint
    return name


@dataclass
class Env:
    """What the names of a function stand for: those that a block binds over those of the block around it."""

    outer: Env | None = None
    names: dict[Name, Binding] = field(default_factory=dict)
    views: dict[Var, tuple[Atom, Var]] = field(default_factory=dict)  # views read again, and what of

    def get(self, name: Name) -> Binding | None:
        """What a name stands for here, None if nothing has been bound to it."""
        env: Env | None = self
        while env is not None:
            if name in env.names:
                return env.names[name]
            env = env.outer
        return None

    def visible(self) -> dict[Name, Binding]:
        """What all names stand for, and what the arrays hold that have been written."""
        outer = {} if self.outer is None else self.outer.visible()
        return {**outer, **self.names}

    def read_again(self, view: Var, of: Atom) -> Var | None:
        """A view that has been read again of this content of its array."""
        env: Env | None = self
        while env is not None:
            if view in env.views:
                base, v = env.views[view]
                return v if base is of else None
            env = env.outer
        return None


@dataclass
class Inner:
    """A block that has been lowered: its statements, the names that it binds, and how it ends."""

    body: list[Stmt]
    names: dict[Name, Binding]
    end: End
    joint: dict[tuple[Container | None, ...], Value] = field(default_factory=dict)  # of its containers and another's

    def block(self, params: Sequence[Var], results: Sequence[Atom]) -> Block:
        """The block of Core with these parameters and results."""
        return Block(tuple(params), tuple(self.body), tuple(results))


@dataclass(frozen=True)
class Returned:
    """A block that ends with a `return` on every path."""

    value: Value


@dataclass(frozen=True)
class Raised:
    """A block that ends with a `raise` on every path."""


@dataclass(frozen=True)
class Jumped:
    """A block that is left before its end, on some paths at least; True and False are known while lowering.

    `gone`: is what follows in the block skipped? `stop`: is the loop over? `returned`: has the function its `value`?
    `breaks`: may a `break` be on the way?
    """

    gone: bool | Atom
    stop: bool | Atom
    returned: bool | Atom
    value: Value | None = None
    breaks: bool = False


End = Returned | Raised | Jumped | None  # None: it goes on with what follows
