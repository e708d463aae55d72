"""aiohttp, where it is installed: the client for HTTP and WebSocket channels."""

import ssl
from types import ModuleType

from smartexec.errors import ConfigError
from smartexec.model.wire import Tls
from smartexec.runtime.live.links.base import context_of


def client(channel: str) -> ModuleType:
    """Give aiohttp; ConfigError if it is not installed."""
    try:
        import aiohttp
    except ImportError as error:
        found = "found no aiohttp, expected it for HTTP and WebSocket"
        raise ConfigError(f"channel {channel}: {found}: pip install 'smartexec[live]'") from error
    return aiohttp


def verified(tls: Tls | None, channel: str) -> ssl.SSLContext | bool:
    """Give the context of a https or wss channel; True = the system's."""
    return True if tls is None else context_of(tls, channel)
