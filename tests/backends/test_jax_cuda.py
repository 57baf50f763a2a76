"""Compiled for a GPU that is not here, by its own compiler.

It is the plugin of JAX for CUDA, the extra `cuda-check`; without it there is nothing to try. `.ci/cuda` installs it.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.backends.jax_programs import NAMES, compiled_for, programs

jax = pytest.importorskip("jax")
pytest.importorskip("jax_cuda12_plugin")

A100 = """
gpu_device_info {
  threads_per_block_limit: 1024
  threads_per_warp: 32
  shared_memory_per_block: 49152
  shared_memory_per_core: 167936
  threads_per_core_limit: 2048
  core_count: 108
  fpus_per_core: 64
  block_dim_limit_x: 2147483647
  block_dim_limit_y: 65535
  block_dim_limit_z: 65535
  memory_bandwidth: 2039040000000
  l2_cache_size: 41943040
  clock_rate_ghz: 1.41
  device_memory_size: 85100068864
  shared_memory_per_block_optin: 166912
  cuda_compute_capability { major: 8 }
  registers_per_core_limit: 65536
  registers_per_block_limit: 65536
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 10 patch: 0 }
device_description_str: "NVIDIA A100-SXM4-80GB"
"""


@pytest.fixture(scope="module")
def device() -> Any:
    """An A100."""
    from jax.experimental import topologies

    return topologies.get_topology_desc(platform="cuda", target_config=A100, topology="1x1x1").devices[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_compiler_for_gpus_takes_it(name: str, device: Any) -> None:
    compiled_for(programs()[name], device)
    assert device.device_kind == "NVIDIA A100-SXM4-80GB"
