"""A name that goes round a loop: what it is before, at the beginning and at the end of the body, and after.

    for x in xs:                   of `t`, which is the tuple (s, n), the atoms s and n go round:
        t = t[0] + x, t[1]         they are parameters of the body, t_0 and t_1, and t is put together of them
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.identity import moved
from pullback.transpile.lower.memory import Cell, Container
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Binding, Name, hint_of
from pullback.transpile.lower.values import Pack, Value, flat, is_atom, leaves, rebuild


@dataclass
class Carried:
    """A name that goes round a loop: its value before, the types of its leaves, and the parameters that hold them."""

    name: Name
    init: Value
    types: list[ab.Type]
    number: bool = True  # may the body assume that the value is a number?
    params: list[Var] = field(default_factory=list)
    value: Value | None = None  # what it is at the beginning of the body
    may_be: set[Cell] | None = None  # its lists and dicts are others in each iteration, these perhaps
    ends: list[Atom] = field(default_factory=list)  # what its leaves are at the end of the body, as objects
    outs: list[Var] = field(default_factory=list)

    def begin(self, scope: Scope) -> dict[Name, Binding]:
        """New parameters: what the name stands for at the beginning of the body, and what its lists and dicts hold."""
        self.params = []
        atoms = [(path, x) for path, x in flat(self.init) if is_atom(x)]
        for (path, x), t in zip(atoms, self.types, strict=True):
            p = Var(f"{self.hint}_{path}" if path else self.hint, t)
            if self.number:
                scope.numbers.hand_on(p, [x])
            self.params.append(p)
        names: dict[Name, Binding] = {}
        self.value = names[self.name] = self.identified(scope, self.with_leaves(self.params), names)
        return names

    def identified(self, scope: Scope, value: Value, names: dict[Name, Binding]) -> Value:
        """A value of this name with the lists and dicts that it has; new ones go to `names`."""
        if self.may_be is not None:
            value = moved(scope, value, self.may_be, names)
        if isinstance(self.name, Container) and isinstance(value, Pack):
            if value.cell is not None and value.cell is not self.name:
                del names[value.cell]
            value = replace(value, cell=self.name)
        return value

    @property
    def hint(self) -> str:
        """What its values are called."""
        return hint_of(self.name)

    def with_leaves(self, atoms: list[Var]) -> Value:
        """A value of the structure of this one."""
        new = iter(atoms)
        return rebuild(self.init, iter([next(new) if is_atom(x) else x for x in leaves(self.init)]))


def widened(t: ab.Type) -> ab.Type:
    """The type of a value that may be another one in the next iteration: an integer has no known value."""
    return ab.Scalar(t.kind, t.dtype) if isinstance(t, ab.Scalar) and t.value is not None else t
