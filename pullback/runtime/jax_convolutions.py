"""Convolutions of any number of axes for JAX, and the two products that are their gradients."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def convolved(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
    layout: Any = "NC",
) -> Any:
    """A convolution, of arrays of different dtypes too, with every way to say what is around."""
    from jax import lax

    axes, dtype = jnp.ndim(x) - 2, jnp.result_type(x, w)
    sizes = (x.shape[2:], w.shape[2:]) if layout[1] == "C" else (x.shape[1:-1], w.shape[:-2])
    around, _, steps, gaps = window_geometry(*sizes, stride, padding, dilation)
    image, kernel = ("NC01", "OI01") if layout[1] == "C" else ("N01C", "01IO")
    specs = [s if axes == 2 else s.replace("1", "") for s in (image, kernel, image)]
    options = {"rhs_dilation": gaps, "dimension_numbers": specs, "feature_group_count": groups}
    y = lax.conv_general_dilated(jnp.astype(x, dtype), jnp.astype(w, dtype), steps, around, **options)
    return with_bias(y, b, layout)


def conv_transpose(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: Any = 1,
    layout: Any = "NC",
) -> Any:
    """The transpose of a convolution: one with the kernel turned around, and zeros between what it reads."""
    from jax import lax

    axes, dtype, first = jnp.ndim(x) - 2, jnp.result_type(x, w), layout[1] == "C"
    kernel = jnp.astype(w if first else jnp.moveaxis(w, (-1, -2), (0, 1)), dtype)
    size, have = kernel.shape[2:], x.shape[2:] if first else x.shape[1:-1]
    if output_size is None:
        output_size = smallest_output(have, size, stride, padding, output_padding, dilation)
    around, extents, steps, gaps = window_geometry(output_size, size, stride, padding, dilation)
    borders = []
    for n, k, s, (before, after), extent in zip(output_size, have, steps, around, extents, strict=True):
        if (n + before + after - extent) // s + 1 != k:
            raise ValueError(f"a transposed convolution of {tuple(have)} has not the size {tuple(output_size)}")
        borders.append((extent - 1 - before, n + before - (k - 1) * s - 1))
    kernel = kernel.reshape(groups, -1, *kernel.shape[1:]).swapaxes(1, 2).reshape(-1, len(kernel) // groups, *size)
    image = "NC01" if first else "N01C"
    specs = [s if axes == 2 else s.replace("1", "") for s in (image, "OI01", image)]
    dilations = {"lhs_dilation": steps, "rhs_dilation": gaps}
    options = {**dilations, "dimension_numbers": specs, "feature_group_count": groups}
    turned = jnp.flip(kernel, tuple(range(2, axes + 2)))
    y = lax.conv_general_dilated(jnp.astype(x, dtype), turned, (1,) * axes, borders, **options)
    return with_bias(y, b, layout)


def conv_weight_grad(
    x: Any,
    ct: Any,
    *,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
    layout: Any = "NC",
) -> Any:
    """The cotangent of a kernel: a convolution of the image with that of the result, summed over the batch."""
    from jax import lax

    axes, dtype, first = jnp.ndim(x) - 2, jnp.result_type(x, ct), layout[1] == "C"
    lengths, counts = (a.shape[2:] if first else a.shape[1:-1] for a in (x, ct))
    around, _, steps, gaps = window_geometry(lengths, kernel_size, stride, padding, dilation)
    borders = []
    for n, m, k, s, gap, (before, _) in zip(lengths, counts, kernel_size, steps, gaps, around, strict=True):
        borders.append((before, (k - 1) * gap + (m - 1) * s + 1 - n - before))
    wanted = ("CN01", "IO01", "CN01") if first else ("C01N", "I01O", "01NC")
    specs = [s if axes == 2 else s.replace("1", "") for s in wanted]
    options = {"rhs_dilation": steps, "dimension_numbers": specs, "batch_group_count": groups}
    return lax.conv_general_dilated(jnp.astype(x, dtype), jnp.astype(ct, dtype), gaps, borders, **options)


def smallest_output(have: Any, size: Any, stride: Any, padding: Any, output_padding: Any, dilation: Any) -> Any:
    """The lengths of the smallest image of which a convolution makes so many outputs, and the padding more."""
    axes = len(size)
    steps, gaps, more = (
        tuple(k) if isinstance(k, tuple | list) else (k,) * axes for k in (stride, dilation, output_padding)
    )
    if isinstance(padding, str) and padding == "same":
        return [n * s for n, s in zip(have, steps, strict=True)]
    inside = [(k - 1) * gap for k, gap in zip(size, gaps, strict=True)]
    whole = [(n - 1) * s + k + 1 for n, s, k in zip(have, steps, inside, strict=True)]
    around, *_ = window_geometry(whole, size, stride, padding, dilation)
    return [n - sum(pair) + k for n, pair, k in zip(whole, around, more, strict=True)]


def window_geometry(lengths: Any, size: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """The borders of axes, how long windows are with what is between, and the steps from one to the next and inside."""
    axes = len(size)
    steps, gaps = (tuple(k) if isinstance(k, tuple | list) else (k,) * axes for k in (stride, dilation))
    extents = tuple([(k - 1) * gap + 1 for k, gap in zip(size, gaps, strict=True)])
    if isinstance(padding, str) and padding == "same":
        over = [max((-(-n // s) - 1) * s + e - n, 0) for n, s, e in zip(lengths, steps, extents, strict=True)]
        around = [(k // 2, k - k // 2) for k in over]
    else:
        given = 0 if isinstance(padding, str) else padding
        sides = list(given) if isinstance(given, tuple | list) else [given] * axes
        around = [tuple(k) if isinstance(k, tuple | list) else (k, k) for k in sides]
    for n, extent, pair in zip(lengths, extents, around, strict=True):
        if extent > n + sum(pair):
            raise ValueError(f"a window over {extents} does not fit in {tuple(lengths)} with the padding {padding!r}")
    return around, extents, steps, gaps


def with_bias(y: Any, b: Any, layout: Any) -> Any:
    """A result with the bias of each channel, if there is one."""
    if b is None:
        return y
    return y + (jnp.reshape(b, (-1, *[1] * (jnp.ndim(y) - 2))) if layout[1] == "C" else b)
