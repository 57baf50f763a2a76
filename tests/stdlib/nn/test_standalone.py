"""Standalone text holds the operations of `nn` itself, and runs where pullback cannot be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pullback
from pullback.cli import main
from tests.inplace.outcomes import import_text
from tests.stdlib.nn.cases import close, normal

PROGRAM = """
import numpy as np

from pullback.stdlib import nn


def loss(x, w, b, v):
    y = np.tanh(nn.conv2d(x, w, b, stride=2, padding=1))
    y = nn.conv_transpose2d(y, v, stride=2)
    y = nn.max_pool2d(y, 3, stride=2, padding=1, cover_all=True)
    return np.sum(nn.average_pool2d(y, 2, padding=1, count_include_pad=False) ** 2)
"""
SIGNATURE = "x: f64[:,:,:,:], w: f64[:,:,:,:], b: f64[:], v: f64[:,:,:,:]"
RUN = """
import sys
import numpy as np
sys.path.insert(0, ".")
from alone import loss_grad
if sys.argv[1] == "jax":
    import jax
    jax.config.update("jax_enable_x64", True)
    loss_grad = jax.jit(loss_grad)
np.savez("out.npz", *loss_grad(*np.load("args.npz").values()))
assert "pullback" not in sys.modules
"""


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_it_runs_without_pullback(backend: str, tmp_path: Path) -> None:
    if backend == "jax":
        pytest.importorskip("jax")
    args = normal(2, 3, 5, 5), normal(4, 3, 3, 3), normal(4), normal(4, 2, 2, 2)
    expected = pullback.grad(import_text(PROGRAM, tmp_path / "model.py").loss, wrt=("x", "w", "b", "v"))(*args)
    how = ["--wrt", "x,w,b,v", "--signature", SIGNATURE, "--backend", backend, "--standalone"]
    assert not main(["transpile", f"{tmp_path / 'model.py'}:loss", *how, "-o", f"{tmp_path / 'alone.py'}"])
    assert "import pullback" not in (tmp_path / "alone.py").read_text()
    np.savez(tmp_path / "args.npz", *args)
    subprocess.run([sys.executable, "-P", "-c", RUN, backend], check=True, cwd=tmp_path)
    for a, b in zip(np.load(tmp_path / "out.npz").values(), expected, strict=True):
        close(a, b)
