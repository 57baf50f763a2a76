"""The smallest set of values that others can be computed from: a minimum cut of what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from pullback.transpile.core import Var

Side = tuple[Var, bool]  # a value as those that read it see it, or what is behind it: what it is made of


def smallest_cut(
    wanted: Iterable[Var], parts: Callable[[Var], Sequence[Var] | None], size: Callable[[Var], int], steps: int
) -> list[Var]:
    """The values, of the smallest total size, from which all that is wanted can be made.

    `parts`: what a value can be made of, None if it cannot be made. Of cuts of one size it is the one that leaves the
    least to be made. No value is asked for its parts that is more than `steps` away from all that is wanted.
    """
    network = _Network(list(wanted), parts, size, steps)
    reached = network.saturate()
    return [v for v in network.parts if (v, False) in reached and (v, True) not in reached]


class _Network:
    """Values and their parts, and a flow from what is wanted to what cannot be made."""

    def __init__(
        self, wanted: list[Var], parts: Callable[[Var], Sequence[Var] | None], size: Callable[[Var], int], steps: int
    ) -> None:
        self.wanted = wanted
        self.parts: dict[Var, tuple[Var, ...] | None] = {}
        level = list(dict.fromkeys(wanted))
        for k in range(steps + 1):
            for v in level:
                found = parts(v) if k < steps else None
                self.parts[v] = None if found is None else tuple(dict.fromkeys(found))
            level = list(dict.fromkeys(u for v in level for u in self.parts[v] or () if u not in self.parts))
        self.room = {v: size(v) for v in self.parts}
        self.endless = sum(self.room.values())
        self.through = dict.fromkeys(self.parts, 0)
        self.along: dict[Var, dict[Var, int]] = {v: {} for v in self.parts}  # from each reader of a value to it

    def saturate(self) -> set[Side]:
        """Push as much as there is room for; what can still be reached from the wanted values after that."""
        for v in self.wanted:
            while self.push([(v, False)]) is None:
                pass
        return self.push([(v, False) for v in self.wanted]) or set()

    def push(self, starts: list[Side]) -> set[Side] | None:
        """Push along one more way to what cannot be made; where there is none, all that could be reached."""
        came: dict[Side, Side | None] = dict.fromkeys(starts)
        queue = list(came)
        for at in queue:
            if at[1] and self.parts[at[0]] is None:
                self.add(at, came)
                return None
            for to in self.onward(at):
                if to not in came:
                    came[to] = at
                    queue.append(to)
        return set(came)

    def onward(self, at: Side) -> list[Side]:
        v, behind = at
        if behind:
            return [*((u, False) for u in self.parts[v] or ()), *([(v, False)] if self.through[v] else [])]
        back = [(c, True) for c, flow in self.along[v].items() if flow]
        return [*back, (v, True)] if self.through[v] < self.room[v] else back

    def add(self, end: Side, came: dict[Side, Side | None]) -> None:
        way = [end]
        while (before := came[way[-1]]) is not None:
            way.append(before)
        way.reverse()
        edges = list(pairwise(way))
        more = min(self.left(x, y) for x, y in edges)
        for (v, behind), (u, _) in edges:
            if v is u:
                self.through[v] += -more if behind else more
            elif behind:
                self.along[u][v] = self.along[u].get(v, 0) + more
            else:
                self.along[v][u] -= more

    def left(self, x: Side, y: Side) -> int:
        """How much more goes from one side to the next."""
        if x[0] is y[0]:
            return self.through[x[0]] if x[1] else self.room[x[0]] - self.through[x[0]]
        return self.endless if x[1] else self.along[x[0]][y[0]]
