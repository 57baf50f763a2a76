"""The command `pullback`: `show`, `transpile`, `export`, `check`, `demo`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib import metadata
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from pullback import check_command, commands, errors, export_command
from pullback.transpile import request

WRITTEN, REFUSED, USAGE = 0, 1, 2

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


class Mode(StrEnum):
    """What the written function returns."""

    grad = "grad"
    value_and_grad = "value-and-grad"
    vjp = "vjp"
    jvp = "jvp"
    hvp = "hvp"
    linearize = "linearize"
    jacobian = "jacobian"
    hessian = "hessian"
    primal = "primal"


class Backend(StrEnum):
    """What the output is written for."""

    numpy = "numpy"
    jax = "jax"


class Stage(StrEnum):
    """Where to look into the pipeline."""

    source = "source"
    gast = "gast"
    core = "core"
    adjoint = "adjoint"
    optimised = "optimised"
    text = "text"


def _option(text: str, *names: str, **kwargs: Any) -> Any:
    return typer.Option(*names, help=text, show_default=False, **kwargs)


def _target(metavar: str) -> Any:
    text = "Without FUNCTION: those marked @differentiable, else every public one."
    return typer.Argument(metavar=metavar, help=text, show_default=False)


Wrt = Annotated[str, _option("Parameters to differentiate by; the first one if left out.", metavar="A,B")]
ModeOption = Annotated[Mode, _option(f"{Mode.__doc__} Default: grad.")]
Signature = Annotated[str, _option("Types of the parameters: 'w: f64[:,:], b: f64[:], n: int'.", metavar="TEXT")]
BackendOption = Annotated[Backend, _option(f"{Backend.__doc__} Default: numpy.")]
Standalone = Annotated[bool, _option("Copy what is needed: import neither FILE nor pullback.", "--standalone")]
CheckFinite = Annotated[bool, _option("Check each number; the first NaN or infinity is an error.", "--check-finite")]
StageOption = Annotated[Stage, _option(f"{Stage.__doc__} Default: text.")]
Output = Annotated[str, _option("File or folder to write to; printed if left out.", "-o", "--output", metavar="PATH")]
Force = Annotated[bool, _option("Write over a file that pullback did not write.", "--force")]


Given = Annotated[list[str], _option("The value of a parameter, as Python writes it.", "--arg", metavar="NAME=VALUE")]
Between = Annotated[str, _option("Where floats are drawn; normal numbers if left out.", metavar="LOW,HIGH")]
CheckedWrt = Annotated[str, _option("Parameters to differentiate by; all that hold floats if left out.", metavar="A,B")]
Seed = Annotated[int, _option("Of the random numbers. Default: 0.")]
ExportOutput = Annotated[str, _option("File to write to.", "-o", "--output", metavar="PATH")]
ExportBackend = Annotated[Backend, _option("What the program is made with: jax.")]
Platforms = Annotated[str, _option("What it is to run on: cpu, cuda, rocm, tpu. Default: cpu.", metavar="A,B")]


def _print_version(asked: bool) -> None:
    if asked:
        print(f"pullback {metadata.version('pullback')}")
        raise typer.Exit


Version = Annotated[bool, _option("Show the version.", "--version", callback=_print_version, is_eager=True)]


@app.callback()
def options(version: Version = False) -> None:
    """Differentiates Python functions and writes the gradients as Python. Files are read, and run by `check` only."""


@app.command()
def show(
    target: Annotated[str, _target("FILE[:FUNCTION]")],
    wrt: Wrt = "",
    mode: ModeOption = Mode.grad,
    signature: Signature = "",
    backend: BackendOption = Backend.numpy,
    standalone: Standalone = False,
    check_finite: CheckFinite = False,
    stage: StageOption = Stage.text,
) -> None:
    """Print a gradient, or how it looks at an earlier stage."""
    options = commands.Options(_mode(mode), wrt, signature, backend.value, standalone, stage.value, check_finite)
    for text in commands.texts(commands.find_targets([target]), options):
        _print_code(text)


@app.command()
def transpile(
    targets: Annotated[list[str], _target("FILE[:FUNCTION]")],
    wrt: Wrt = "",
    mode: ModeOption = Mode.grad,
    signature: Signature = "",
    backend: BackendOption = Backend.numpy,
    standalone: Standalone = False,
    check_finite: CheckFinite = False,
    output: Output = "",
    force: Force = False,
) -> None:
    """Write gradients to a file, or to a file each in a folder."""
    options = commands.Options(_mode(mode), wrt, signature, backend.value, standalone, check_finite=check_finite)
    found = commands.find_targets(targets)
    if output:
        for path in commands.write_all(found, options, output, force=force):
            print(f"wrote {path}")
    else:
        sys.stdout.write(commands.one_text(found, options))


@app.command()
def check(
    target: Annotated[str, typer.Argument(metavar="FILE:FUNCTION", show_default=False)],
    wrt: CheckedWrt = "",
    signature: Signature = "",
    arg: Given = [],  # noqa: B006
    between: Between = "",
    seed: Seed = 0,
) -> None:
    """Run FILE, and check the derivative of FUNCTION at random arguments; a value may stand in TEXT: 'n: int = 3'."""
    report = check_command.check(target, wrt, signature, arg, between, seed)
    print(report)
    raise typer.Exit(WRITTEN if report.ok else REFUSED)


@app.command()
def export(
    target: Annotated[str, typer.Argument(metavar="FILE:FUNCTION", show_default=False)],
    output: ExportOutput,
    wrt: Wrt = "",
    mode: ModeOption = Mode.grad,
    signature: Signature = "",
    arg: Given = [],  # noqa: B006
    backend: ExportBackend = Backend.jax,
    platforms: Platforms = "cpu",
    force: Force = False,
) -> None:
    """Write a gradient, or with --mode primal the function, as StableHLO that `jax.export` reads. FILE is not run."""
    if backend is not Backend.jax:
        raise commands.UsageError("--backend numpy: only code for JAX can be exported")
    options = commands.Options(_mode(mode), wrt, signature, backend.value)
    export_command.export(target, options, arg, platforms, output, force=force)
    print(f"wrote {output}")


@app.command()
def demo() -> None:
    """Show a model beside its gradient, and train it."""
    from pullback import demo as program

    raise typer.Exit(program.main())


def _mode(mode: Mode) -> request.Mode:
    return cast(request.Mode, mode.value.replace("-", "_"))


def _print_code(text: str) -> None:
    if sys.stdout.isatty():
        syntax = Syntax(text.rstrip("\n"), "python", theme="ansi_dark", background_color="default")
        Console(soft_wrap=True).print(syntax)
    else:
        sys.stdout.write(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0: written, or right; 1: refused, or not right; 2: the command line is wrong."""
    try:
        return _guarded(lambda: app(arguments, prog_name="pullback"))
    except SystemExit as e:
        return e.code if isinstance(e.code, int) else WRITTEN


def _guarded(run: Callable[[], None]) -> int:
    try:
        run()
    except commands.Refused as e:
        for reason in e.reasons:
            _print_error(reason)
        return REFUSED
    except commands.UsageError as e:
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(str(e)))
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as e:
        if "PULLBACK_DEBUG" in os.environ:
            raise
        print(f"internal error, please report: {type(e).__name__}: {e}", file=sys.stderr)
        print("   PULLBACK_DEBUG=1 in the environment shows where it happened.", file=sys.stderr)
        return REFUSED
    return WRITTEN


def _print_error(error: errors.PullbackError) -> None:
    """The error as a compiler prints it, in colour where the terminal has any."""
    text = Text(str(error))
    text.highlight_regex(r"\A[^\n]*", "bold")
    text.highlight_regex(r"(?m)^ +\| +(\^+)$", "bold red")
    Console(stderr=True, highlight=False, soft_wrap=True).print(text)


if __name__ == "__main__":
    sys.exit(main())
