"""pyarrow, where it is installed: the one place that imports it, so that the rest of the package works without."""

from importlib import import_module
from types import ModuleType

from smartexec.api import ConfigError


def load(what: str) -> tuple[ModuleType, ModuleType]:
    """Give (pyarrow, pyarrow.parquet); ConfigError naming the extra if it is missing. `what` needs it."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ConfigError(f'{what}: found no pyarrow, expected the extra "smartexec-files[parquet]"') from None
