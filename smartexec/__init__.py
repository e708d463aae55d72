"""smartexec: many small orders in, fairly allocated fills out, with proof."""

from smartexec.kernel.engine import Engine

__version__ = "0.1.0"
__all__ = ["Engine", "__version__"]
