"""`pullback demo`: a function beside the gradient that was generated for it, then training with that gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax

from pullback import demo_model
from pullback.api import value_and_grad

Array = npt.NDArray[Any]
EPOCHS, BATCH, HIDDEN, TRAINING_ROWS = 40, 32, 64, 1437
RATE, DECAY = 0.05, 0.9


def main() -> int:
    """Show and train; 0, or 1 when scikit-learn, whose digits are the data, is not installed."""
    console = Console(highlight=False)
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        message = "pullback demo trains on scikit-learn's digits: python -m pip install scikit-learn"
        console.print(message, soft_wrap=True)
        return 1
    data, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(data))
    data, labels = data[order] / 16.0, labels[order]
    weights = initial_weights(rng)

    derived = value_and_grad(demo_model.loss, wrt=("w1", "b1", "w2", "b2"))
    derived = derived.specialize(*weights, data[:BATCH], labels[:BATCH])
    functions = (inspect.getsource(f) for f in (demo_model.logits, demo_model.loss))
    show(console, "import numpy as np\n\n\n" + "\n\n".join(functions), derived.source)
    train(console, derived, weights, data[:TRAINING_ROWS], labels[:TRAINING_ROWS], rng)
    logits: Callable[..., Array] = demo_model.logits
    predicted = np.argmax(logits(*weights, data[TRAINING_ROWS:]), axis=1)
    right = int(np.sum(predicted == labels[TRAINING_ROWS:]))
    rows = len(data) - TRAINING_ROWS
    console.print(f"accuracy on {rows} digits that were not trained on: [bold]{right / rows:.1%}[/bold]")
    return 0


def initial_weights(rng: np.random.Generator) -> list[Array]:
    """Small random matrices, and biases of zero."""
    w1 = rng.standard_normal((64, HIDDEN)) / 8.0
    w2 = rng.standard_normal((HIDDEN, 10)) / np.sqrt(HIDDEN)
    return [w1, np.zeros(HIDDEN), w2, np.zeros(10)]


def show(console: Console, model: str, gradient: str) -> None:
    """The two texts side by side, or one below the other where the terminal is too narrow."""
    texts = (model.rstrip(), gradient.rstrip())
    titles = ("what you write", "what pullback writes")
    widths = [max(map(len, text.splitlines())) + 4 for text in texts]
    panels: list[RenderableType] = [
        Panel(Syntax(text, "python", background_color="default"), title=title, title_align="left", width=width)
        for text, title, width in zip(texts, titles, widths, strict=True)
    ]
    beside = sum(widths) + 1 <= console.width
    if not beside:
        for panel, width in zip(panels, widths, strict=True):
            assert isinstance(panel, Panel)
            panel.width = min(width, console.width)
    console.print(Columns(panels) if beside else Group(*panels))


def train(
    console: Console,
    gradient: Callable[..., Any],
    weights: list[Array],
    data: Array,
    labels: Array,
    rng: np.random.Generator,
) -> None:
    """Gradient descent with momentum; `weights` are changed in place."""
    velocities = [np.zeros_like(w) for w in weights]
    columns = (TextColumn("training"), BarColumn(), TextColumn("loss {task.fields[loss]:.4f}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=EPOCHS, loss=float("nan"))
        for _ in range(EPOCHS):
            order = rng.permutation(len(data))
            values = []
            for start in range(0, len(data) - BATCH + 1, BATCH):
                rows = order[start : start + BATCH]
                value, gradients = gradient(*weights, data[rows], labels[rows])
                values.append(value)
                for w, v, g in zip(weights, velocities, gradients, strict=True):
                    v *= DECAY
                    v -= RATE * g
                    w += v
            progress.update(task, advance=1, loss=float(np.mean(values)))
