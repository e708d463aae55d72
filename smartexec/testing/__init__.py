"""What plugin authors test with: builders for the values that plugins are handed. Stable and public.

Nothing of the engine is needed to test a plugin: `view()` makes what a strategy sees, `request()` what a routing logic
sees, each with defaults that make sense, so that a test names only what it is about.
"""

from smartexec.testing.views import START, market, request, venue, view

__all__ = ["START", "market", "request", "venue", "view"]
