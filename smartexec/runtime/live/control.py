"""How operators reach a session that is being served: a socket in its run folder, and a file that stops all of it.

The socket is the owner's alone. A request is a line of JSON, and so is its answer. The file `KILL` needs no program
that listens: whoever can write into the run folder stops the session by making it; its text is the reason.
"""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from smartexec.errors import ConfigError, SmartexecError
from smartexec.model.enums import KillLevel
from smartexec.model.events import KillSwitch, Resolve

SOCKET: Final = "control.sock"
KILL: Final = "KILL"
LONGEST_PATH: Final = 100
"""Bytes of a socket's path that all systems take."""
LONGEST_LINE: Final = 64 * 1024
PATIENCE: Final = 10.0
"""A request is given up after this long, s."""
Answer = Mapping[str, Any]
Handler = Callable[[Mapping[str, Any]], Awaitable[Answer]]


class Control:
    """The socket of a session; `handle` answers requests."""

    def __init__(self, run: Path, handle: Handler) -> None:
        self._link, self._handle = run / SOCKET, handle
        self._server: asyncio.Server | None = None
        self._path = self._link

    async def open(self) -> None:
        """Listen."""
        with suppress(FileNotFoundError):
            self._link.unlink()
        if len(os.fsencode(self._link)) > LONGEST_PATH:
            self._path = Path(tempfile.mkdtemp(prefix="smartexec-")) / SOCKET
            self._link.symlink_to(self._path)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST_LINE)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        for path in {self._path, self._link}:
            with suppress(FileNotFoundError):
                path.unlink()
        if self._path != self._link:
            self._path.parent.rmdir()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._answer(await reader.readline())
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, ConnectionError):
            return  # whoever asked has gone, or never said what
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
            return await self._handle(request) if isinstance(request, dict) else {"error": "found no request"}
        except (ConfigError, json.JSONDecodeError) as error:
            return {"error": str(error)}


def ask(run: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the session that is served from a run folder; SmartexecError if nobody answers, ConfigError if it refuses."""
    link = run / SOCKET
    path = link.readlink() if link.is_symlink() else link
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(PATIENCE)
            line.connect(os.fspath(path))
            line.sendall(json.dumps(dict(request)).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline() or b"null")
    except (OSError, json.JSONDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SmartexecError(
            f"{run}: found nobody who serves it ({reason}), expected a session that is live"
        ) from error
    if not isinstance(answer, dict):
        raise SmartexecError(f"{run}: found no answer, expected one")
    if "error" in answer:
        raise ConfigError(f"{run}: {answer['error']}")
    return answer


def event_of(request: Mapping[str, Any], names: Mapping[KillLevel, frozenset[str]]) -> KillSwitch | Resolve:
    """Make the event that an operator asks for; ConfigError if it is none. `names`: what there is to be stopped."""
    command = request.get("command")
    user, reason = str(request.get("user", "")), str(request.get("reason", ""))
    if command == "resolve":
        name, lots, px = (request.get(key) for key in ("cl_ord_id", "cum_qty", "avg_px"))
        if not isinstance(name, str) or type(lots) is not int or type(px) is not int:
            raise ConfigError(f"resolve: found {name!r}, {lots!r}, {px!r}, expected a child order, lots and a price")
        return Resolve(name, lots, px, user, reason)
    if command not in ("kill", "pause", "resume"):
        raise ConfigError(f"command: found {command!r}, expected one of kill, pause, resume, resolve, status")
    try:
        level = KillLevel(request.get("level", "firm"))
    except ValueError:
        raise ConfigError(
            f"level: found {request.get('level')!r}, expected one of firm, client, strategy ..."
        ) from None
    name, known = str(request.get("name", "")), names.get(level)
    if known is not None and name not in known:
        raise ConfigError(f"{level.value}: found {name!r}, expected one of {', '.join(sorted(known)) or 'none'}")
    return KillSwitch(level, name, command != "resume", command == "kill", user, reason)


def kill_file(run: Path) -> str | None:
    """Give the reason in the file that stops a session; None if there is no such file."""
    try:
        return (run / KILL).read_text(encoding="utf-8", errors="replace").strip()[:200] or "the file KILL is there"
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"the file KILL is there: {error.strerror}"
