"""Compiled for a TPU that is not here, by its own compiler: it refuses more than lowering does.

It is libtpu, the extra `tpu-check`; without it there is nothing to try. `.ci/tpu` installs it.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.backends.jax_programs import NAMES, compiled_for, programs

os.environ.setdefault("TPU_SKIP_MDS_QUERY", "1")  # there is no TPU to ask what it is
os.environ.setdefault("ALLOW_MULTIPLE_LIBTPU_LOAD", "1")  # by the processes that tests run in
jax = pytest.importorskip("jax")
pytest.importorskip("libtpu")


@pytest.fixture(scope="module")
def device() -> Any:
    """A TPU v5e."""
    from jax.experimental import topologies

    return topologies.get_topology_desc(platform="tpu", topology_name="v5e:2x2").devices[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_compiler_for_tpus_takes_it(name: str, device: Any) -> None:
    compiled = compiled_for(programs()[name], device)
    assert device.device_kind == "TPU v5 lite"
    assert "T(" in compiled.as_text().split("\n")[0]  # tiles, in which no other machine lays arrays out
