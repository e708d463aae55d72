"""QuickFIX as the other end: its process held from here, begun, killed and begun again. Nothing is lost between."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from smartexec_fix.wire.message import Message, parse

PEER: Final = Path(__file__).with_name("peer.py")
SPEC: Final = "QUICKFIX_SPEC"
"""Variable with the folder of FIX44.xml, if QuickFIX's own is not where its distribution puts it."""
Fields = Sequence[tuple[int, object]]
CONFIG: Final = """\
[DEFAULT]
ConnectionType={role}
FileStorePath={folder}/store
FileLogPath={folder}/log
NonStopSession=Y
HeartBtInt=2
ReconnectInterval=1
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
SocketAcceptPort={port}
SocketReuseAddress=Y
UseDataDictionary=Y
DataDictionary={spec}/FIX44.xml

[SESSION]
BeginString=FIX.4.4
SenderCompID={us}
TargetCompID={them}
"""


def spec() -> Path:
    """Give the folder with QuickFIX's data dictionaries."""
    folder = Path(os.environ.get(SPEC) or Path(sys.prefix) / "share" / "quickfix")
    if not (folder / "FIX44.xml").is_file():
        raise FileNotFoundError(f"{folder}: found no FIX44.xml, expected it there; {SPEC} names another folder")
    return folder


@define(eq=False)
class Other:
    """One session of QuickFIX, as `initiator` or as `acceptor`."""

    folder: Path
    role: str
    port: int
    us: str
    them: str
    inbox: "asyncio.Queue[Message]" = field(init=False, factory=asyncio.Queue)
    """Application messages and Rejects(3), each once, in order."""
    up: asyncio.Event = field(init=False, factory=asyncio.Event)
    errors: list[str] = field(init=False, factory=list)
    again: int = field(init=False, default=0)
    """Messages that it handed out before it was killed and again after."""
    _process: Process | None = field(init=False, default=None)
    _task: "asyncio.Task[None] | None" = field(init=False, default=None)
    _unsent: dict[int, dict[str, Any]] = field(init=False, factory=dict)
    """What may not have reached its store, by id."""
    _count: int = field(init=False, default=0)
    _seen: set[int] = field(init=False, factory=set)
    """MsgSeqNums(34) of application messages."""

    def __attrs_post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(
            role=self.role, folder=self.folder, port=self.port, us=self.us, them=self.them, spec=spec()
        )
        (self.folder / "peer.cfg").write_text(text, encoding="utf-8")

    async def begin(self) -> None:
        """Begin the process; what may be lost is sent again, marked as a possible resend (97=Y)."""
        with (self.folder / "stderr.log").open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(PEER), str(self.folder), stdin=PIPE, stdout=PIPE, stderr=errors, limit=1 << 22
            )
        self._task = asyncio.create_task(self._read())
        for said in list(self._unsent.values()):
            again = {**said, "fields": [*said["fields"], [97, "Y"]]} if said["msg"] != "W" else said
            self._write(again)

    async def logon(self, timeout: float = 15.0) -> None:
        """Wait until both sides are logged on."""
        await asyncio.wait_for(self.up.wait(), timeout)

    def send(self, msg_type: str, fields: Fields, groups: Sequence[tuple[int, int, Sequence[Fields]]] = ()) -> None:
        """Send a message; `groups`: (count tag, first tag, entries)."""
        self._count += 1
        pairs = [[tag, str(value)] for tag, value in fields]
        made = [[count, first, [[[t, str(v)] for t, v in one] for one in entries]] for count, first, entries in groups]
        self._unsent[self._count] = {"id": self._count, "msg": msg_type, "fields": pairs, "groups": made}
        self._write(self._unsent[self._count])

    async def message(self, timeout: float = 10.0) -> Message:
        """Give the next message."""
        return await asyncio.wait_for(self.inbox.get(), timeout)

    async def kill(self) -> None:
        """Kill the process (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        await self._gone()

    async def end(self) -> None:
        """Let it log out and end."""
        if self._process is None or self._process.returncode is not None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._gone()

    async def _gone(self) -> None:
        assert self._process is not None
        assert self._task is not None
        await self._process.wait()
        await self._task
        self.up.clear()

    def _write(self, said: dict[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None and self._process.returncode is None:
            self._process.stdin.write(json.dumps(said).encode() + b"\n")

    async def _read(self) -> None:
        """Take what it says, until it is gone."""
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if not line.endswith(b"\n"):
                return  # cut off by its end: it will say so again
            self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        if "up" in said:
            self.up.set()
        elif "down" in said:
            self.up.clear()
        elif "sent" in said:
            self._unsent.pop(said["sent"], None)
        elif "error" in said:
            self.errors.append(said["error"])
        else:
            self._message(parse(said["got"].encode("utf-8", "surrogateescape")))

    def _message(self, message: Message) -> None:
        seq = int(message.text(34))
        if seq in self._seen:
            self.again += 1
            return
        self._seen.add(seq)
        self.inbox.put_nowait(message)
