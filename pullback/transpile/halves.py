"""A derivative that returns a function, as two functions: programs that take it stay first order.

    def f_vjp(x):                                    def f_vjp(x):           def f_pull(t, dout):
        t = np.tanh(x)                                   t = np.tanh(x)          return dout * (1.0 - t * t)
        def pull(dout):                     ->           return t
            return dout * (1.0 - t * t)
        return t, pull

The first half gives the value, in a tuple with what the other one reads beside the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Def, Function, Op, Param, Program, Stmt, Var
from pullback.transpile.entry import pack
from pullback.transpile.traversal import free, substitute


@dataclass(frozen=True)
class Halves:
    """The two functions: the entry of a program, and the linear one.

    `reads`: the first arguments of that, as positions among the arguments of the entry and, after these, its results.
    """

    program: Program
    linear: Function
    reads: tuple[int, ...]
    results: int


def halves(program: Program) -> Halves | None:
    """The halves of the derivative that `vjp` or `linearize` asks for; None if the function never comes to its end."""
    f = program.entry
    made = next((s for s in f.block.body if isinstance(s, Def)), None)
    if made is None:
        return None
    given = [p.var for p in f.params]
    results = [x for x in _results(f.block) if x is not made.out]
    read = free(made.block)
    results += [v for v in read if v not in given and v not in results]
    there: list[Atom] = [*given, *results]
    reads = tuple(sorted(there.index(v) for v in read))
    linear = _linear(f, made, there, reads)
    return Halves(Program(_first(f, made, results), program.functions), linear, reads, len(results))


def _results(b: Block) -> list[Atom]:
    """The value, the function that is returned, and what comes with them."""
    made = next(s for s in b.body if isinstance(s, Op) and s.out is b.results[0])
    assert made.op is prims.make_tuple
    return [x for x in made.args if isinstance(x, Atom)]


def _first(f: Function, made: Def, results: list[Atom]) -> Function:
    body: list[Stmt] = [s for s in f.block.body if s is not made and f.block.results[0] not in s.outs]
    out = results[0] if len(results) == 1 else pack(body, tuple(results), f.origin)
    doc = f"Value of `{_name(f)}`, and what its linear function reads."
    return replace(f, block=Block(f.block.params, tuple(body), (out,)), doc=doc)


def _linear(f: Function, made: Def, there: list[Atom], reads: tuple[int, ...]) -> Function:
    m = {v: Var(v.hint or "t", v.type) for k in reads if isinstance(v := there[k], Var)}
    inner = substitute(Block((), made.block.body, made.block.results), dict(m))
    block = replace(inner, params=(*m.values(), *made.block.params))
    params, doc = tuple(map(Param, block.params)), f"The linear function that belongs to `{f.name}`."
    return replace(f, name=f"{_name(f)}_{made.name}", params=params, block=block, doc=doc, primal=False)


def _name(f: Function) -> str:
    """The name of the function whose derivative this is."""
    return f.name.rpartition("_")[0]
