"""The socket of operators: requests of any kind, long paths, rights, and requests that are none."""

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smartexec.errors import ConfigError, SmartexecError
from smartexec.model.enums import KillLevel
from smartexec.model.events import KillSwitch, Resolve
from smartexec.runtime.live.control import SOCKET, Control, ask, event_of, kill_file

NAMES = {KillLevel.VENUE: frozenset({"XLIT"})}


async def echo(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if request.get("command") == "bad":
        raise ConfigError("found bad, expected good")
    return {"heard": dict(request)}


def asked(run: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Open a control in a folder, ask it, close it."""

    async def body() -> dict[str, Any]:
        control = Control(run, echo)
        await control.open()
        try:
            return await asyncio.to_thread(ask, run, request)
        finally:
            await control.close()

    return asyncio.run(body())


def test_request_is_answered(tmp_path: Path) -> None:
    assert asked(tmp_path, {"command": "status"}) == {"heard": {"command": "status"}}
    assert list(tmp_path.iterdir()) == []


def test_folder_with_a_long_name_works(tmp_path: Path) -> None:
    run = tmp_path / ("long" * 30)
    run.mkdir()
    assert asked(run, {"a": 1}) == {"heard": {"a": 1}}
    assert list(run.iterdir()) == []


def test_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SOCKET).write_text("")
    assert asked(tmp_path, {}) == {"heard": {}}


def test_socket_is_the_owners_alone(tmp_path: Path) -> None:
    async def body() -> int:
        control = Control(tmp_path, echo)
        await control.open()
        mode = stat.S_IMODE((tmp_path / SOCKET).stat().st_mode)
        await control.close()
        return mode

    assert asyncio.run(body()) == 0o600


def test_refusals_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found bad, expected good"):
        asked(tmp_path, {"command": "bad"})


def test_nobody_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SmartexecError, match="found nobody who serves it"):
        ask(tmp_path, {"command": "status"})


@pytest.mark.parametrize("line", [b"", b"x\n", b"[]\n", b'"kill"\n', b"x" * 200_000, b"\xff\n", b"null\n"])
def test_requests_that_are_none_do_no_harm(tmp_path: Path, line: bytes) -> None:
    async def body() -> dict[str, Any]:
        control = Control(tmp_path, echo)
        await control.open()
        reader, writer = await asyncio.open_unix_connection(os.fspath(tmp_path / SOCKET))
        writer.write(line)
        writer.write_eof()
        answer = await reader.read()
        assert not answer or "error" in json.loads(answer)
        writer.close()
        found = await asyncio.to_thread(ask, tmp_path, {"still": "there"})
        await control.close()
        return found

    assert asyncio.run(body()) == {"heard": {"still": "there"}}


@pytest.mark.parametrize(
    ("request_", "event"),
    [
        ({"command": "kill"}, KillSwitch(KillLevel.FIRM)),
        (
            {"command": "pause", "level": "venue", "name": "XLIT", "user": "ann", "reason": "slow"},
            KillSwitch(KillLevel.VENUE, "XLIT", True, False, "ann", "slow"),
        ),
        (
            {"command": "resume", "level": "client", "name": "ACME"},
            KillSwitch(KillLevel.CLIENT, "ACME", False, False),
        ),
        (
            {"command": "resolve", "cl_ord_id": "P1.1", "cum_qty": 5, "avg_px": 7, "reason": "phone"},
            Resolve("P1.1", 5, 7, "", "phone"),
        ),
    ],
)
def test_requests_become_events(request_: dict[str, Any], event: object) -> None:
    assert event_of(request_, NAMES) == event


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({}, "command: found None"),
        ({"command": "fly"}, "command: found 'fly'"),
        ({"command": "kill", "level": "desk"}, "level: found 'desk'"),
        ({"command": "kill", "level": "venue", "name": "X"}, "venue: found 'X', expected one of XLIT"),
        ({"command": "resolve", "cl_ord_id": "P1", "cum_qty": True, "avg_px": 0}, "resolve: found 'P1', True, 0"),
    ],
)
def test_wrong_requests_are_said(request_: dict[str, Any], found: str) -> None:
    with pytest.raises(ConfigError, match=found):
        event_of(request_, NAMES)


def test_file_that_stops_everything(tmp_path: Path) -> None:
    assert kill_file(tmp_path) is None
    (tmp_path / "KILL").write_text("")
    assert kill_file(tmp_path) == "the file KILL is there"
    (tmp_path / "KILL").write_bytes(b"\xff why\n")
    assert str(kill_file(tmp_path)).endswith(" why")
    (tmp_path / "KILL").unlink()
    (tmp_path / "KILL").mkdir()
    assert str(kill_file(tmp_path)).startswith("the file KILL is there: ")
