"""Calls with complex numbers at which the rules that are for them are tested, as texts."""

from __future__ import annotations

import numpy as np

RNG = np.random.default_rng(9)


def z(*shape: int) -> np.ndarray:
    return RNG.uniform(-1.5, 1.5, shape) + 1j * RNG.uniform(0.2, 1.5, shape)


def x(*shape: int) -> np.ndarray:
    return RNG.uniform(0.3, 2.0, shape)


UNARY = (
    "-a", "+a", "abs(a)", "np.abs(a)", "np.real(a)", "np.imag(a)", "a.real", "a.imag", "np.conj(a)", "a.conj()",
    "np.angle(a)", "np.exp(a)", "np.exp2(a)", "np.expm1(a)", "np.log(a)", "np.log2(a)", "np.log10(a)", "np.log1p(a)",
    "np.sqrt(a)", "np.square(a)", "np.reciprocal(a)", "np.sin(a)", "np.cos(a)", "np.tan(a)", "np.arcsin(a)",
    "np.arccos(a)", "np.arctan(a)", "np.sinh(a)", "np.cosh(a)", "np.tanh(a)", "np.arcsinh(a)", "np.arccosh(a)",
    "np.arctanh(a)", "a ** 2", "a ** 3", "a ** -2", "a ** 0.5", "a ** 2.5", "a ** 0", "a ** (1 + 2j)", "2.0 ** a",
    "(-2.0) ** a", "1j ** a",
    "np.sum(a)", "np.sum(a, axis=0)", "np.mean(a)", "np.mean(a, axis=1, keepdims=True)", "np.cumsum(a, axis=1)",
    "np.prod(a)", "np.linalg.norm(a)", "np.linalg.norm(a, axis=1)", "a.T", "np.reshape(a, -1)", "a[0]", "a[:, 1:]",
    "a[np.array([0, 0, 1])]", "np.concatenate([a, 2.0 * a])", "np.stack([a, a])", "np.where(abs(a) > 1.0, a, 1j)",
    "np.diff(a)", "np.flip(a, 1)", "np.trace(a)", "np.diagonal(a)", "np.einsum('ij,ik->jk', a, a)", "a @ a",
    "a[0] @ a[1]",
    "np.tile(a, 2)", "np.repeat(a, 2)", "np.take(a, np.array([1, 1]), 0)", "np.roll(a, 1)", "np.triu(a)",
    "np.linalg.inv(a)", "np.linalg.det(a)", "np.linalg.matrix_power(a, 3)", "np.linalg.solve(a, a[0])",
    "np.linalg.multi_dot([a, a, a])", "np.linalg.trace(a)", "np.linalg.matrix_transpose(a)",
    "np.trace(a, 1, 1, 0)", "np.resize(a, (2, 5))", "np.delete(a, 1, 0)", "np.gradient(a[0], 0.5)", "np.polyder(a[0])",
    "np.append(a, 1j * a)", "np.block([[a, a], [a, 1j * a]])", "np.meshgrid(a[0], a[1])[0]", "np.insert(a, 1, a[0], 0)",
    "np.polysub(a[0], a[1, :2])", "np.ediff1d(a)", "np.cumprod(a, 1)", "np.kron(a, a[:2])", "np.trapezoid(a)",
    "np.polyint(a[0])", "np.polyval(a[0], a[1])", "np.vander(a[0])", "np.select([a.real > 0.5], [a], 1j)",
    "np.average(a, 1)", "np.choose(np.array([0, 1, 0]), [a[0], a[1]])", "np.cross(a, a[:1])",
    "a.astype(np.complex128)", "1j * a", "a / (2.0 + 1j)", "1j / a", "a - 2j",
)  # fmt: skip
BINARY = (
    "a + b", "a - b", "a * b", "a / b", "a ** b", "a @ b", "np.multiply(a, b)", "np.dot(a, b)", "np.inner(a, b)",
    "np.outer(a, b)", "np.vdot(a, b)", "np.vecdot(a, b)", "np.linalg.vecdot(a, b, axis=0)", "np.tensordot(a, b)",
    "np.einsum('ij,jk->ik', a, b)", "np.linalg.solve(a, b)", "np.linalg.cross(a, b)", "np.where(a.real > 0.5, a, b)",
    "np.concatenate([a, b])", "np.matmul(a, b)", "a * b[0]", "b[:, :1] * a",
)  # fmt: skip
OF_REAL = (
    "1j * a", "np.exp(1j * a)", "np.abs(np.exp(1j * a) + 0.3)", "np.real(a * (1 + 2j))", "np.imag(a * (1 + 2j))",
    "a + 1j", "(a + 1j) ** 2", "a.astype(np.complex128) * 1j", "np.angle(a + 1j)", "np.real(a)", "np.imag(a)",
    "np.conj(a)", "np.sum(a) * 1j", "a ** 1j", "np.array([a[0], 1j * a[1]])", "np.sqrt(a + 0j)", "a @ (1j * a)",
)  # fmt: skip
LINES = tuple(
    f"np.fft.{f}({call})"
    for f in ("fft", "ifft", "irfft", "hfft")
    for call in ("a", "a, axis=0", "a, 5", "a, n=2, axis=1", "a, norm='ortho'", "a, 6, 0, 'forward'", "a, axis=-2")
)
REAL_LINES = tuple(
    f"np.fft.{f}({call})"
    for f in ("rfft", "ihfft", "fft", "ifft", "irfft")
    for call in ("a", "a, axis=0", "a, 5", "a, n=2, axis=1", "a, norm='ortho'", "a, 6, 0, 'forward'", "a, 3, -1")
)
PLANES = tuple(
    f"np.fft.{f}({call})"
    for f in ("fft2", "ifft2", "irfft2")
    for call in ("a", "a, (2, 5)", "a, axes=(1, 0)", "a, norm='ortho'", "a, (4, 3), (0, 1), 'forward'")
)
REAL_PLANES = tuple(
    f"np.fft.{f}({call})"
    for f in ("rfft2", "fft2")
    for call in ("a", "a, (2, 5)", "a, axes=(1, 0)", "a, norm='forward'", "a, (4, 3), (0, 1)", "a, axes=(2, 0)")
)
SPACES = tuple(
    f"np.fft.{f}({call})"
    for f in ("fftn", "ifftn", "irfftn")
    for call in ("a", "a, (2, 3, 4), (0, 1, 2)", "a, axes=(2, 0)", "a, norm='ortho'", "a, axes=(1,)")
)
REAL_SPACES = tuple(
    f"np.fft.{f}({call})"
    for f in ("rfftn", "fftn")
    for call in ("a", "a, (2, 3), (0, 2)", "a, axes=(2, 0)", "a, axes=(1,)")
)
SHIFTS = (
    "np.fft.fftshift(a)", "np.fft.ifftshift(a, axes=1)", "np.fft.fftshift(a, (0, 2))", "np.fft.ifftshift(a)",
    "np.abs(np.fft.fft(a)) ** 2 * np.fft.fftfreq(5)", "np.fft.fft(a) * np.fft.fftfreq(a.shape[-1], 0.1)",
)  # fmt: skip
