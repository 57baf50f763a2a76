"""Programs with Fourier transforms, of real numbers to real numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def power(x: Any) -> Any:
    return np.sum(np.abs(np.fft.fft(x)) ** 2 * np.arange(x.shape[0]))


def power_of_half(x: Any) -> Any:
    spectrum = np.fft.rfft(x, norm="ortho")
    return np.sum((spectrum * np.conj(spectrum)).real ** 2)


def filtered(x: Any) -> Any:
    k = np.fft.rfftfreq(x.shape[0], d=0.5)
    return np.fft.irfft(np.fft.rfft(x) * np.exp(-k * k), n=x.shape[0]) ** 2


def convolved(x: Any) -> Any:
    n = 2 * x.shape[0]
    return np.fft.ifft(np.fft.fft(x, n) * np.fft.fft(x[::-1], n)).real


def slope(x: Any) -> Any:
    k = 2j * np.pi * np.fft.fftfreq(len(x))
    return np.real(np.fft.ifft(k * np.fft.fft(x))) * x


def smooth_image(x: Any) -> Any:
    a = np.outer(x, np.cos(x))
    return np.sum(np.fft.irfft2(np.fft.rfft2(a, s=(8, 8), axes=(0, 1)) ** 2, axes=(0, 1)) ** 2)


def steps(x: Any) -> Any:
    u = x
    for _ in range(3):
        u = np.fft.ifft(np.exp(-0.1j * np.arange(u.shape[0])) * np.fft.fft(u + 0j)).real * np.cos(u)
    return np.sum(u * u)
