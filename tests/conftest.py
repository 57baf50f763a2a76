"""Settings that all tests share."""

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata

import pytest
from hypothesis import settings

# most programs of the tests are run once or twice: what XLA would take to optimise them is never made up for
_FLAGS = ["--xla_backend_optimization_level=0", "--xla_llvm_disable_expensive_passes=true"]
with suppress(metadata.PackageNotFoundError):
    if metadata.version("jaxlib").startswith("0.10."):  # halves what XLA takes; others end the process over it
        _FLAGS.append("--xla_cpu_use_fusion_emitters=false")
os.environ.setdefault("XLA_FLAGS", " ".join(_FLAGS))
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def double_precision() -> Iterator[None]:
    """JAX in 64 bits."""
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)
