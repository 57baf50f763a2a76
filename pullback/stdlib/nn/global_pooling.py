"""The mean and the largest of all places of an image, for each of its channels: (N, C)."""

from __future__ import annotations

from typing import Any

import numpy as np


def global_average_pool1d(x: Any, layout: str = "NCW") -> Any:
    """The mean of each channel of signals."""
    return np.mean(x, axis=2 if layout == "NCW" else 1)


def global_average_pool2d(x: Any, layout: str = "NCHW") -> Any:
    """The mean of each channel of images."""
    return np.mean(x, axis=(2, 3) if layout == "NCHW" else (1, 2))


def global_max_pool1d(x: Any, layout: str = "NCW") -> Any:
    """The largest of each channel of signals. Equal ones share the derivative, as everywhere with `np.max`."""
    return np.max(x, axis=2 if layout == "NCW" else 1)


def global_max_pool2d(x: Any, layout: str = "NCHW") -> Any:
    """The largest of each channel of images. Equal ones share the derivative, as everywhere with `np.max`."""
    return np.max(x, axis=(2, 3) if layout == "NCHW" else (1, 2))
