"""What each rule's backward pass costs: `python -m benchmarks.rules [--write]`.

The operations are those of the samples of all rules (`tests/stdlib/samples.py`), on arrays of a million elements. What
is measured is the emitted `pull`, against the operation itself or one pass of `np.add` over as many elements, whichever
takes longer. All are timed once; those above the limit are then compared in interleaved pairs, and printed with the
reason. Pages that an array has had are kept for the next one, so that arithmetic is compared.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import linalg, signal

import pullback
from benchmarks.programs import Program, import_file
from benchmarks.table import (
    HEADER,
    Row,
    Setting,
    compared,
    derive,
    multiple_of_primal,
    write_table,
    written,
)
from benchmarks.timing import Run, compare
from pullback.testing import cotangent_of
from tests.stdlib.all_samples import SAMPLES, Sample
from tests.stdlib.test_end_to_end import IMPORTS, Text
from tests.stdlib.test_rules import home, name

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SIZE = 1_000_000
LIMIT = 3.0
CALLS = 2  # of each operation, that differ in ranks or options
RNG = np.random.default_rng(0)


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def regular() -> Any:
    return normal(1000, 1000) + 100.0 * np.eye(1000)


def definite() -> Any:
    a = normal(1000, 1000)
    return a @ a.T + 100.0 * np.eye(1000)


def near_one(*shape: int) -> Any:
    return 1.0 + 1e-3 * normal(*shape)


L = np.linalg
GIVEN: dict[Callable[..., Any], list[Sample]] = {
    **{op: [Sample((regular(),), {})] for op in (L.det, L.inv, L.slogdet, L.pinv, L.svdvals)},
    **{op: [Sample((definite(),), {})] for op in (L.cholesky, L.eigh, L.eigvalsh)},
    L.solve: [Sample((regular(), normal(1000)), {}), Sample((regular(), normal(1000, 1000)), {})],
    L.qr: [Sample((regular(),), {})],
    L.svd: [Sample((normal(300, 300),), {"full_matrices": False})],
    L.lstsq: [Sample((normal(1000, 500), normal(1000)), {"rcond": None})],
    L.matrix_power: [Sample((regular(),), {"n": n}) for n in (2, 3)],
    L.multi_dot: [Sample(([normal(1000, 1000) for _ in range(3)],), {})],
    L.norm: [Sample((normal(1000, 1000),), {"axis": 1}), Sample((normal(SIZE),), {})],
    L.cond: [Sample((normal(300, 300),), {})],
    **{op: [Sample((regular(),), {})] for op in (linalg.inv, linalg.det, linalg.lu, linalg.lu_factor)},
    **{op: [Sample((definite(),), {})] for op in (linalg.cholesky, linalg.cho_factor, linalg.eigh)},
    linalg.solve: [Sample((regular(), normal(1000)), {})],
    linalg.solve_triangular: [Sample((regular(), normal(1000)), {}), Sample((regular(), normal(1000, 100)), {})],
    linalg.expm: [Sample((normal(300, 300) / 20.0,), {})],
    linalg.sqrtm: [Sample((normal(200, 200) + 100.0 * np.eye(200),), {})],
    linalg.qr: [Sample((regular(),), {"mode": "economic"})],
    linalg.svd: [Sample((normal(300, 300),), {"full_matrices": False})],
    linalg.block_diag: [Sample((normal(500, 500), normal(500, 500)), {})],
    linalg.toeplitz: [Sample((normal(1000),), {})],
    signal.convolve: [Sample((normal(1000, 1000), normal(5, 5)), {})],
    signal.fftconvolve: [Sample((normal(1000, 1000), normal(5, 5)), {})],
    signal.lfilter: [Sample((normal(3), np.array([4.0, 1.0, 0.5]), normal(SIZE)), {}, (2,))],
    np.prod: [Sample((near_one(SIZE),), {}), Sample((near_one(100, 100, 100),), {"axis": 0})],
    **{
        op: [Sample((near_one(SIZE),), {}), Sample((near_one(1000, 1000),), {"axis": 1})]
        for op in (np.cumprod, np.nanprod, np.nancumprod, *(vars(np)[f] for f in ["cumulative_prod"] if hasattr(np, f)))
    },
    np.einsum: [Sample(("ij,jk->ik", normal(1000, 1000), normal(1000, 1000)), {})],
    np.convolve: [Sample((normal(SIZE), normal(9)), {})],
    np.correlate: [Sample((normal(SIZE), normal(9)), {})],
    np.polyval: [Sample((normal(9), normal(SIZE)), {})],
    np.kron: [Sample((normal(10, 10), normal(100, 100)), {})],
    np.outer: [Sample((normal(1000), normal(1000)), {})],
    np.vander: [Sample((normal(1000),), {})],
}  # fmt: skip
LEFT_OUT = (
    "numpy.choose numpy.diag numpy.diagflat numpy.meshgrid numpy.matvec numpy.vecmat numpy.linalg.outer numpy.take "
    "numpy.linalg.tensorinv numpy.linalg.tensorsolve numpy.linalg.eig numpy.linalg.eigvals numpy.linalg.matrix_norm "
    "scipy.linalg.solve_sylvester scipy.linalg.solve_continuous_lyapunov scipy.linalg.solve_discrete_lyapunov "
    "scipy.linalg.lu_solve scipy.linalg.solve_banded scipy.linalg.cho_solve scipy.linalg.expm_frechet "
    "scipy.linalg.hankel "
    "scipy.linalg.circulant scipy.signal.correlate scipy.signal.oaconvolve scipy.signal.convolve2d "
    "scipy.signal.correlate2d scipy.linalg.pinv scipy.linalg.svdvals scipy.linalg.norm scipy.linalg.eigvalsh"
).split()
"""What has no call of a million elements in a like shape, or is another one's rule."""
_TIE = "two comparisons, because a tie is shared, and two products: five large arrays to the forward's three"
_EQUAL = "equal elements share it: all are compared with the result, the equal ones counted, and the array written"
_SOLVED = "it takes the inverse, which NumPy solves for: four factorisations"
_VECTORS = "it takes the singular or eigenvectors, which the values are found without"
_TRIANGLES = "triangular solutions and products of whole matrices, of which a factorisation takes a third of one"
_ORDER = "it takes the order of all elements, and NumPy's argsort alone takes four sorts, or fifteen partitions"
_KERNEL = "the kernel's part is a convolution of two large arrays, by Fourier transforms"
_DIGAMMA = "SciPy's digamma takes fifty times as long where numbers are negative; where all are positive, once as long"
_CARLSON = "Carlson's R_D, which is exact at 0 too, takes SciPy ten to twenty times as long"
_LOG = "a logarithm, and a quotient that is 0 where both operands are; where one is 0 SciPy takes no logarithm"
REASONS = {
    **dict.fromkeys(("numpy.maximum", "numpy.minimum", "numpy.fmax", "numpy.fmin"), _TIE),
    **dict.fromkeys([f"numpy.{name}" for name in "max min amax amin nanmax nanmin".split()], _EQUAL),
    **dict.fromkeys(("numpy.linalg.det", "numpy.linalg.slogdet", "scipy.linalg.det"), _SOLVED),
    **dict.fromkeys(("numpy.linalg.eigvalsh", "numpy.linalg.svdvals", "numpy.linalg.cond"), _VECTORS),
    **dict.fromkeys(("scipy.linalg.lu", "scipy.linalg.lu_factor"), _TRIANGLES),
    **dict.fromkeys(("numpy.linalg.cholesky", "scipy.linalg.cholesky", "scipy.linalg.cho_factor"), _TRIANGLES),
    **dict.fromkeys(("numpy.linalg.qr", "scipy.linalg.qr"), "NumPy has no triangular solve: a general one is taken"),
    **dict.fromkeys(("numpy.sort", "numpy.partition"), _ORDER),
    **dict.fromkeys(("scipy.signal.convolve", "scipy.signal.fftconvolve"), _KERNEL),
    **dict.fromkeys(("scipy.special.gamma", "scipy.special.gammaln"), _DIGAMMA),
    **dict.fromkeys([f"scipy.special.{name}" for name in "ellipk ellipe ellipkm1 elliprf".split()], _CARLSON),
    **dict.fromkeys(("scipy.special.xlogy", "scipy.special.xlog1py"), _LOG),
    "numpy.clip": "three results: who is below, who above and who between, and a product and a sum for each bound",
    "numpy.absolute": "NumPy's sign takes longer than its absolute value, and there is a product besides",
    "numpy.copysign": "two signs and two products, and zeros for the other operand",
    "numpy.einsum": "two sums of as many products, without BLAS, of which one runs across rows",
    "numpy.where": "two results to the forward's one, with a sum over the rows",
    "numpy.kron": "each factor's part is a sum of products over the whole, in pieces as large as the other factor",
    "numpy.linalg.matmul": "a column by a row fills an array as large as that of which the forward makes a column",
    **dict.fromkeys(("numpy.convolve", "numpy.correlate"), "of two convolutions one is of two long lines"),
    "scipy.special.exprel": "an exponential, and a series near 0, for each element",
    "numpy.nanpercentile": "two more quantiles, one on each side, with which all elements are compared",
    "numpy.median": "elements that are equal share it, so that all are compared with the middle one",
    "numpy.interp": "points get theirs by four sums over places, which np.interp does not tell: they are found again",
    "numpy.prod": "the product, which is taken anew, is divided by each element, and that multiplied",
    "numpy.nanprod": "what is NaN is left out before, and set to 0 after, what np.prod takes",
    "numpy.nancumprod": "what is NaN is left out before, and set to 0 after, what np.cumprod takes",
    "numpy.ptp": "equal elements share it: both ends are found again, and all elements compared with each",
    "numpy.compress": "what is left out gets zeros: the whole array is written, of which a part was read",
    "numpy.polyval": "the coefficients' part is a product with all powers, a matrix nine times as large",
    "numpy.linalg.lstsq": "all of its results are used: it takes the pseudo-inverse and the singular vectors",
    "scipy.linalg.solve_triangular": "the matrix gets an outer product, of which half is set to 0: it is written twice",
    "scipy.linalg.toeplitz": "its diagonals are summed, from rows that are moved, as lines of an array twice as large",
    "scipy.special.psi": "SciPy has the derivative as Hurwitz's zeta function alone",
    "scipy.special.jve": "two Bessel functions of other orders, of which negative ones take longer",
    "scipy.special.boxcox1p": "a power, two exponentials and a logarithm to the forward's one of each",
}


@dataclass(frozen=True)
class Measured:
    """What the backward pass of a call, one of those of an operation, takes by what it is compared with."""

    ratio: float
    op: Callable[..., Any]
    place: int


def enlarged(x: Any, side: int) -> Any:
    """An operand with axes of length `side`, where those of a sample are longer than 1."""
    if isinstance(x, list | tuple):
        return type(x)(enlarged(item, side) for item in x)
    if not isinstance(x, np.ndarray) or x.ndim == 0 or x.dtype.kind in "iu":
        return x
    shape = tuple(side if n > 1 else n for n in x.shape)
    y = np.resize(x, shape)
    return y * RNG.uniform(0.999, 1.001, shape) if y.dtype.kind == "f" else y


def arrays(x: Any) -> Iterator[Any]:
    if isinstance(x, list | tuple):
        for item in x:
            yield from arrays(item)
    elif isinstance(x, np.ndarray):
        yield x


def calls(op: Callable[..., Any]) -> Iterator[Sample]:
    """Calls of an operation on large arrays."""
    if op in GIVEN:
        yield from GIVEN[op]
        return
    seen = set[Any]()
    for s in SAMPLES[op]:
        found = list(arrays(s.inputs))
        key = (tuple(a.ndim for a in found), repr(s.static))
        long = {k - a.ndim for a in found for k, n in enumerate(a.shape) if n > 1}
        if long and all(a.size for a in found) and key not in seen and len(seen) < CALLS:
            seen.add(key)
            side = round(SIZE ** (1.0 / len(long)))
            yield Sample(tuple(enlarged(x, side) for x in s.inputs), s.static, s.only)


def shortest(run: Run, times: int = 3) -> float:
    """The shortest of some runs, fewer if they are long."""
    found = list[float]()
    while len(found) < times and sum(found) < 1.0:
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def keep_pages() -> None:
    """Have the C library keep what is freed.

    It gives back more than 16 MB at once otherwise: to get the pages of two new arrays again takes three times as long
    as to add them, and of one array they are kept.
    """
    large = np.ones(31 << 17)
    del large


def runs(op: Callable[..., Any], s: Sample, folder: Path, k: int) -> tuple[str, Run, Run, Run]:
    """What a call is, its backward pass, itself, and a pass over as many elements."""
    text = Text(op, s)
    path = folder / f"call{k}.py"
    path.write_text(f"{IMPORTS}\n\n{text.function(k)}")
    f, values = getattr(import_file(path), f"f{k}"), text.values
    active = [i for i, x in enumerate(values) if np.result_type(x).kind == "f"]
    wrt = tuple(i for i in active if s.only is None or text.owner[i] in s.only)
    out, pull = pullback.vjp(f, wrt=wrt)(*values)
    ct = cotangent_of(out, RNG)
    parts = out if isinstance(out, list | tuple) else [out]
    x = normal(max(np.size(y) for y in (*values, *parts)))
    shapes = ", ".join("×".join(map(str, np.shape(y))) or "number" for y in values)
    options = "".join(f", {key}={value!r}" for key, value in s.static.items())
    title = f"{name(op)} of {shapes}{options}"
    return title, lambda: pull(ct), lambda: f(*values), lambda: np.add(x, x)


def all_measured(only: list[str]) -> list[Measured]:
    """Each operation at each of its large calls; those that cannot be called in such a shape are left out."""
    found = list[Measured]()
    with tempfile.TemporaryDirectory() as folder:
        for op in SAMPLES:
            if home(op).startswith("pullback") or name(op) in LEFT_OUT or only and name(op) not in only:
                continue
            for place, s in enumerate(calls(op)):
                try:
                    _, *timed = runs(op, s, Path(folder), len(found))
                    back, forward, add = map(shortest, timed)
                except (AssertionError, IndexError, MemoryError, TypeError, ValueError, pullback.PullbackError):
                    continue
                found.append(Measured(back / max(forward, add), op, place))
    return sorted(found, key=lambda m: -m.ratio)


def rows(found: list[Measured], pairs: int) -> Iterator[Row]:
    """Those of them that are above the limit when measured in pairs, each with the reason."""
    with tempfile.TemporaryDirectory() as folder:
        for k, m in enumerate(found):
            title, back, forward, add = runs(m.op, list(calls(m.op))[m.place], Path(folder), k)
            against = forward if shortest(forward) > shortest(add) else add
            few = pairs if shortest(back) < 0.5 else min(pairs, 4)
            ratio, control = compare(back, against, few), compare(against, against, few)
            if ratio.median <= LIMIT:
                continue
            reason = REASONS.get(name(m.op), "**no**")
            measured, noise = f"{ratio.median:.2f}×", f"{control.median:.2f} ± {control.spread:.2f}"
            yield Row("backward by forward", title, "one thread", measured, noise, f"{LIMIT:g}×", reason)


def layer(x, w):
    return np.sum(np.tanh(np.sum(x[:, :, None] * w[None, :, :], axis=1)))


def layer_by_hand(x, w):
    t = np.tanh(np.sum(x[:, :, None] * w[None, :, :], axis=1))
    d = 1.0 - t * t
    return np.sum(t), (d @ w.T, x.T @ d)


def contraction_rows(pairs: int) -> Iterator[Row]:
    """A sum over a product of arrays that are spread along each other's axes, a million elements in all."""
    setting = Setting("one thread", pairs, time.process_time)
    name = "sum of x[:, :, None] * w[None, :, :] over the middle axis, 128×64 and 64×128"
    program = Program(name, layer, (normal(128, 64), normal(64, 128)), (0, 1), by_hand=layer_by_hand, limit=1.5)
    yield compared("as by hand", program, setting, written(derive(program)), layer_by_hand, 1.1)
    yield multiple_of_primal(program, setting)


def main() -> None:
    """Print those above the limit, and write them into the page about performance if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # what takes more raises, and is left out
    keep_pages()
    found = all_measured(args.only)
    above = list(rows([m for m in found if m.ratio > LIMIT], args.pairs))
    summary = f"{len(found) - len(above)} of {len(found)} calls are below {LIMIT:g}×. The others:"
    printed = [summary, "", HEADER, *map(str, above), *map(str, contraction_rows(args.pairs))]
    print("\n".join(printed))
    if args.write:
        write_table(PAGE, "rules table", printed)


if __name__ == "__main__":
    main()
