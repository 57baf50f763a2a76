"""The digits example: the gradient is up to date, needs NumPy alone, and trains as the stored trajectories say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parent.parent / "examples" / "digits"
STORED = Path(__file__).parent / "data" / "traj_digits.npz"


def command() -> list[str]:
    """The command in the docstring of train.py that wrote the gradient."""
    found = re.search(r'^    pullback (.*?)\n"""', (FOLDER / "train.py").read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return shlex.split(found[1].replace("\\\\\n", " "))


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(FOLDER))
    names = ("train", "model", "optimisers", "loss_value_and_grad")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    import train

    yield train
    for name in names:
        sys.modules.pop(name, None)


def test_written_gradient_is_up_to_date(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "model.py", tmp_path)
    environment = dict(os.environ, PYTHONPATH=str(FOLDER.parent.parent))
    subprocess.run([sys.executable, "-m", "pullback.cli", *command()], cwd=tmp_path, env=environment, check=True)
    written = (tmp_path / "loss_value_and_grad.py").read_bytes()
    assert written == (FOLDER / "loss_value_and_grad.py").read_bytes()


@pytest.mark.parametrize("optimiser", ["momentum", "adam"])
def test_training_follows_the_stored_trajectory(train: Any, optimiser: str) -> None:
    stored = np.load(STORED)
    data, labels = train.load()
    weights = [stored[f"W{i}"].astype(float) for i in range(6)]
    losses = train.train(weights, train.OPTIMISERS[optimiser](weights), data[:1437], labels[:1437], stored["idx"])
    np.testing.assert_allclose(losses, stored[f"{optimiser}_loss"], rtol=0.0, atol=1e-9)
    assert train.accuracy(weights, data[1437:], labels[1437:]) == pytest.approx(float(stored[f"{optimiser}_acc"]))


def test_example_runs_where_pullback_cannot_be_imported() -> None:
    script = "import runpy, sys; sys.modules['pullback'] = None; runpy.run_module('train', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", script], cwd=FOLDER, check=True, capture_output=True, text=True)
    assert float(done.stdout.split("accuracy")[1]) > 0.95


def test_rates_of_populations_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER.parent / "populations"))
    monkeypatch.delitem(sys.modules, "fit", raising=False)
    import fit

    counted = fit.simulated(fit.RATES, fit.START)
    rates, start, value = fit.fit(counted, 1.02 * fit.RATES, fit.START)
    sys.modules.pop("fit")
    assert value < 1e-6
    np.testing.assert_allclose(rates, fit.RATES, rtol=5e-3)
    np.testing.assert_allclose(start, fit.START, rtol=5e-3)
