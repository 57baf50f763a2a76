"""Convolutions of any number of axes for JAX, and the two products that are their gradients."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from pullback.runtime.windows import geometry, places_of, smallest_output


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

    axes, dtype, first = jnp.ndim(x) - 2, jnp.result_type(x, w), layout[1] == "C"
    size = w.shape[2:] if first else w.shape[:-2]
    around, _, steps, gaps = geometry(f"conv{axes}d", places_of(x, layout), size, stride, padding, dilation)
    image, kernel = ("NC01", "OI01") if first else ("N01C", "01IO")
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
    name, size, have = f"conv_transpose{axes}d", kernel.shape[2:], places_of(x, layout)
    if output_size is None:
        output_size = smallest_output(name, have, size, stride, padding, output_padding, dilation)
    around, counts, steps, gaps = geometry(name, output_size, size, stride, padding, dilation)
    if counts != have:
        raise ValueError(f"{name}: x is {have} in size, a convolution of {tuple(output_size)} gives {counts}")
    borders = []
    for n, m, k, s, gap, (before, _) in zip(output_size, have, size, steps, gaps, around, strict=True):
        borders.append(((k - 1) * gap - before, n + before - (m - 1) * s - 1))
    parts = kernel.reshape(groups, len(kernel) // groups, *kernel.shape[1:]).swapaxes(1, 2)
    turned = jnp.flip(parts, tuple(range(3, axes + 3))).reshape(-1, len(kernel) // groups, *size)
    image = "NC01" if first else "N01C"
    specs = [s if axes == 2 else s.replace("1", "") for s in (image, "OI01", image)]
    dilations = {"lhs_dilation": steps, "rhs_dilation": gaps}
    options = {**dilations, "dimension_numbers": specs, "feature_group_count": groups}
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
    lengths = places_of(x, layout)
    how = geometry(f"conv{axes}d_weight_grad", lengths, kernel_size, stride, padding, dilation)
    around, counts, steps, gaps = how
    borders = []
    for n, m, k, s, gap, (before, _) in zip(lengths, counts, kernel_size, steps, gaps, around, strict=True):
        borders.append((before, (k - 1) * gap + (m - 1) * s + 1 - n - before))
    wanted = ("CN01", "IO01", "CN01") if first else ("C01N", "I01O", "01NC")
    specs = [s if axes == 2 else s.replace("1", "") for s in wanted]
    options = {"rhs_dilation": steps, "dimension_numbers": specs, "batch_group_count": groups}
    return lax.conv_general_dilated(jnp.astype(x, dtype), jnp.astype(ct, dtype), gaps, borders, **options)


def with_bias(y: Any, b: Any, layout: Any) -> Any:
    """A result with the bias of each channel, if there is one."""
    if b is None:
        return y
    return y + (jnp.reshape(b, (-1, *[1] * (jnp.ndim(y) - 2))) if layout[1] == "C" else b)
