"""What a check of a derivative has found."""

from __future__ import annotations

from dataclasses import dataclass

from pullback import errors


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, whether it is as it must be, and what was found."""

    name: str
    ok: bool
    text: str


@dataclass(frozen=True)
class Worst:
    """Where a derivative is the farthest off central differences: an argument, or a leaf of one.

    The derivative along a random direction in it, by each mode, the nearest difference, and the error relative to the
    size of its terms.
    """

    leaf: str
    forward: float | None
    reverse: float | None
    difference: float
    error: float


@dataclass(frozen=True)
class Report:
    """What `check_grad` has found; `ok`: everything agrees. `str` of it is for people.

    `statement` tells of the first statement whose own derivative is off; it has `.file .line .col`, as errors have. It
    is None where all is well, and where no statement by itself was found to be off.
    """

    function: str
    wrt: tuple[str, ...]
    findings: tuple[Finding, ...]
    worst: Worst | None
    statement: errors.PullbackError | None

    @property
    def ok(self) -> bool:
        """Does everything agree?"""
        return all(f.ok for f in self.findings)

    def __str__(self) -> str:
        names = self.wrt[0] if len(self.wrt) == 1 else f"({', '.join(self.wrt)})"
        verdict = "is right" if self.ok else "is NOT right"
        lines = [f"the derivative of {self.function!r} in {names} {verdict}"]
        width = max(len(f.name) for f in self.findings)
        lines += [f"  {'ok   ' if f.ok else 'WRONG'}  {f.name:<{width}}  {f.text}" for f in self.findings]
        if self.worst is not None and not self.ok:
            lines.append(f"the worst is {self.worst.leaf}: {_ways(self.worst)}")
        if self.statement is not None:
            lines.append(str(self.statement))
        elif not self.ok:
            lines.append("no single statement was found to be off")
        return "\n".join(lines)


def _ways(w: Worst) -> str:
    ways = {"forward mode": w.forward, "reverse mode": w.reverse, "differences": w.difference}
    return ", ".join(f"{x:.6g} by {way}" for way, x in ways.items() if x is not None)
