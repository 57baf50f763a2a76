"""The package as it is built and imported."""

import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(script, **kwargs):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}, **kwargs,
    ).stdout  # fmt: skip


def test_wheel_has_exactly_the_package_at_its_top_level(tmp_path):
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    wheel = run(build, cwd=ROOT).split()[-1]
    names = zipfile.ZipFile(tmp_path / wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"pullback"}
    assert len(top) == 2
    assert "pullback/py.typed" in names
    assert [name for name in names if name.endswith("entry_points.txt")]
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "pullback").rglob("*.py")}
    assert modules == {name for name in names if name.endswith(".py")}


@pytest.mark.parametrize("library", ["jax", "scipy", "sklearn", "rich", "typer"])
def test_import_is_light(library):
    assert run(f"import sys, pullback; print({library!r} in sys.modules)") == "False\n"


def test_works_without_the_names_that_python_3_14_removed_from_ast(tmp_path):
    model = """
        import numpy as np
        def f(x, n):
            if n < 2:
                return np.sum(x * 2.0)
            return np.tanh(x)[0] / -n
        """
    (tmp_path / "model.py").write_text(textwrap.dedent(model))
    script = """
        import ast
        GONE = ("Num", "Str", "Bytes", "NameConstant", "Ellipsis")
        def __getattr__(name):
            raise AttributeError(name)
        for name in GONE:
            if name in vars(ast):
                delattr(ast, name)
        ast.__getattr__ = __getattr__
        assert not any(hasattr(ast, name) for name in GONE)

        import numpy as np
        import pullback
        from model import f
        print(pullback.grad(f)(np.ones(3), 1), "def f_grad" in pullback.grad(f).specialize(np.ones(3), 2).source)
        """
    assert run(script, cwd=tmp_path) == "[2. 2. 2.] True\n"
