"""Where a live object can be imported from."""

from __future__ import annotations

import os
from typing import Any


def module_name(namespace: dict[str, Any]) -> str:
    """The name under which a module can be imported; a script that runs as `__main__` has that of its file."""
    name = namespace.get("__name__", "")
    if name != "__main__":
        return str(name)
    spec = namespace.get("__spec__")
    if spec is not None:
        return str(spec.name).removesuffix(".__main__")
    stem = os.path.splitext(os.path.basename(namespace.get("__file__") or ""))[0]
    return stem if stem.isidentifier() else "__main__"
