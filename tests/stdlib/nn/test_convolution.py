"""Convolutions against their definition, against those of JAX, and all modes of differentiation against each other."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.stdlib import nn
from tests.stdlib.nn.cases import assert_all_modes_agree, assert_jax_agrees, close, normal, written

# name, shape of the input, that of a kernel OI…, options
CASES: list[tuple[str, tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ("conv2d", (2, 3, 5, 4), (4, 3, 3, 2), {}),
    ("conv2d", (2, 4, 7, 6), (6, 2, 3, 2), {"stride": 2, "padding": 1, "groups": 2}),
    ("conv2d", (1, 2, 6, 6), (3, 2, 2, 3), {"stride": (2, 1), "padding": "same", "dilation": (1, 2)}),
    ("conv2d", (2, 2, 5, 7), (2, 1, 3, 3), {"padding": ((0, 2), (1, 0)), "groups": 2, "dilation": 2}),
    ("conv2d", (2, 3, 4, 4), (2, 3, 1, 1), {"stride": 3, "padding": "valid"}),
    ("conv2d", (1, 1, 3, 3), (1, 1, 3, 3), {"padding": (0, 2)}),
    ("conv1d", (2, 3, 6), (4, 3, 3), {"padding": 1}),
    ("conv1d", (2, 4, 9), (2, 2, 2), {"stride": 2, "dilation": 3, "groups": 2, "padding": [(2, 0)]}),
    ("conv_transpose2d", (2, 4, 3, 2), (4, 3, 3, 2), {}),
    ("conv_transpose2d", (2, 4, 3, 2), (4, 2, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}),
    ("conv_transpose2d", (1, 2, 2, 3), (2, 3, 3, 2), {"stride": (3, 2), "padding": "same"}),
    ("conv_transpose2d", (2, 2, 3, 3), (2, 1, 2, 2), {"stride": 3, "dilation": 2, "output_size": (10, 11)}),
    ("conv_transpose1d", (2, 3, 4), (3, 2, 3), {"stride": 2, "padding": ((1, 0),)}),
]
CALLS: list[tuple[str, list[Any]]] = []
for name, image, kernel, options in CASES:
    outputs = kernel[0] if "transpose" not in name else kernel[1] * options.get("groups", 1)
    for last in (False, True):
        x, w, b = normal(*image), normal(*kernel), normal(outputs)
        if last:
            x, w = np.moveaxis(x, 1, -1).copy(), np.moveaxis(w, (0, 1), (-1, -2)).copy()
            options = {**options, "layout": "NHWC" if x.ndim == 4 else "NWC"}
        more = "".join(f", {k}={v!r}" for k, v in options.items())
        CALLS += [(f"nn.{name}(x, w, b{more})", [x, w, b]), (f"nn.{name}(x, w{more})", [x, w])]
EVERY = range(len(CALLS))


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return written(tmp_path_factory.mktemp("calls"), CALLS)


def by_definition(x: Any, w: Any, steps: Any, around: Any, gaps: Any, groups: int) -> Any:
    """A convolution of (N, C, H, W) and (O, I, H, W), one window after the other."""
    x = np.pad(x, [(0, 0), (0, 0), *around])
    size = [(x.shape[k + 2] - (w.shape[k + 2] - 1) * gaps[k] - 1) // steps[k] + 1 for k in (0, 1)]
    y = np.zeros((len(x), len(w), *size))
    for i, j in itertools.product(*map(range, size)):
        rows, columns = (
            slice(at * step, at * step + (k - 1) * gap + 1, gap)
            for at, step, k, gap in zip((i, j), steps, w.shape[2:], gaps)
        )
        seen = x[:, :, rows, columns].reshape(len(x), groups, -1)
        y[:, :, i, j] = np.einsum("ngk,gok->ngo", seen, w.reshape(groups, len(w) // groups, -1)).reshape(len(x), -1)
    return y


@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
@pytest.mark.parametrize("padding", [0, (1, (0, 2))])
def test_it_is_what_it_is_by_definition(stride: Any, padding: Any) -> None:
    for dilation, groups in ((1, 1), ((2, 1), 2)):
        x, w, b = normal(2, 4, 7, 6), normal(6, 4 // groups, 3, 2), normal(6)
        steps = stride if isinstance(stride, tuple) else (stride, stride)
        gaps = dilation if isinstance(dilation, tuple) else (dilation, dilation)
        around = [(0, 0), (0, 0)] if padding == 0 else [(1, 1), (0, 2)]
        wanted = by_definition(x, w, steps, around, gaps, groups)
        how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        close(nn.conv2d(x, w, b, **how), wanted + b[:, None, None])
        last = nn.conv2d(np.moveaxis(x, 1, -1), np.moveaxis(w, (0, 1), (-1, -2)), b, layout="NHWC", **how)
        close(np.moveaxis(last, -1, 1), wanted + b[:, None, None])


@pytest.mark.parametrize(("batch", "channels"), [(1500, 4), (400, 4), (30_000, 1)])
def test_large_images_are_done_in_parts(batch: int, channels: int) -> None:
    x, w = normal(batch, channels, 6, 8), normal(2, channels, 3, 3)
    y = nn.conv2d(x, w, stride=(1, 2), padding=((0, 0), (2, 3)))
    close(y, by_definition(x, w, (1, 2), [(0, 0), (2, 3)], (1, 1), 1))
    ct, (dx, dw) = normal(*y.shape), (normal(*x.shape), normal(*w.shape))
    how = {"stride": (1, 2), "padding": ((0, 0), (2, 3))}
    inner = np.vdot(ct, nn.conv2d(dx, w, **how))
    close(inner / batch, np.vdot(nn.conv_transpose2d(ct, w, output_size=(6, 8), **how), dx) / batch)
    close(
        np.vdot(ct, nn.conv2d(x, dw, **how)) / batch,
        np.vdot(nn.conv2d_weight_grad(x, ct, kernel_size=(3, 3), **how), dw) / batch,
    )


@pytest.mark.parametrize("k", [k for k in EVERY if k % 4 == k // 4 % 4], ids=lambda k: CALLS[k][0])
def test_all_modes_agree(functions: ModuleType, k: int) -> None:
    assert_all_modes_agree(getattr(functions, f"f{k}"), getattr(functions, f"loss{k}"), CALLS[k][1])


@pytest.mark.usefixtures("double_precision")
def test_jax_gives_the_same(functions: ModuleType) -> None:
    """Values and cotangents of calls with and without a bias, and some second derivatives, in one program."""
    calls = [k for k in EVERY if k % 8 in (0, 7)]
    assert_jax_agrees(functions, CALLS, calls, calls[::6])


@pytest.mark.usefixtures("double_precision")
def test_it_is_the_convolution_of_jax() -> None:
    """Values and gradients, as `jax.vjp` has them, with the layouts and the padding of XLA."""
    jax = pytest.importorskip("jax")
    cases = [
        ((2, 4, 7, 6), (6, 2, 3, 2), {"stride": 2, "padding": "same", "groups": 2}, False),
        ((2, 7, 6, 4), (3, 2, 4, 3), {"stride": (1, 2), "padding": ((0, 1), (2, 0)), "dilation": 2}, True),
        ((1, 5, 5, 3), (2, 3, 3, 4), {"padding": "valid"}, True),
        ((2, 3, 8), (3, 1, 3), {"padding": "same", "groups": 3, "stride": 3}, False),
    ]

    def theirs(x: Any, w: Any, how: Any, last: bool) -> Any:
        axes = x.ndim - 2
        spec = "NCHW"[: axes + 2] if not last else "NHWC"
        specs = (spec, "HWIO" if last else "OIHW"[: axes + 2], spec)
        each = {k: (v,) * axes if isinstance(v, int) else v for k, v in how.items() if k in ("stride", "dilation")}
        padding = how["padding"].upper() if isinstance(how["padding"], str) else how["padding"]
        return jax.lax.conv_general_dilated(
            x, w, each.get("stride", (1,) * axes), padding, rhs_dilation=each.get("dilation"),
            dimension_numbers=specs, feature_group_count=how.get("groups", 1),
        )  # fmt: skip

    arrays = [(normal(*image), normal(*kernel)) for image, kernel, *_ in cases]

    def everything(given: Any) -> Any:
        found = []
        for (x, w), (*_, how, last) in zip(given, cases):
            y, pull = jax.vjp(lambda x, w: theirs(x, w, how, last), x, w)
            found.append((y, pull(y)))
        return found

    for (y, cts), (x, w), (*_, how, last) in zip(jax.jit(everything)(arrays), arrays, cases):
        function = nn.conv2d if x.ndim == 4 else nn.conv1d
        options = {**how, "layout": "NHWC"} if last else how
        close(function(x, w, **options), y)
        _, pull = pullback.vjp(lambda x, w: function(x, w, **options), wrt=(0, 1))(x, w)
        for mine, other in zip(pull(np.asarray(y)), cts):
            close(mine, other)


def test_float32_stays_float32() -> None:
    x, w, b = (normal(*shape).astype(np.float32) for shape in ((2, 3, 5, 5), (4, 3, 2, 2), (4,)))

    def f(x: Any, w: Any, b: Any) -> Any:
        return nn.conv_transpose2d(nn.conv2d(x, w, b, stride=2), w, stride=2)

    out, pull = pullback.vjp(f, wrt=(0, 1, 2))(x, w, b)
    assert {a.dtype for a in (out, *pull(out))} == {np.dtype(np.float32)}
    _, d_out = pullback.jvp(f, wrt=(0, 1, 2))((x, w, b), (x, w, b))
    assert d_out.dtype == np.float32


def test_a_batch_of_nothing_has_gradients_of_nothing() -> None:
    def loss(x: Any, w: Any, b: Any) -> Any:
        y = nn.conv2d(x, w, b, padding=1)
        return np.sum(nn.conv_transpose2d(y, w, stride=2) ** 2)

    x, w, b = np.zeros((0, 3, 5, 5)), normal(4, 3, 3, 3), normal(4)
    dx, dw, db = pullback.grad(loss, wrt=(0, 1, 2))(x, w, b)
    assert dx.shape == x.shape
    assert np.array_equal(dw, np.zeros_like(w))
    assert np.array_equal(db, np.zeros_like(b))


def test_only_what_is_asked_for_is_computed() -> None:
    def loss(x: Any, w: Any, b: Any) -> Any:
        return np.sum(nn.conv2d(x, w, b, stride=2, padding=1))

    args = normal(2, 3, 5, 5), normal(4, 3, 3, 3), normal(4)
    of_bias = pullback.grad(loss, wrt="b")
    assert np.allclose(of_bias(*args), 2 * 3 * 3)
    assert "weight_grad" not in of_bias.source
    assert "transpose" not in of_bias.source
    of_kernel = pullback.grad(loss, wrt="w")
    of_kernel(*args)
    assert "conv_transpose2d" not in of_kernel.source


def test_options_may_be_numbers_of_the_run() -> None:
    def loss(x: Any, w: Any, step: int, border: int) -> Any:
        return np.sum(np.sin(nn.conv2d(x, w, stride=step, padding=border)))

    x, w = normal(1, 2, 6, 6), normal(3, 2, 3, 3)
    gradient = pullback.grad(loss, wrt=("x", "w"))
    for step, border in ((1, 0), (2, 1), (3, 2)):
        known = pullback.grad(lambda x, w: np.sum(np.sin(nn.conv2d(x, w, stride=step, padding=border))), wrt=(0, 1))
        for a, b in zip(gradient(x, w, step, border), known(x, w)):
            close(a, b)


KERNEL = r"OIHW \(8, 4, 3, 3\)"
BAD: list[tuple[str, str]] = [
    ("conv2d(x[:, :3], w)", rf"^conv2d: x has 3 channels \(NCHW\), w expects 4 \({KERNEL}\) with groups=1$"),
    ("conv2d(x, w, groups=2)", rf"x has 4 channels \(NCHW\), w expects 8 \({KERNEL}\) with groups=2"),
    ("conv2d(x, w, groups=3)", rf"w has 8 outputs \({KERNEL}\), which groups=3 does not divide"),
    ("conv2d(x[..., :2], w)", r"a window over \(3, 3\) does not fit in the input, \(6, 2\) with its padding"),
    ("conv2d(x, w, layout='CHWN')", "layout is 'NCHW' or 'NHWC', not 'CHWN'"),
    ("conv1d(x, w)", r"conv1d: x has the shape \(2, 4, 6, 6\), NCW has 3 axes"),
    ("conv2d(x, w[0])", r"w has the shape \(4, 3, 3\), OIHW has 4 axes"),
    ("conv2d(x, w, w[0, 0, 0])", r"b has the shape \(3,\), there are 8 outputs"),
    ("conv2d(x, w, stride=0)", "stride is a positive integer or 2 of them, not 0"),
    ("conv2d(x, w, dilation=(1, 2, 3))", r"dilation is a positive integer or 2 of them, not \(1, 2, 3\)"),
    ("conv2d(x, w, padding=-1)", "padding is 'same', 'valid', an integer from 0 on or 2 of them or of pairs, not -1"),
    ("conv2d(x, w, padding=(1, (2, 3, 4)))", "padding is 'same'"),
    (
        "conv_transpose2d(nn.conv2d(x, w), w, output_padding=1)",
        r"x is \(4, 4\) in size, a convolution of \(7, 7\) gives \(5, 5\); output_padding is less than stride",
    ),
    ("conv_transpose2d(x, w)", r"conv_transpose2d: x has 4 channels \(NCHW\), w expects 8"),
    ("conv2d_weight_grad(x, x, kernel_size=(3, 3))", r"ct is \(6, 6\) in size, the convolution gives \(4, 4\)"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[c for c, _ in BAD])
def test_what_does_not_fit_is_named_with_its_shapes(call: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        eval(f"nn.{call}", {"nn": nn, "x": normal(2, 4, 6, 6), "w": normal(8, 4, 3, 3)})
