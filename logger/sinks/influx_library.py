"""influxdb-client, of which only what is used is loaded.

Importing any part of it loads the 320 models of the whole API, a quarter of the
recorder's memory and a third of a second, of which we use a handful. Here its packages
are entered without running their ``__init__``; a name that one exports is loaded when
somebody asks for it.
"""

import importlib
import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

_LIBRARY = "influxdb_client"
_PARTS = ("", ".client", ".client.write", ".domain", ".service")


def prepare_influxdb_client() -> None:
    """Make ``influxdb_client`` importable without its models; does nothing if it is loaded."""
    if _LIBRARY in sys.modules:
        return
    for part in _PARTS:
        name = _LIBRARY + part
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        package = importlib.util.module_from_spec(spec)
        package.__dict__["__getattr__"] = _exported
        sys.modules[name] = package
        _bind(name, package)


def _bind(name: str, package: ModuleType) -> None:
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)


def _exported(name: str) -> Any:
    """Return what the package would have exported as ``name`` (PEP 562)."""
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for part in _PARTS:
        try:
            return getattr(importlib.import_module(f"{_LIBRARY}{part}.{module}"), name)
        except ModuleNotFoundError:
            continue
    raise AttributeError(f"{_LIBRARY} exports no {name!r}", name=name)
